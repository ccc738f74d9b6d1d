"""The cell of a gated recurrent unit."""

from collections.abc import Sequence
from typing import Any

import keras

from kerasdl.layers.recurrent.recurrent_cell import RecurrentCell
from kerasdl.ops.recurrent_steps import check_gru_layer_norm, gru_step, split_gru_bias
from kerasdl.registration import public


@public
class GRUCell(RecurrentCell):
    """One step of a gated recurrent unit: h = z * h + (1 - z) * candidate.

    The update gate z decides how much of the state stays, the reset gate r how much of it
    the candidate sees (Cho et al. 2014, https://arxiv.org/abs/1406.1078). For whole sequences use
    `kerasdl.layers.GRU`, which is faster than `keras.layers.RNN(GRUCell(...))`;
    the cell is for loops of one's own and for `keras.layers.StackedRNNCells`. Its weights
    are laid out as those of `keras.layers.GRUCell`.

    Dropout is that of Gal & Ghahramani (2016), https://arxiv.org/abs/1512.05287: for each
    gate one mask for the inputs and one for the state, drawn once for each sequence and
    the same at all of its steps. Called by itself, the cell draws them at each call.

    Args:
        units: Positive integer: size of the state and of the output.
        activation: Activation of the candidate.
        recurrent_activation: Activation of the gates.
        use_bias: Whether there is a bias.
        kernel_initializer: Initialiser of the kernel `(features, 3 * units)`: z, r, candidate.
        recurrent_initializer: Initialiser of the recurrent kernel `(units, 3 * units)`.
        bias_initializer: Initialiser of the bias.
        kernel_regularizer: Regulariser of the kernel.
        recurrent_regularizer: Regulariser of the recurrent kernel.
        bias_regularizer: Regulariser of the bias.
        kernel_constraint: Constraint on the kernel.
        recurrent_constraint: Constraint on the recurrent kernel.
        bias_constraint: Constraint on the bias.
        dropout: Fraction of the inputs to drop, in `[0, 1)`.
        recurrent_dropout: Fraction of the state to drop where it meets the recurrent
            kernel, in `[0, 1)`.
        layer_norm: Whether the products with the two kernels are normalised, each with
            a scale of its own, before the bias is added (Ba et al. 2016,
            https://arxiv.org/abs/1607.06450). Needs `reset_after`.
        reset_after: Whether r acts after the product of the state with the recurrent
            kernel, which then has a bias of its own: activation(x W + b + r * (h U + b')),
            as in cuDNN; otherwise before: activation(x W + b + (r * h) U), as published.
        seed: Seed of the dropout masks.

    Call arguments:
        inputs: Float tensor `(batch, features)`.
        states: The state `(batch, units)`, alone or in a list.
        training: Whether to drop.

    Returns:
        The output `(batch, units)`, and the new state, nested as `states` was.

    Raises:
        ValueError: If `units` or a rate is out of range, or on `layer_norm` without
            `reset_after`.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> cell = kerasdl.layers.GRUCell(4)
    >>> output, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
    >>> tuple(output.shape), len(states)
    ((2, 4), 1)
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        layer_norm: bool = False,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            layer_norm=layer_norm,
            seed=seed,
            **kwargs,
        )
        check_gru_layer_norm(layer_norm, reset_after)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.reset_after = reset_after

    def step(self, projected: Any, states: Sequence[Any], *recurrent: Any) -> tuple[Any, ...]:
        """Returns the new states, given the product of the inputs with the kernel."""
        return gru_step(
            projected,
            states,
            *recurrent,
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            reset_after=self.reset_after,
        )

    def _bias_shape(self) -> tuple[int, ...]:
        shape = super()._bias_shape()
        return (2, *shape) if self.reset_after else shape

    def _biases(self) -> tuple[Any, Any]:
        return split_gru_bias(self.bias, self.reset_after)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.update(
            recurrent_activation=keras.activations.serialize(self.recurrent_activation),
            reset_after=self.reset_after,
        )
        return config
