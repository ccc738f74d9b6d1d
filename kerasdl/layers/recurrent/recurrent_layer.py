"""What the three recurrent sequence layers have in common."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kerasdl.layers.recurrent.recurrent_cell import RecurrentCell
from kerasdl.ops.recurrent_loop import check_mask, check_sequences

_LAYER_KEYS = ("name", "trainable", "dtype")


def of_cell(name: str) -> Any:
    """A read-only attribute of the layer that is its cell's."""
    return property(lambda layer: getattr(layer.cell, name), doc=f"The cell's `{name}`.")


class RecurrentLayer(keras.layers.Layer):
    """Base class of the sequence layers: masks, directions, states and config.

    A subclass makes the `cell`, which owns the weights, and says in `run_cell` how it
    runs over a sequence.
    """

    cell: RecurrentCell
    # What keras.layers.Bidirectional asks of a recurrent layer.
    stateful = False
    states = None

    units = of_cell("units")
    activation = of_cell("activation")
    use_bias = of_cell("use_bias")
    kernel_initializer = of_cell("kernel_initializer")
    recurrent_initializer = of_cell("recurrent_initializer")
    bias_initializer = of_cell("bias_initializer")
    kernel_regularizer = of_cell("kernel_regularizer")
    recurrent_regularizer = of_cell("recurrent_regularizer")
    bias_regularizer = of_cell("bias_regularizer")
    kernel_constraint = of_cell("kernel_constraint")
    recurrent_constraint = of_cell("recurrent_constraint")
    bias_constraint = of_cell("bias_constraint")
    dropout = of_cell("dropout")
    recurrent_dropout = of_cell("recurrent_dropout")
    layer_norm = of_cell("layer_norm")
    seed = of_cell("seed")

    def __init__(
        self,
        return_sequences: bool,
        return_state: bool,
        go_backwards: bool,
        zero_output_for_mask: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Creates the weights."""
        check_sequences(sequences_shape)
        self.cell.build((sequences_shape[0], sequences_shape[2]))
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: sequences_shape[2]})

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = False,
    ) -> Any:
        """Runs over the sequences."""
        check_sequences(sequences.shape)
        if initial_state is not None and not isinstance(initial_state, list | tuple):
            initial_state = [initial_state]
        mask = _merged_mask(sequences, mask)
        outputs, states = self.run_cell(
            sequences,
            initial_state=initial_state,
            mask=mask,
            go_backwards=self.go_backwards,
            dropout_mask=self.cell.draw_dropout_mask(sequences) if training else None,
            recurrent_dropout_mask=(
                self.cell.draw_recurrent_dropout_mask(sequences) if training else None
            ),
            layer_norm=self.cell.norm_weights or None,
            training=bool(training),
        )
        output = outputs if self.return_sequences else states[0]
        if mask is not None:
            output = self._hide_masked(output, mask)
        return (output, *states) if self.return_state else output

    def run_cell(self, sequences: Any, **arguments: Any) -> tuple[Any, Sequence[Any]]:
        """Returns the outputs `(batch, time, units)` in order of processing, and the last states.

        Args:
            sequences: Float tensor `(batch, time, features)`.
            **arguments: What the functions of `kerasdl.ops.recurrent` have in common.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `run_cell`.")

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """Returns zeros `(batch_size, units)` for each state."""
        return self.cell.get_initial_state(batch_size)

    def _hide_masked(self, output: Any, mask: Any) -> Any:
        """Zeros where there is no output: at masked steps, or before the first that is not."""
        if self.go_backwards:
            mask = ops.flip(mask, axis=1)
        if not self.zero_output_for_mask:
            mask = ops.cumsum(ops.cast(mask, "int32"), axis=1) > 0
        shown = ops.expand_dims(mask if self.return_sequences else mask[:, -1], -1)
        return ops.where(shown, output, ops.zeros((), output.dtype))

    def compute_mask(self, sequences: Any, mask: Any = None) -> Any:
        """Returns the mask of each output, in the order in which the steps were taken."""
        mask = _merged_mask(sequences, mask) if self.return_sequences else None
        if mask is not None and self.go_backwards:
            mask = ops.flip(mask, axis=1)
        if self.return_state:
            return [mask] + [None] * len(self.cell.get_initial_state(1))
        return mask

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Returns the shapes of what `call` returns."""
        batch, time = sequences_shape[:2]
        state = (batch, self.units)
        output = (batch, time, self.units) if self.return_sequences else state
        if not self.return_state:
            return output
        count = len(self.cell.state_size) if isinstance(self.cell.state_size, list) else 1
        return (output, *[state] * count)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        cell = self.cell.get_config()
        config.update({key: value for key, value in cell.items() if key not in _LAYER_KEYS})
        config.update(
            return_sequences=self.return_sequences,
            return_state=self.return_state,
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
        )
        return config


def _merged_mask(sequences: Any, mask: Any) -> Any:
    """The explicit mask and the one that the inputs carry, merged by AND."""
    expected = tuple(sequences.shape[:2])
    masks = [m for m in (mask, getattr(sequences, "_keras_mask", None)) if m is not None]
    if not masks:
        return None
    merged = check_mask(masks[0], expected)
    if len(masks) == 2 and masks[1] is not masks[0]:
        merged = ops.logical_and(merged, check_mask(masks[1], expected))
    return merged
