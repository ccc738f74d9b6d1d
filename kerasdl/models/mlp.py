"""The multi-layer perceptron for images."""

from collections.abc import Sequence

import keras

from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.models.layer_seeds import layer_seed


def mlp(
    image_shape: Sequence[int],
    num_classes: int,
    hidden_units: Sequence[int] = (512, 256),
    dropout_rate: float = 0.2,
    seed: int | None = None,
    name: str = "mlp",
) -> keras.Model:
    """A multi-layer perceptron that classifies images, preprocessing included.

    Each hidden layer is a dense layer with He initialisation (He et al. 2015),
    a ReLU and inverted dropout (Srivastava et al. 2014).

    Args:
        image_shape: Height, width and channels of an image.
        num_classes: Number of classes, at least 2.
        hidden_units: Width of each hidden layer. Empty: a linear classifier.
        dropout_rate: Probability of dropping a hidden unit, in `[0, 1)`.
        seed: Integer that makes the initial weights and the dropout reproducible.
        name: Name of the model.

    Returns:
        Model from uint8 images of shape `(batch_size, *image_shape)`, values 0 to 255,
        to float32 logits of shape `(batch_size, num_classes)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = mlp(image_shape=(28, 28, 1), num_classes=10, seed=1)
    >>> model.output_shape
    (None, 10)
    """
    image_shape, hidden_units = tuple(image_shape), tuple(hidden_units)
    if not image_shape or min(image_shape) < 1:
        raise ValueError(
            f"image_shape must be positive sizes: height, width, channels. "
            f"Received: image_shape={image_shape}"
        )
    inputs = keras.Input(image_shape, dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, name="rescaling")(inputs)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(
        inputs, dense_head(x, num_classes, hidden_units, dropout_rate, seed), name=name
    )


def dense_head(
    x: keras.KerasTensor,
    num_classes: int,
    hidden_units: Sequence[int],
    dropout_rate: float,
    seed: int | None,
) -> keras.KerasTensor:
    """Hidden layers with ReLU and dropout, and the logits above them.

    Args:
        x: Tensor of shape `(batch_size, features)`.
        num_classes: Number of classes, at least 2.
        hidden_units: Width of each hidden layer.
        dropout_rate: Probability of dropping a hidden unit, in `[0, 1)`.
        seed: Integer that makes the initial weights and the dropout reproducible.

    Returns:
        float32 logits of shape `(batch_size, num_classes)`.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if num_classes < 2:
        raise ValueError(f"num_classes must be at least 2. Received: num_classes={num_classes}")
    if min(hidden_units, default=1) < 1:
        raise ValueError(
            f"hidden_units must be positive widths. Received: hidden_units={hidden_units}"
        )

    for index, units in enumerate(hidden_units, start=1):
        he_normal = keras.initializers.HeNormal(seed=layer_seed(seed, 2 * index))
        x = keras.layers.Dense(units, kernel_initializer=he_normal, name=f"hidden_{index}")(x)
        x = keras.layers.ReLU(name=f"relu_{index}")(x)
        dropout_seed = layer_seed(seed, 2 * index + 1)
        x = InvertedDropout(dropout_rate, seed=dropout_seed, name=f"dropout_{index}")(x)
    glorot_uniform = keras.initializers.GlorotUniform(seed=layer_seed(seed, 0))
    # Logits, and so the loss, stay in float32 in mixed precision.
    return keras.layers.Dense(
        num_classes, kernel_initializer=glorot_uniform, dtype="float32", name="logits"
    )(x)
