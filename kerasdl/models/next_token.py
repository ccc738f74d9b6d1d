"""A language model that is asked for one token after the other."""

from typing import Any

import keras
from keras import ops

from kerasdl.layers.blocks.transformer_decoder_block import TransformerDecoderBlock
from kerasdl.layers.positions.learned_positional_embedding import LearnedPositionalEmbedding
from kerasdl.layers.recurrent.recurrent_layer import RecurrentLayer

State = list[Any]


class NextToken:
    """Runs a language model over new tokens alone, with what is left of those before.

    The layers are asked one by one for what they must remember: a decoder block for its keys
    and values, a recurrent layer for its states, learned positions for how many there
    were. A step then costs the same however many tokens came before.

    Args:
        model: Chain of layers from tokens to logits, as `gpt` and `char_rnn` return.

    Raises:
        ValueError: If the model is no such chain.

    Example:

    >>> import numpy as np
    >>> from kerasdl.models import gpt
    >>> model = gpt(vocabulary_size=9, width=8, num_layers=1, num_heads=2)
    >>> tokens = np.array([[3, 1, 4, 1]])
    >>> step = NextToken(model)
    >>> state = step.initial_state(batch_size=1, max_length=4)
    >>> _, state = step(tokens[:, :3], state)
    >>> logits, state = step(tokens[:, 3:], state)
    >>> bool(np.allclose(logits, model(tokens)[:, 3:], atol=1e-5))
    True
    """

    def __init__(self, model: keras.Model) -> None:
        layers = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
        if not layers or not isinstance(layers[0], keras.layers.Embedding):
            raise ValueError(
                "Received a model that does not begin with an embedding of tokens. Expected a "
                f"chain of layers, as kerasdl.models.gpt makes it. Received: {model.name!r}"
            )
        self.layers = layers

    @property
    def needs_length(self) -> bool:
        """Whether the number of tokens is limited by what `initial_state` makes room for."""
        return any(
            isinstance(x, TransformerDecoderBlock | LearnedPositionalEmbedding) for x in self.layers
        )

    def initial_state(self, batch_size: int, max_length: int) -> State:
        """What is remembered before the first token.

        Args:
            batch_size: Number of sequences.
            max_length: Number of tokens there is room for, if `needs_length`.
        """
        return [self._initial_state(layer, batch_size, max_length) for layer in self.layers]

    def __call__(self, tokens: Any, state: State) -> tuple[Any, State]:
        """Goes on by some tokens.

        Args:
            tokens: Integer tensor `[batch, new]`.
            state: What `initial_state` or the call before returned.

        Returns:
            Logits `[batch, new, vocabulary]`, float32, and the new state.
        """
        x, new_state = tokens, []
        for layer, remembered in zip(self.layers, state, strict=True):
            if isinstance(layer, TransformerDecoderBlock):
                x, remembered = layer(x, cache=remembered, training=False)
            elif isinstance(layer, RecurrentLayer):
                x, remembered = layer.run_cell(x, initial_state=remembered)
            elif isinstance(layer, LearnedPositionalEmbedding):
                x, remembered = layer(x, start_index=remembered), remembered + ops.shape(x)[1]
            else:
                x = layer(x)
            new_state.append(remembered)
        embedding = self.layers[0]
        if isinstance(embedding, keras.layers.ReversibleEmbedding):
            x = embedding(x, reverse=True)
        return ops.cast(x, "float32"), new_state

    def _initial_state(self, layer: Any, batch_size: int, max_length: int) -> Any:
        if isinstance(layer, TransformerDecoderBlock):
            return layer.init_cache(batch_size, max_length)
        if isinstance(layer, RecurrentLayer):
            return list(layer.get_initial_state(batch_size))
        if isinstance(layer, LearnedPositionalEmbedding):
            return ops.zeros((), "int32")
        return ()
