"""The vision transformer."""

from collections.abc import Sequence
from typing import NamedTuple

import keras

from kerasdl.arguments import check_choice, check_positive_integers
from kerasdl.layers.blocks.transformer_encoder_block import TransformerEncoderBlock
from kerasdl.layers.positions.learned_positional_embedding import LearnedPositionalEmbedding
from kerasdl.layers.positions.sinusoidal_positional_encoding import SinusoidalPositionalEncoding
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.layers.seeds import derive_seed
from kerasdl.layers.vision.class_token import ClassToken
from kerasdl.layers.vision.patch_embedding import PatchEmbedding
from kerasdl.models.images import check_classifier, image_input, logits


class ViTSize(NamedTuple):
    """What a vision transformer of some size is made of."""

    width: int
    depth: int
    num_heads: int
    hidden_dim: int


# Tiny, small and base are those of Touvron et al. (2021) and Dosovitskiy et al. (2021),
# made for large images; the others are for small ones, and learn in minutes on a CPU.
VIT_SIZES = {
    "pico": ViTSize(width=64, depth=4, num_heads=4, hidden_dim=128),
    "nano": ViTSize(width=128, depth=6, num_heads=4, hidden_dim=256),
    "micro": ViTSize(width=192, depth=6, num_heads=3, hidden_dim=768),
    "tiny": ViTSize(width=192, depth=12, num_heads=3, hidden_dim=768),
    "small": ViTSize(width=384, depth=12, num_heads=6, hidden_dim=1536),
    "base": ViTSize(width=768, depth=12, num_heads=12, hidden_dim=3072),
}


def vit(
    image_shape: Sequence[int],
    num_classes: int,
    size: str | ViTSize = "pico",
    patch_size: int = 4,
    pooling: str = "token",
    positions: str = "learned",
    dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    seed: int | None = None,
    name: str = "vit",
) -> keras.Model:
    """A vision transformer that classifies images, preprocessing included.

    The image is cut into patches, each patch is one token of a transformer encoder, and
    a linear classifier reads the class token, or the average of all tokens (Dosovitskiy
    et al. 2021, https://arxiv.org/abs/2010.11929). Blocks are dropped at random in
    training, later ones more often (stochastic depth, Huang et al. 2016).

    Args:
        image_shape: Height, width and channels of an image.
        num_classes: Number of classes, at least 2.
        size: A name in `VIT_SIZES`, or a `ViTSize` of your own.
        patch_size: Height and width of a patch; a divisor of the image's.
        pooling: What the classifier reads: `"token"` or `"average"`.
        positions: How tokens know where they are: `"learned"` or `"sinusoidal"`.
        dropout_rate: Probability of dropping in attention and feed-forward layers, in `[0, 1)`.
        drop_path_rate: Probability of dropping a branch of the last block, in `[0, 1)`; it
            grows to this linearly from 0 in the first block.
        seed: Integer that makes the dropping reproducible; `keras.utils.set_random_seed`
            does the same for the initial weights.
        name: Name of the model.

    Returns:
        Model from uint8 images of shape `(batch_size, *image_shape)`, values 0 to 255,
        to float32 logits of shape `(batch_size, num_classes)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = vit(image_shape=(28, 28, 1), num_classes=10, patch_size=7, seed=1)
    >>> model.get_layer("class_token").output.shape  # a token for each patch, and one more
    (None, 17, 64)
    """
    check_classifier(image_shape, num_classes)
    check_choice(("token", "average"), pooling=pooling)
    check_choice(("learned", "sinusoidal"), positions=positions)
    if isinstance(size, str):
        check_choice(tuple(VIT_SIZES), size=size)
        size = VIT_SIZES[size]
    check_positive_integers(**size._asdict())

    inputs, x = image_input(image_shape)
    x = PatchEmbedding(patch_size, size.width, name="patches")(x)
    if pooling == "token":
        x = ClassToken(name="class_token")(x)
    if positions == "learned":
        # As large as the embedded patches, or nothing tells them apart in the first epochs.
        scaled = keras.initializers.RandomNormal(stddev=size.width**-0.5)
        x = LearnedPositionalEmbedding(x.shape[1], scaled, name="positions")(x)
    else:
        x = SinusoidalPositionalEncoding(name="positions")(x)
    x = InvertedDropout(dropout_rate, seed=derive_seed(seed, "dropout"), name="dropout")(x)
    for index in range(size.depth):
        x = TransformerEncoderBlock(
            size.num_heads,
            size.hidden_dim,
            dropout=dropout_rate,
            drop_path_rate=drop_path_rate * index / max(size.depth - 1, 1),
            seed=derive_seed(seed, f"block_{index + 1}"),
            name=f"block_{index + 1}",
        )(x)
    x = keras.layers.LayerNormalization(epsilon=1e-6, name="normalization")(x)
    x = x[:, 0] if pooling == "token" else keras.layers.GlobalAveragePooling1D(name="average")(x)
    return keras.Model(inputs, logits(x, num_classes), name=name)
