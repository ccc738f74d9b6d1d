"""A small VGG."""

from collections.abc import Sequence

import keras

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.batch_normalization import BatchNormalization
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.models.images import check_classifier, image_input, logits
from kerasdl.models.layer_seeds import layer_seed


def vgg(
    image_shape: Sequence[int],
    num_classes: int,
    filters: Sequence[int] = (32, 64, 128),
    convolutions: int = 2,
    dropout_rate: float = 0.2,
    seed: int | None = None,
    name: str = "vgg",
) -> keras.Model:
    """Stages of 3 x 3 convolutions, each of half the size and more channels than the last.

    After Simonyan and Zisserman (2015), https://arxiv.org/abs/1409.1556, in small, with batch
    normalization after each convolution, and an average over all places where they had layers
    that hold nine tenths of the weights.

    Args:
        image_shape: Height, width and channels of an image.
        num_classes: Number of classes, at least 2.
        filters: Channels of each stage. Every stage but the last halves height and width.
        convolutions: Convolutions in a stage.
        dropout_rate: Probability of dropping a value after each stage, in `[0, 1)`.
        seed: Integer that makes the dropout reproducible. The initial weights follow
            `keras.utils.set_random_seed`.
        name: Name of the model.

    Returns:
        Model from uint8 images of shape `(batch_size, *image_shape)`, values 0 to 255,
        to float32 logits of shape `(batch_size, num_classes)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = vgg(image_shape=(28, 28, 1), num_classes=10)
    >>> model.output_shape, f"{model.count_params():,}"
    ((None, 10), '289,066')
    """
    check_classifier(image_shape, num_classes)
    check_positive_integers(convolutions=convolutions)
    smallest = 2 ** (len(filters) - 1)
    if not filters or min(filters) < 1 or min(image_shape[:2]) < smallest:
        raise ValueError(
            f"filters must be positive, one for each stage, and images have at least {smallest} "
            f"pixels each way for {len(filters)} stages. "
            f"Received: filters={tuple(filters)}, image_shape={tuple(image_shape)}"
        )
    inputs, x = image_input(image_shape, lowest=-1.0)
    for stage, channels in enumerate(filters, start=1):
        if stage > 1:
            x = keras.layers.MaxPooling2D(data_format="channels_last", name=f"pooling_{stage}")(x)
        for number in range(1, convolutions + 1):
            x = keras.layers.Conv2D(
                channels,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer="he_normal",
                data_format="channels_last",
                name=f"convolution_{stage}_{number}",
            )(x)
            x = BatchNormalization(name=f"normalization_{stage}_{number}")(x)
            x = keras.layers.ReLU(name=f"relu_{stage}_{number}")(x)
        dropout_seed = layer_seed(seed, stage)
        x = InvertedDropout(dropout_rate, seed=dropout_seed, name=f"dropout_{stage}")(x)
    x = keras.layers.GlobalAveragePooling2D(data_format="channels_last", name="average")(x)
    return keras.Model(inputs, logits(x, num_classes), name=name)
