"""The decoder-only transformer."""

from typing import Literal

import keras

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.blocks.transformer_decoder_block import TransformerDecoderBlock
from kerasdl.layers.positions.learned_positional_embedding import LearnedPositionalEmbedding
from kerasdl.layers.positions.rotary_positional_embedding import RotaryPositionalEmbedding
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.layers.seeds import derive_seed
from kerasdl.models.rotary_width import check_rotary_width

Positions = Literal["rotary", "learned"]


def gpt(
    vocabulary_size: int,
    context: int = 64,
    num_layers: int = 4,
    num_heads: int = 4,
    width: int = 128,
    hidden_dim: int | None = None,
    activation: str = "gelu",
    positions: Positions = "rotary",
    dropout_rate: float = 0.0,
    seed: int | None = None,
    name: str = "gpt",
) -> keras.Model:
    """A language model that sees the tokens so far and says what comes next.

    Decoder blocks as in GPT-2 (Radford et al., 2019), with what has proved better since:
    RMS normalization (Zhang and Sennrich, 2019), rotary positions (Su et al., 2021) and no
    biases. The embedding of the tokens is also the last projection (Press and Wolf, 2017).

    Args:
        vocabulary_size: Number of tokens.
        context: Tokens that it is trained to look back on; a limit with learned positions.
        num_layers: Number of decoder blocks.
        num_heads: Number of attention heads; divides `width`, with rotary positions `width / 2`.
        width: Width of the embedding and of every block.
        hidden_dim: Width inside the feed-forward layers. Default: `4 * width`.
        activation: Activation of the feed-forward layers; see `FeedForward`.
        positions: `"rotary"`, or `"learned"`: a vector for each position.
        dropout_rate: Rate of dropout in the blocks and after the embedding.
        seed: Integer that makes the dropout reproducible, and the initial embedding.
        name: Name of the model.

    Returns:
        Model from int32 tokens of shape `(batch_size, length)` to float32 logits of shape
        `(batch_size, length, vocabulary_size)`, of the token after each.

    Raises:
        ValueError: If a number is out of its range, or `positions` is unknown.

    Example:

    >>> model = gpt(vocabulary_size=65, num_layers=1, seed=1)
    >>> model.output_shape
    (None, None, 65)
    """
    if vocabulary_size < 2:
        raise ValueError(f"vocabulary_size must be at least 2. Received: {vocabulary_size}")
    if positions not in ("rotary", "learned"):
        raise ValueError(f"positions must be 'rotary' or 'learned'. Received: {positions!r}")
    hidden_dim = 4 * width if hidden_dim is None else hidden_dim
    check_positive_integers(width=width, num_heads=num_heads, hidden_dim=hidden_dim)
    check_positive_integers(num_layers=num_layers, context=context)
    if positions == "rotary":
        check_rotary_width(width, num_heads)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    # Float32 logits, and so the loss, in mixed precision too.
    embedding = keras.layers.ReversibleEmbedding(
        vocabulary_size,
        width,
        embeddings_initializer=keras.initializers.RandomNormal(
            stddev=width**-0.5, seed=derive_seed(seed, "embedding")
        ),
        reverse_dtype="float32",
        name="embedding",
    )
    x = embedding(tokens)
    if positions == "learned":
        x = LearnedPositionalEmbedding(context, name="positions")(x)
    x = InvertedDropout(dropout_rate, seed=derive_seed(seed, "dropout"), name="dropout")(x)
    for index in range(1, num_layers + 1):
        x = TransformerDecoderBlock(
            num_heads,
            hidden_dim,
            activation=activation,
            normalization="rms_norm",
            dropout=dropout_rate,
            rotary=RotaryPositionalEmbedding() if positions == "rotary" else None,
            use_bias=False,
            seed=derive_seed(seed, f"block_{index}"),
            name=f"block_{index}",
        )(x)
    x = keras.layers.RMSNormalization(epsilon=1e-6, name="normalization")(x)
    return keras.Model(tokens, embedding(x, reverse=True), name=name)
