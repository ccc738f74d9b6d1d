"""The `SpatialPyramidPooling` layer."""

from collections.abc import Sequence
from typing import Any

import keras

from kerasdl.layers.vision.image_input import check_image_shape
from kerasdl.ops.pooling import check_pyramid, spatial_pyramid_pool
from kerasdl.registration import public


@public
class SpatialPyramidPooling(keras.layers.Layer):
    """Turns images of any size into vectors of one length.

    It pools over the whole image, its quarters, its sixteenths..., so that a
    classifier with a fixed input width follows convolutions on images of any
    size, and still learns roughly where things are (He et al. 2014,
    https://arxiv.org/abs/1406.4729).

    Args:
        levels: Numbers of rows and columns of each grid of cells.
        pooling: `"max"` (the paper's) or `"average"`.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        images: Float tensor `[batch, height, width, channels]` of any size,
            smaller than a grid too.

    Returns:
        Float tensor `[batch, sum(level ** 2) * channels]`.

    Raises:
        ValueError: If a level is below 1, the pooling unknown or the images are
            not of rank 4.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.SpatialPyramidPooling(levels=(1, 2))
    >>> [tuple(layer(np.zeros((2, size, 7, 3), "float32")).shape) for size in (5, 8)]
    [(2, 15), (2, 15)]
    """

    def __init__(
        self, levels: Sequence[int] = (1, 2, 4), pooling: str = "max", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_pyramid(levels, pooling)
        self.levels = tuple(levels)
        self.pooling = pooling

    def build(self, input_shape: Any) -> None:
        """Checks the shape; there is nothing to create."""
        check_image_shape(input_shape)

    def call(self, images: Any) -> Any:
        """Pools every cell of every level."""
        return spatial_pyramid_pool(images, self.levels, self.pooling)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """One vector for each image."""
        return (input_shape[0], sum(level**2 for level in self.levels) * input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(levels=self.levels, pooling=self.pooling)
        return config
