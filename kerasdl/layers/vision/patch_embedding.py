"""The `PatchEmbedding` layer."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.arguments import fresh
from kerasdl.layers.vision.image_input import check_image_shape
from kerasdl.registration import public


@public
class PatchEmbedding(keras.layers.Layer):
    """Cuts images into patches and maps each to a vector: the tokens of a vision transformer.

    The patches do not overlap and come row by row. It computes what a
    convolution with kernel size and strides of `patch_size` would, as one matrix
    product (Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929, equation 1).
    Positions are not added: that is another layer's work.

    Args:
        patch_size: Height and width of a patch in pixels: an integer, or a pair.
        embedding_dim: Width of the vectors.
        use_bias: Whether to add a bias.
        kernel_initializer: Initializer of the projection
            `(patch height * patch width * channels, embedding_dim)`.
        bias_initializer: Initializer of the bias.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        images: Float tensor `[batch, height, width, channels]`; height and width
            are multiples of the patch size.

    Returns:
        Float tensor `[batch, patches, embedding_dim]`.

    Raises:
        ValueError: If a size is not a positive integer, the images are not of rank
            4 or the patch size does not divide them.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.PatchEmbedding(patch_size=4, embedding_dim=8)
    >>> tuple(layer(np.zeros((2, 16, 12, 3), "float32")).shape)
    (2, 12, 8)
    """

    def __init__(
        self,
        patch_size: int | tuple[int, int],
        embedding_dim: int,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(patch_size, list | tuple):
            if len(patch_size) != 2:
                raise ValueError(
                    f"Received patch_size={patch_size}. Expected an integer or (height, width)."
                )
            patch_size = (patch_size[0], patch_size[1])
        self.patch_size = patch_size
        patch_height, patch_width = self._patch_shape()
        check_positive_integers(
            patch_height=patch_height, patch_width=patch_width, embedding_dim=embedding_dim
        )
        self.embedding_dim = embedding_dim
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape: Any) -> None:
        """Creates the projection."""
        check_image_shape(input_shape)
        self._check_divisible(input_shape)
        patch_height, patch_width = self._patch_shape()
        self.projection = keras.layers.Dense(
            self.embedding_dim,
            use_bias=self.use_bias,
            kernel_initializer=fresh(self.kernel_initializer),
            bias_initializer=fresh(self.bias_initializer),
            dtype=self.dtype_policy,
            name="projection",
        )
        self.projection.build((None, None, patch_height * patch_width * input_shape[-1]))

    def call(self, images: Any) -> Any:
        """Embeds the patches."""
        self._check_divisible(images.shape)
        batch, height, width, channels = ops.shape(images)
        patch_height, patch_width = self._patch_shape()
        rows, columns = height // patch_height, width // patch_width
        patches = ops.reshape(images, (batch, rows, patch_height, columns, patch_width, channels))
        patches = ops.transpose(patches, (0, 1, 3, 2, 4, 5))
        patches = ops.reshape(
            patches, (batch, rows * columns, patch_height * patch_width * channels)
        )
        return self.projection(patches)

    def _patch_shape(self) -> tuple[int, int]:
        if isinstance(self.patch_size, tuple):
            return self.patch_size
        return self.patch_size, self.patch_size

    def _check_divisible(self, shape: Any) -> None:
        sizes = zip(shape[1:3], self._patch_shape(), strict=True)
        if any(size is not None and size % patch for size, patch in sizes):
            raise ValueError(
                f"Received images of shape {tuple(shape)} for patch_size={self.patch_size}. "
                "Expected a height and width that are multiples of it: resize, crop or pad them."
            )

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """One vector for each patch."""
        batch, height, width, _ = input_shape
        patch_height, patch_width = self._patch_shape()
        patches = None
        if height is not None and width is not None:
            patches = (height // patch_height) * (width // patch_width)
        return (batch, patches, self.embedding_dim)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            patch_size=self.patch_size,
            embedding_dim=self.embedding_dim,
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
            bias_initializer=keras.initializers.serialize(self.bias_initializer),
        )
        return config
