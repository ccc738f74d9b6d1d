"""A model as a graph with its weights in it, which is what converters read."""

from pathlib import Path
from typing import Any

from kerasdl.exporting.numeric_core import NumericCore


def freeze(core: NumericCore, batch: int | None = None) -> Any:
    """Returns the core as a concrete function whose weights are constants.

    Its outputs are in the order of their sorted names.

    Args:
        core: What to export.
        batch: The size of a batch, where it has to be known.
    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    function = core.function if batch is None else core.with_batch(batch)
    return convert_variables_to_constants_v2(
        function.get_concrete_function(), lower_control_flow=False, aggressive_inlining=True
    )


def write_frozen(core: NumericCore, folder: Path, batch: int | None = None) -> None:
    """Writes the frozen core as a SavedModel of one signature, `serving_default`."""
    import tensorflow as tf

    frozen = freeze(core, batch)
    names = sorted(core.outputs)

    @tf.function(input_signature=_specs(core, batch), autograph=False)
    def serving_default(*tensors: Any) -> dict[str, Any]:
        return dict(zip(names, frozen(*tensors), strict=True))

    module = tf.Module()
    module.function = serving_default
    # Gradients written by hand refer to what is no part of a frozen graph.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(module, str(folder), {"serving_default": serving_default}, options)


def _specs(core: NumericCore, batch: int | None) -> list[Any]:
    import tensorflow as tf

    return [
        tf.TensorSpec([batch, *spec.shape[1:]], spec.dtype, name)
        for name, spec in core.inputs.items()
    ]
