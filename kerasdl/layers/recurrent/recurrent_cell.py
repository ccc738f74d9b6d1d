"""What the three recurrent cells have in common."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

# Not exported by Keras, but its RNN layers know by this class which cells want
# their dropout masks drawn once per sequence, before the loop.
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.dropout import dropout
from kerasdl.ops.recurrent_steps import project


class RecurrentCell(DropoutRNNCell, RandomLayer):
    """Base class of the cells: weights, dropout masks, initial state and config.

    A subclass says how many `gates` it has and what one `step` is.
    """

    gates: int

    def __init__(
        self,
        units: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        layer_norm: bool,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        check_positive_integers(units=units)
        check_rates(dropout=dropout, recurrent_dropout=recurrent_dropout)
        self.units = units
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = keras.regularizers.get(recurrent_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.recurrent_constraint = keras.constraints.get(recurrent_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.layer_norm = layer_norm
        self.state_size: Any = units
        self.output_size = units

    def build(self, input_shape: Any) -> None:
        """Creates the weights."""
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                "The number of features, the last axis of the inputs, must be known. Received: "
                f"input shape {tuple(input_shape)}. Give the size in keras.Input."
            )
        width = self.gates * self.units
        self.kernel = self.add_weight(
            name="kernel",
            shape=(features, width),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, width),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=self._bias_shape(),
                initializer=self._initial_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.norm_weights: list[Any] = []
        if self.layer_norm:
            self.norm_weights = [
                self._add_norm_weight(f"{name}_norm_scale", width, "ones")
                for name in ("kernel", "recurrent")
            ]

    def call(
        self, inputs: Any, states: Any, training: bool | None = False
    ) -> tuple[Any, list[Any] | Any]:
        """Takes one step."""
        nested = isinstance(states, list | tuple)
        dropout_mask = recurrent_dropout_mask = None
        if training:
            # Drawn by the sequence layer before its loop, or else here for this one step.
            dropout_mask = getattr(self, "_dropout_mask", None)
            if dropout_mask is None:
                dropout_mask = self.draw_dropout_mask(inputs)
            recurrent_dropout_mask = getattr(self, "_recurrent_dropout_mask", None)
            if recurrent_dropout_mask is None:
                recurrent_dropout_mask = self.draw_recurrent_dropout_mask(inputs)
        kernel_scale, recurrent_scale = self.norm_weights[:2] or (None, None)
        bias, recurrent_bias = self._biases()
        new_states = self.step(
            project(inputs, self.kernel, bias, dropout_mask, kernel_scale),
            list(states) if nested else [states],
            self.recurrent_kernel,
            recurrent_bias,
            recurrent_dropout_mask,
            recurrent_scale,
        )
        return new_states[0], list(new_states) if nested else new_states[0]

    def step(self, projected: Any, states: Sequence[Any], *recurrent: Any) -> tuple[Any, ...]:
        """Returns the new states, given the product of the inputs with the kernel."""
        raise NotImplementedError(f"{type(self).__name__} must implement `step`.")

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Returns zeros `(batch_size, units)` for each state."""
        count = len(self.state_size) if isinstance(self.state_size, list) else 1
        return [ops.zeros((batch_size, self.units), self.compute_dtype) for _ in range(count)]

    def draw_dropout_mask(self, inputs: Any) -> Any:
        """Draws a mask `(gates, batch, features)` for the inputs of a whole sequence.

        Args:
            inputs: Tensor `(batch, ..., features)`.

        Returns:
            Tensor of 0 and 1 / (1 - rate), or None at a rate of 0.
        """
        return self._draw_mask(ops.shape(inputs)[0], inputs.shape[-1], self.dropout)

    def draw_recurrent_dropout_mask(self, inputs: Any) -> Any:
        """The same for the state: a mask `(gates, batch, units)`, or None."""
        return self._draw_mask(ops.shape(inputs)[0], self.units, self.recurrent_dropout)

    def _draw_mask(self, batch: Any, size: int, rate: float) -> Any:
        if rate == 0:
            return None
        ones = ops.ones((self.gates, batch, size), self.compute_dtype)
        return dropout(ones, rate, self.seed_generator)

    def _create_dropout_mask(self, step_input: Any, dropout_rate: float) -> Any:
        # Called by Keras's own RNN layers.
        return self._draw_mask(ops.shape(step_input)[0], step_input.shape[-1], dropout_rate)

    def _add_norm_weight(self, name: str, size: int, initializer: str) -> Any:
        # Normalisation computes in float32; its weights are not to be rounded before.
        return self.add_weight(name=name, shape=(size,), initializer=initializer, autocast=False)

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _initial_bias(self, shape: Any, dtype: Any = None) -> Any:
        return self.bias_initializer(shape, dtype=dtype)

    def _biases(self) -> tuple[Any, Any]:
        """The biases of the products of the inputs and of the state."""
        return self.bias, None

    def compute_output_shape(self, inputs_shape: Any, states_shape: Any) -> Any:
        """Returns the shapes of what `call` returns."""
        return (inputs_shape[0], self.units), states_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.update(
            units=self.units,
            activation=keras.activations.serialize(self.activation),
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
            recurrent_initializer=keras.initializers.serialize(self.recurrent_initializer),
            bias_initializer=keras.initializers.serialize(self.bias_initializer),
            kernel_regularizer=keras.regularizers.serialize(self.kernel_regularizer),
            recurrent_regularizer=keras.regularizers.serialize(self.recurrent_regularizer),
            bias_regularizer=keras.regularizers.serialize(self.bias_regularizer),
            kernel_constraint=keras.constraints.serialize(self.kernel_constraint),
            recurrent_constraint=keras.constraints.serialize(self.recurrent_constraint),
            bias_constraint=keras.constraints.serialize(self.bias_constraint),
            dropout=self.dropout,
            recurrent_dropout=self.recurrent_dropout,
            layer_norm=self.layer_norm,
        )
        return config
