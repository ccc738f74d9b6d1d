"""The adding problem: long sequences of which two numbers matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kerasdl.data.data_info import DataInfo
from kerasdl.data.generated_data import GeneratedData
from kerasdl.data.table import table_text

if TYPE_CHECKING:
    import tensorflow as tf

LOCATION = "generated"
FEATURES = ("value", "marker")

VARIANCE = 1 / 6
"""Of the sum of two uniform numbers: the error of whoever always says 1, the mean."""

# Generated, so the parts that measure may be as large as a precise number needs.
_COUNTS = {"validation": 2_048, "test": 10_000}
_SAMPLES = 3


def adding_sequences(count: int, length: int, seed: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns sequences of numbers, two of which are marked, and the sums of those two.

    The numbers are uniform in [0, 1). One mark is in the first half of a sequence, the
    other in the second, anywhere (Hochreiter & Schmidhuber 1997, "Long short-term memory",
    experiment 4, in the form of Arjovsky, Shah & Bengio 2016, https://arxiv.org/abs/1511.06464).

    Args:
        count: the number of sequences.
        length: steps in a sequence, 2 or more.
        seed: int64 `[2]`, which decides them.

    Returns:
        Sequences float32 `[count, length, 2]`, at each step a value and its marker, 0 or 1,
        and sums float32 `[count, 1]`.

    Raises:
        ValueError: if `length` is below 2.

    Example:

        >>> sequences, sums = adding_sequences(2, length=5, seed=(0, 1))
        >>> sequences.shape, sequences[..., 1].numpy().sum(axis=1).tolist()
        (TensorShape([2, 5, 2]), [2.0, 2.0])
    """
    import tensorflow as tf

    if length < 2:
        raise ValueError(f"length must be 2 or more, to mark two steps; received {length}")
    seeds = tf.unstack(tf.random.split(seed, 3, alg="philox"))

    def uniform(shape: list[int], number: int, **bounds: Any) -> tf.Tensor:
        return tf.random.stateless_uniform(shape, seeds[number], alg="philox", **bounds)

    half = length // 2
    values = uniform([count, length], 0)
    first = uniform([count], 1, minval=0, maxval=half, dtype=tf.int32)
    second = uniform([count], 2, minval=half, maxval=length, dtype=tf.int32)
    markers = tf.one_hot(first, length) + tf.one_hot(second, length)
    sums = tf.reduce_sum(values * markers, axis=1, keepdims=True)
    return tf.stack([values, markers], axis=2), sums


def load_adding(
    length: int = 100,
    examples: int = 8_000,
    outputs: Sequence[str] = ("sum",),
    seed: int = 0,
    requested: str = "adding",
) -> GeneratedData:
    """Returns the adding problem; see `adding_sequences`.

    Args:
        length: steps in a sequence.
        examples: the number of training sequences in an epoch; each epoch has new ones.
        outputs: the names of a model's outputs, each of which is to be the sum.
        seed: decides the sequences for validation.
        requested: what was asked for.

    Returns:
        Sequences as inputs; as targets a dictionary with the sums for each of `outputs`.

    Example:

        >>> data = load_adding(length=20, outputs=["lstm"])
        >>> inputs, targets = data.arrays("test")
        >>> inputs.shape, targets["lstm"].shape
        ((10000, 20, 2), (10000, 1))
    """
    import tensorflow as tf

    def generate(count: int, seed: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        sequences, sums = adding_sequences(count, length, seed)
        return sequences, dict.fromkeys(outputs, sums)

    info = DataInfo(
        name="adding",
        requested=requested,
        reason=f"The adding problem, sequences of {length} steps, new ones in each epoch.",
        location=LOCATION,
        version=f"tensorflow {tf.__version__}",
        counts={"train": examples, **_COUNTS},
        details={"features": list(FEATURES), "length": length},
    )
    data = GeneratedData(info, generate, seed)
    sequences, targets = data.arrays("test")
    named = zip(sequences[:_SAMPLES], targets[outputs[0]], strict=False)
    samples = {
        f"{number}-sum-{total.item():.2f}.csv": table_text(FEATURES, sequence)
        for number, (sequence, total) in enumerate(named)
    }
    return replace(data, samples=samples)
