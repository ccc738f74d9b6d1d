"""Any Keras model as a `Servable`."""

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3
# Of an axis whose length is not fixed, where no sample says how long it is.
SAMPLE_LENGTH = 8


def keras_model(model: "keras.Model", sample: Any = None) -> Servable:
    """Describes a Keras model for export, just as it is.

    Its one signature, `serving_default`, takes the model's inputs by their names
    (`keras.Input(..., name=...)`), floats of 16 bits as float32, and answers with its
    outputs in float32 where they are floats: by key where the model returns a dictionary,
    as `output` where it returns one tensor, as `output_0`, `output_1`, ... where it returns
    several.

    Args:
        model: A functional or sequential model that knows the shapes of its inputs.
        sample: Examples that an export is checked with, in the structure of the model's
            inputs or by their names; the first three are used. By default they are drawn
            at random: floats and bytes over their usual range, other whole numbers 0 or 1.

    Returns:
        The `Servable`.

    Raises:
        ValueError: If the model's inputs are not known, or the sample does not fit them.

    Example:

    >>> import keras
    >>> x = keras.Input((4,), name="measurements")
    >>> servable = keras_model(keras.Model(x, keras.layers.Dense(2)(x)))
    >>> sorted(servable.sample), sorted(servable.signatures)
    (['measurements'], ['serving_default'])
    """
    import keras
    import tensorflow as tf

    inputs = getattr(model, "inputs", None)
    if not inputs or any(x.shape[:1] != (None,) for x in inputs):
        raise ValueError(
            f"Received a model whose inputs are {inputs}. Expected a functional or sequential "
            "model with a free batch axis; make one of any other with "
            "keras.Model(x, model(x)), where x = keras.Input(shape, name=...)."
        )
    names = _names(model.output)
    specs = {x.name: tf.TensorSpec(x.shape, _outside(x.dtype), x.name) for x in inputs}

    def outputs_of(*tensors: Any) -> dict[str, Any]:
        cast = [tf.cast(tensor, x.dtype) for tensor, x in zip(tensors, inputs, strict=True)]
        outputs = model(keras.tree.pack_sequence_as(model.input, cast), training=False)
        return dict(zip(names, keras.tree.flatten(outputs), strict=True))

    @tf.function(input_signature=list(specs.values()), autograph=False)
    def serving_default(*tensors: Any) -> dict[str, Any]:
        outputs = outputs_of(*tensors)
        return {
            name: tf.cast(value, tf.float32) if value.dtype.is_floating else value
            for name, value in outputs.items()
        }

    def reference(arrays: Arrays) -> Arrays:
        outputs = outputs_of(*(tf.constant(arrays[name], s.dtype) for name, s in specs.items()))
        # Cast first: NumPy knows no bfloat16.
        return {
            name: (tf.cast(value, tf.float32) if value.dtype.is_floating else value).numpy()
            for name, value in outputs.items()
        }

    return Servable(
        kind="keras_model",
        model=model,
        signatures={"serving_default": Signature(serving_default, specs)},
        sample=_drawn(specs) if sample is None else _given(model, sample, specs),
        reference=reference,
    )


def _outside(dtype: str) -> str:
    """The dtype that clients send: no JSON holds floats of 16 bits."""
    return "float32" if dtype in ("float16", "bfloat16") else dtype


def _names(output: Any) -> list[str]:
    import keras

    if isinstance(output, dict):
        # Keras flattens a dictionary in the order of its sorted keys.
        return sorted(output)
    count = len(keras.tree.flatten(output))
    return ["output"] if count == 1 else [f"output_{k}" for k in range(count)]


def _drawn(specs: dict[str, Any]) -> Arrays:
    rng = np.random.default_rng(0)
    sample = {}
    for name, spec in specs.items():
        shape = [SAMPLE_SIZE, *(n or SAMPLE_LENGTH for n in spec.shape.as_list()[1:])]
        if spec.dtype.is_floating:
            sample[name] = rng.random(shape).astype(spec.dtype.as_numpy_dtype)
        elif spec.dtype.is_integer:
            top = 255 if spec.dtype.name == "uint8" else 1
            sample[name] = rng.integers(0, top, shape, endpoint=True).astype(spec.dtype.name)
        else:
            raise ValueError(
                f"Received a model whose input {name!r} is {spec.dtype.name}. "
                "Expected a sample of it: pass sample=."
            )
    return sample


def _given(model: "keras.Model", sample: Any, specs: dict[str, Any]) -> Arrays:
    import keras

    expected = {name: tuple(spec.shape) for name, spec in specs.items()}
    if not (isinstance(sample, dict) and sample.keys() == specs.keys()):
        leaves = keras.tree.flatten(sample)
        if len(leaves) != len(specs):
            raise ValueError(
                f"Received a sample of {len(leaves)} parts. Expected arrays of shapes {expected}; "
                "make them of lists with numpy.array."
            )
        sample = dict(zip(specs, leaves, strict=True))
    arrays = {name: _array(name, values, specs[name].dtype) for name, values in sample.items()}
    fits = all(
        specs[name].shape.is_compatible_with(values.shape) and len(values)
        for name, values in arrays.items()
    )
    if not fits:
        shapes = {name: values.shape for name, values in arrays.items()}
        raise ValueError(f"Received a sample of shapes {shapes}. Expected {expected}.")
    return {name: values[np.arange(SAMPLE_SIZE) % len(values)] for name, values in arrays.items()}


def _array(name: str, values: Any, dtype: Any) -> np.ndarray:
    try:
        return np.asarray(values, dtype.as_numpy_dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Received a sample of input {name!r} that is no array of {dtype.name}: {error}"
        ) from None
