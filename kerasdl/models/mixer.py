"""The MLP-Mixer."""

from collections.abc import Sequence
from typing import NamedTuple

import keras

from kerasdl.arguments import check_choice, check_positive_integers
from kerasdl.layers.blocks.mixer_block import MixerBlock
from kerasdl.layers.seeds import derive_seed
from kerasdl.layers.vision.patch_embedding import PatchEmbedding
from kerasdl.models.images import check_classifier, image_input, logits


class MixerSize(NamedTuple):
    """What an MLP-Mixer of some size is made of."""

    width: int
    depth: int
    token_dim: int
    channel_dim: int


# Small and base are those of Tolstikhin et al. (2021), table 1, made for large images; the
# others are for small ones, and learn in minutes on a CPU.
MIXER_SIZES = {
    "pico": MixerSize(width=64, depth=4, token_dim=64, channel_dim=128),
    "nano": MixerSize(width=128, depth=6, token_dim=64, channel_dim=256),
    "micro": MixerSize(width=192, depth=8, token_dim=96, channel_dim=768),
    "small": MixerSize(width=512, depth=8, token_dim=256, channel_dim=2048),
    "base": MixerSize(width=768, depth=12, token_dim=384, channel_dim=3072),
}


def mixer(
    image_shape: Sequence[int],
    num_classes: int,
    size: str | MixerSize = "pico",
    patch_size: int = 4,
    dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    seed: int | None = None,
    name: str = "mixer",
) -> keras.Model:
    """An MLP-Mixer that classifies images, preprocessing included.

    The image is cut into patches; feed-forward layers along the patches take turns with
    feed-forward layers along the channels, and a linear classifier reads the average of all
    patches (Tolstikhin et al. 2021, https://arxiv.org/abs/2105.01601). Positions need no
    layer: the weights along the patches tell one from the other. Blocks are dropped at
    random in training, later ones more often (stochastic depth, Huang et al. 2016).

    Args:
        image_shape: Height, width and channels of an image.
        num_classes: Number of classes, at least 2.
        size: A name in `MIXER_SIZES`, or a `MixerSize` of your own.
        patch_size: Height and width of a patch; a divisor of the image's.
        dropout_rate: Probability of dropping a hidden unit, in `[0, 1)`.
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

    >>> model = mixer(image_shape=(28, 28, 1), num_classes=10, seed=1)
    >>> model.output_shape
    (None, 10)
    """
    check_classifier(image_shape, num_classes)
    if isinstance(size, str):
        check_choice(tuple(MIXER_SIZES), size=size)
        size = MIXER_SIZES[size]
    check_positive_integers(**size._asdict())

    inputs, x = image_input(image_shape)
    x = PatchEmbedding(patch_size, size.width, name="patches")(x)
    for index in range(size.depth):
        x = MixerBlock(
            size.token_dim,
            size.channel_dim,
            dropout=dropout_rate,
            drop_path_rate=drop_path_rate * index / max(size.depth - 1, 1),
            seed=derive_seed(seed, f"block_{index + 1}"),
            name=f"block_{index + 1}",
        )(x)
    x = keras.layers.LayerNormalization(epsilon=1e-6, name="normalization")(x)
    x = keras.layers.GlobalAveragePooling1D(name="average")(x)
    return keras.Model(inputs, logits(x, num_classes), name=name)
