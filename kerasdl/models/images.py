"""The two ends that classifiers of images have in common."""

from collections.abc import Sequence
from typing import Any

import keras


def check_classifier(image_shape: Sequence[int], num_classes: int) -> None:
    """Checks what every classifier of images is told.

    Raises:
        ValueError: If the shape is not three positive sizes, or there are fewer than two classes.
    """
    image_shape = tuple(image_shape)
    if len(image_shape) != 3 or min(image_shape) < 1:
        raise ValueError(
            f"image_shape must be positive sizes: height, width, channels. "
            f"Received: image_shape={image_shape}"
        )
    if num_classes < 2:
        raise ValueError(f"num_classes must be at least 2. Received: num_classes={num_classes}")


def image_input(image_shape: Sequence[int], lowest: float = 0.0) -> tuple[Any, Any]:
    """The input `image`, uint8 from 0 to 255, and the same from `lowest` to 1."""
    inputs = keras.Input(tuple(image_shape), dtype="uint8", name="image")
    return inputs, keras.layers.Rescaling((1 - lowest) / 255, lowest, name="rescaling")(inputs)


def logits(features: Any, num_classes: int) -> Any:
    """A linear classifier that starts at zero, so that all classes are as likely at first.

    Logits, and so the loss, stay in float32 in mixed precision.
    """
    return keras.layers.Dense(
        num_classes, kernel_initializer="zeros", dtype="float32", name="logits"
    )(features)
