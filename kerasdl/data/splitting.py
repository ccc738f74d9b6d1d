"""Splits that are pure functions of a seed."""

import numpy as np

from kerasdl.data.labelled_images import LabelledImages


def random_order(count: int, *seed: int) -> np.ndarray:
    """Returns the numbers below `count` in an order that depends on the seed alone.

    `RandomState` because its streams are frozen, and a split must be the same with
    every version of NumPy; `SeedSequence` because it takes seeds of any size.

    >>> sorted(random_order(4, 1).tolist())
    [0, 1, 2, 3]
    """
    generator = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))
    return generator.permutation(count)


def carve(
    examples: LabelledImages, fraction: float, seed: int
) -> tuple[LabelledImages, LabelledImages]:
    """Returns the rest and the part that was carved, both in their original order.

    Args:
        examples: what to divide.
        fraction: how much to carve, between 0 and 1; at least one example is
            carved, and one is left.
        seed: decides which examples.

    Raises:
        ValueError: if the fraction is not between 0 and 1, or there are fewer
            than two examples.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"the fraction must be between 0 and 1; received {fraction}")
    if len(examples) < 2:
        raise ValueError(f"two examples or more are needed to divide; received {len(examples)}")
    size = min(max(round(len(examples) * fraction), 1), len(examples) - 1)
    order = random_order(len(examples), seed)
    return examples.take(np.sort(order[size:])), examples.take(np.sort(order[:size]))
