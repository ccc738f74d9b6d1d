"""LeNet-5."""

from collections.abc import Sequence

import keras

from kerasdl.models.images import check_classifier, image_input, logits

# Two 5 x 5 convolutions, the second without padding, and two poolings leave at least a pixel.
_SMALLEST = 12


def lenet5(image_shape: Sequence[int], num_classes: int, name: str = "lenet5") -> keras.Model:
    """LeNet-5 as one builds it today, preprocessing included.

    The convolutions and widths of LeCun et al. (1998), "Gradient-based learning applied
    to document recognition", figure 2, with ReLU where they had a tanh, maxima where they
    had trained averages, and every map connected to every other.

    Args:
        image_shape: Height, width and channels of an image; at least 12 pixels each way.
        num_classes: Number of classes, at least 2.
        name: Name of the model.

    Returns:
        Model from uint8 images of shape `(batch_size, *image_shape)`, values 0 to 255,
        to float32 logits of shape `(batch_size, num_classes)`. The initial weights follow
        `keras.utils.set_random_seed`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = lenet5(image_shape=(28, 28, 1), num_classes=10)
    >>> model.output_shape, f"{model.count_params():,}"
    ((None, 10), '61,706')
    """
    check_classifier(image_shape, num_classes)
    if min(image_shape[:2]) < _SMALLEST:
        raise ValueError(
            f"LeNet-5 takes images of {_SMALLEST} x {_SMALLEST} pixels or more. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    inputs, x = image_input(image_shape, lowest=-1.0)
    for number, (filters, padding) in enumerate(((6, "same"), (16, "valid")), start=1):
        x = keras.layers.Conv2D(
            filters,
            5,
            padding=padding,
            activation="relu",
            kernel_initializer="he_normal",
            data_format="channels_last",
            name=f"convolution_{number}",
        )(x)
        x = keras.layers.MaxPooling2D(data_format="channels_last", name=f"pooling_{number}")(x)
    x = keras.layers.Flatten(data_format="channels_last", name="flatten")(x)
    for number, units in enumerate((120, 84), start=1):
        x = keras.layers.Dense(
            units, activation="relu", kernel_initializer="he_normal", name=f"hidden_{number}"
        )(x)
    return keras.Model(inputs, logits(x, num_classes), name=name)
