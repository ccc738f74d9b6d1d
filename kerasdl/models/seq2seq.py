"""Encoder-decoders: an LSTM with attention, and a transformer."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.attention.additive_attention import AdditiveAttention
from kerasdl.layers.blocks.transformer_decoder_block import TransformerDecoderBlock
from kerasdl.layers.blocks.transformer_encoder_block import TransformerEncoderBlock
from kerasdl.layers.positions.rotary_positional_embedding import RotaryPositionalEmbedding
from kerasdl.layers.recurrent.lstm import LSTM
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.layers.seeds import derive_seed
from kerasdl.models.rotary_width import check_rotary_width

PADDING = 0
"""The token that fills up the shorter sequences of a batch."""


def seq2seq_lstm(
    vocabulary_size: int,
    units: int = 128,
    dropout_rate: float = 0.1,
    seed: int | None = None,
    name: str = "seq2seq_lstm",
) -> keras.Model:
    """A bidirectional LSTM that reads, and an LSTM with attention that writes.

    Attention scores are those of Bahdanau et al. (2015), https://arxiv.org/abs/1409.0473. The
    query is the decoder's state after it has read the last word (Luong et al. 2015,
    https://arxiv.org/abs/1508.04025, figure 2), not before: so nothing that attention finds goes
    back into the LSTM, and training is one pass over the target instead of a loop.

    Args:
        vocabulary_size: Number of tokens, those of source and target alike.
        units: Width of embeddings and of the decoder; the encoder has half of it each way.
        dropout_rate: Rate of dropout on embeddings and before the logits.
        seed: Integer that makes the dropout reproducible; the initial weights follow
            `keras.utils.set_random_seed`.
        name: Name of the model.

    Returns:
        Model from int32 token ids `source` `(batch, source time)` and `target`
        `(batch, target time)`, 0 for padding, to float32 logits of the token that follows each
        of `target`: `(batch, target time, vocabulary_size)`.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> model = seq2seq_lstm(vocabulary_size=20, units=8, seed=1)
    >>> model.output_shape
    (None, None, 20)
    """
    _check_vocabulary(vocabulary_size)
    if units < 2 or units % 2:
        raise ValueError(f"units must be even, 2 or more. Received: units={units}")
    source, target = _inputs()
    source_mask = ops.not_equal(source, PADDING)
    dropout = _dropout(dropout_rate, seed)
    embedding = keras.layers.Embedding(vocabulary_size, units, name="embedding")
    read = LSTM(units // 2, return_sequences=True, return_state=True)
    encoder = keras.layers.Bidirectional(read, name="encoder")
    memory, *last = encoder(dropout("source_dropout", embedding(source)), mask=source_mask)
    forward_h, forward_c, backward_h, backward_c = last
    state_h = keras.layers.Dense(units, activation="tanh", name="state_h")(
        ops.concatenate([forward_h, backward_h], axis=-1)
    )
    state_c = keras.layers.Dense(units, name="state_c")(
        ops.concatenate([forward_c, backward_c], axis=-1)
    )

    decoder = LSTM(units, return_sequences=True, return_state=True, name="decoder")
    x, _, _ = decoder(
        dropout("target_dropout", embedding(target)), initial_state=[state_h, state_c]
    )
    context = AdditiveAttention(units, name="attention")(x, memory, value_mask=source_mask)
    combined = keras.layers.Dense(units, activation="tanh", name="combined")
    x = dropout("output_dropout", combined(ops.concatenate([x, context], axis=-1)))
    # Logits, and so the loss, stay in float32 in mixed precision.
    logits = keras.layers.Dense(vocabulary_size, dtype="float32", name="logits")(x)
    return keras.Model({"source": source, "target": target}, logits, name=name)


def seq2seq_transformer(
    vocabulary_size: int,
    width: int = 128,
    num_layers: int = 2,
    num_heads: int = 4,
    hidden_dim: int | None = None,
    dropout_rate: float = 0.1,
    seed: int | None = None,
    name: str = "seq2seq_transformer",
) -> keras.Model:
    """A transformer that reads, and one that writes: the shape of T5.

    Normalization by root mean square before each branch, gated GELU, no biases (Raffel et al.
    2020, https://arxiv.org/abs/1910.10683, and its version 1.1); one table of embeddings for
    source, target and logits, as in T5 1.0. Positions are rotated into queries and keys of
    self-attention (Su et al. 2021, https://arxiv.org/abs/2104.09864) where T5 adds a bias
    for each distance to the scores.

    Args:
        vocabulary_size: Number of tokens, those of source and target alike.
        width: Width of embeddings and blocks, a multiple of `2 * num_heads`.
        num_layers: Number of blocks in the encoder, and in the decoder.
        num_heads: Number of attention heads.
        hidden_dim: Width inside the feed-forward layers. Default: 2.5 `width`, with the gate as
            many weights as the 4 `width` of a layer without.
        dropout_rate: Rate of dropout on embeddings, attention weights, hidden values and the
            output of each branch.
        seed: Integer that makes the dropout reproducible; the initial weights follow
            `keras.utils.set_random_seed`.
        name: Name of the model.

    Returns:
        Model from int32 token ids `source` `(batch, source time)` and `target`
        `(batch, target time)`, 0 for padding, to float32 logits of the token that follows each
        of `target`: `(batch, target time, vocabulary_size)`.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> model = seq2seq_transformer(20, width=8, num_layers=1, num_heads=2, seed=1)
    >>> model.output_shape
    (None, None, 20)
    """
    _check_vocabulary(vocabulary_size)
    check_rotary_width(width, num_heads)
    hidden_dim = 5 * width // 2 if hidden_dim is None else hidden_dim
    check_positive_integers(num_layers=num_layers, hidden_dim=hidden_dim)
    source, target = _inputs()
    source_mask = ops.not_equal(source, PADDING)
    dropout = _dropout(dropout_rate, seed)
    embedding = keras.layers.ReversibleEmbedding(
        vocabulary_size,
        width,
        # Logits of unit variance at the start, as the outputs they are made of are normalized.
        embeddings_initializer=keras.initializers.RandomNormal(stddev=width**-0.5),
        reverse_dtype="float32",
        name="embedding",
    )
    arguments: dict[str, Any] = {
        "num_heads": num_heads,
        "hidden_dim": hidden_dim,
        "activation": "geglu",
        "normalization": "rms_norm",
        "dropout": dropout_rate,
        "use_bias": False,
    }
    # As an attention mask: the normalization behind the blocks of Keras would lose a padding mask.
    attended = ops.expand_dims(source_mask, 1)
    x = dropout("source_dropout", embedding(source) * width**0.5)
    for index in range(num_layers):
        block = TransformerEncoderBlock(
            rotary=RotaryPositionalEmbedding(),
            seed=derive_seed(seed, f"encoder_{index}"),
            name=f"encoder_{index}",
            **arguments,
        )
        x = block(x, attention_mask=attended)
    memory = keras.layers.RMSNormalization(name="encoder_normalization")(x)

    x = dropout("target_dropout", embedding(target) * width**0.5)
    for index in range(num_layers):
        block = TransformerDecoderBlock(
            cross_attention=True,
            rotary=RotaryPositionalEmbedding(),
            seed=derive_seed(seed, f"decoder_{index}"),
            name=f"decoder_{index}",
            **arguments,
        )
        x = block(x, memory, memory_mask=source_mask)
    x = keras.layers.RMSNormalization(name="decoder_normalization")(x)
    logits = embedding(dropout("output_dropout", x), reverse=True)
    return keras.Model({"source": source, "target": target}, logits, name=name)


def _inputs() -> tuple[Any, Any]:
    return (
        keras.Input((None,), dtype="int32", name="source"),
        keras.Input((None,), dtype="int32", name="target"),
    )


def _dropout(rate: float, seed: int | None) -> Callable[[str, Any], Any]:
    """Applies a dropout of that name, with a seed of its own."""

    def drop(name: str, x: Any) -> Any:
        return InvertedDropout(rate, seed=derive_seed(seed, name), name=name)(x)

    return drop


def _check_vocabulary(size: int) -> None:
    if size < 2:
        raise ValueError(f"vocabulary_size must be 2 or more. Received: vocabulary_size={size}")
