"""Classifiers of texts: a bidirectional LSTM, and a transformer with a class token."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.attention.additive_attention import AdditiveAttention
from kerasdl.layers.blocks.transformer_encoder_block import TransformerEncoderBlock
from kerasdl.layers.positions.rotary_positional_embedding import RotaryPositionalEmbedding
from kerasdl.layers.recurrent.lstm import LSTM
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.layers.seeds import derive_seed
from kerasdl.layers.vision.class_token import ClassToken
from kerasdl.models.rotary_width import check_rotary_width

PADDING = 0
"""The token that fills up the shorter texts of a batch."""


def text_classifier_lstm(
    vocabulary_size: int,
    num_classes: int,
    width: int = 128,
    num_layers: int = 1,
    dropout_rate: float = 0.3,
    seed: int | None = None,
    name: str = "text_classifier_lstm",
) -> keras.Model:
    """A bidirectional LSTM over the tokens of a text, and attention that says which of them count.

    Attention is that of Yang et al. (2016, https://aclanthology.org/N16-1174), asked by the
    average of the outputs. It gives every token a short way to the loss, and padding none.

    Args:
        vocabulary_size: Number of tokens.
        num_classes: Number of classes, at least 2.
        width: Width of the embedding; an even number, as the LSTM has half of it each way.
        num_layers: Number of LSTMs, one on the other.
        dropout_rate: Rate of dropout on the embeddings and before the logits.
        seed: Integer that makes the dropout reproducible; the initial weights follow
            `keras.utils.set_random_seed`.
        name: Name of the model.

    Returns:
        Model from int32 token ids `tokens` `(batch, time)`, 0 for padding, to float32 logits
        `(batch, num_classes)`.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> model = text_classifier_lstm(vocabulary_size=20, num_classes=3, width=8, seed=1)
    >>> model.output_shape
    (None, 3)
    """
    _check(vocabulary_size, num_classes, num_layers)
    if width < 2 or width % 2:
        raise ValueError(f"width must be even, 2 or more. Received: width={width}")
    tokens, mask = _inputs()
    x = keras.layers.Embedding(vocabulary_size, width, name="embedding")(tokens)
    x = _dropout(x, dropout_rate, seed, "embedding_dropout")
    for index in range(1, num_layers + 1):
        read = LSTM(width // 2, return_sequences=True)
        x = keras.layers.Bidirectional(read, name=f"lstm_{index}")(x, mask=mask)
    average = ops.cast(_average(x, mask), x.dtype)
    x = AdditiveAttention(width, name="attention")(ops.expand_dims(average, 1), x, value_mask=mask)[
        :, 0
    ]
    x = _dropout(x, dropout_rate, seed, "dropout")
    return keras.Model(tokens, _logits(x, num_classes), name=name)


def text_classifier_transformer(
    vocabulary_size: int,
    num_classes: int,
    width: int = 128,
    num_layers: int = 2,
    num_heads: int = 4,
    dropout_rate: float = 0.3,
    seed: int | None = None,
    name: str = "text_classifier_transformer",
) -> keras.Model:
    """A transformer encoder with a class token in front of the text, as BERT has it.

    The classifier reads what the blocks collect in the class token (Devlin et al. 2019,
    https://arxiv.org/abs/1810.04805). Normalization comes before each branch, and positions are
    rotated into queries and keys, so that a text may be longer than those of training.

    Args:
        vocabulary_size: Number of tokens.
        num_classes: Number of classes, at least 2.
        width: Width of embedding and blocks, a multiple of `2 * num_heads`.
        num_layers: Number of blocks.
        num_heads: Number of attention heads.
        dropout_rate: Rate of dropout on the embeddings, inside of the blocks and before the
            logits.
        seed: Integer that makes the dropout reproducible; the initial weights follow
            `keras.utils.set_random_seed`.
        name: Name of the model.

    Returns:
        Model from int32 token ids `tokens` `(batch, time)`, 0 for padding, to float32 logits
        `(batch, num_classes)`.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> model = text_classifier_transformer(20, num_classes=3, width=8, num_heads=2, seed=1)
    >>> model.output_shape
    (None, 3)
    """
    _check(vocabulary_size, num_classes, num_layers)
    check_rotary_width(width, num_heads)
    tokens, mask = _inputs()
    # As large as what the blocks add to it.
    scaled = keras.initializers.RandomNormal(stddev=0.2)
    x = keras.layers.Embedding(
        vocabulary_size, width, embeddings_initializer=scaled, name="embedding"
    )(tokens)
    x = _dropout(x, dropout_rate, seed, "embedding_dropout")
    x = ClassToken(name="class_token")(x, mask=mask)
    # As an attention mask: the normalization behind the blocks of Keras would lose a padding mask.
    attended = ops.pad(mask, [[0, 0], [1, 0]], constant_values=True)
    for index in range(num_layers):
        x = TransformerEncoderBlock(
            num_heads,
            2 * width,
            dropout=dropout_rate,
            rotary=RotaryPositionalEmbedding(),
            seed=derive_seed(seed, f"block_{index + 1}"),
            name=f"block_{index + 1}",
        )(x, attention_mask=ops.expand_dims(attended, 1))
    x = keras.layers.LayerNormalization(epsilon=1e-6, name="normalization")(x[:, 0])
    x = _dropout(x, dropout_rate, seed, "dropout")
    return keras.Model(tokens, _logits(x, num_classes), name=name)


def _check(vocabulary_size: int, num_classes: int, num_layers: int) -> None:
    check_positive_integers(num_layers=num_layers)
    if vocabulary_size < 2 or num_classes < 2:
        raise ValueError(
            "vocabulary_size and num_classes must be 2 or more. Received: "
            f"vocabulary_size={vocabulary_size}, num_classes={num_classes}"
        )


def _inputs() -> tuple[Any, Any]:
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    return tokens, ops.not_equal(tokens, PADDING)


def _average(x: Any, mask: Any) -> Any:
    """The mean over the tokens, in float32; zero where there is none."""
    mask = ops.expand_dims(mask, 2)
    total = ops.sum(ops.where(mask, ops.cast(x, "float32"), 0.0), axis=1)
    return total / ops.maximum(ops.sum(ops.cast(mask, "float32"), axis=1), 1.0)


def _dropout(x: Any, rate: float, seed: int | None, name: str) -> Any:
    return InvertedDropout(rate, seed=derive_seed(seed, name), name=name)(x)


def _logits(x: Any, num_classes: int) -> Any:
    # Logits, and so the loss, stay in float32 in mixed precision.
    return keras.layers.Dense(num_classes, dtype="float32", name="logits")(x)
