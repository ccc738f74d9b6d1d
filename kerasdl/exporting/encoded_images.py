"""Images as PNG and JPEG files: decoded inside a TensorFlow graph, encoded outside of it."""

import numpy as np
import tensorflow as tf

# ITU-R 601 luma in 16-bit fixed point, which Pillow uses too: the weights sum to
# 2^16, so grey stored as RGB comes back as exactly that grey.
LUMA_WEIGHTS = (19595, 38470, 7471)
LUMA_BITS = 16


def decode_images(encoded: tf.Tensor, image_shape: tuple[int, int, int]) -> tf.Tensor:
    """Decodes a batch of images, each of its own format, size and colours.

    Grey becomes RGB and RGB grey as `image_shape` asks, transparent pixels are
    drawn on black, of an animation the first frame is taken, another size is
    resized with antialiasing. EXIF orientation is not looked at.

    Args:
        encoded: string `[n]`; PNG, JPEG, GIF or BMP.
        image_shape: `(height, width, channels)`; 1 or 3 channels.

    Returns:
        uint8 `[n, height, width, channels]`.
    """
    return tf.map_fn(
        lambda one: _decode(one, image_shape),
        encoded,
        fn_output_signature=tf.TensorSpec(image_shape, tf.uint8),
    )


def _decode(encoded: tf.Tensor, image_shape: tuple[int, int, int]) -> tf.Tensor:
    height, width, channels = image_shape
    image = tf.io.decode_image(encoded, expand_animations=False)
    image = tf.cast(tf.ensure_shape(image, [None, None, None]), tf.int32)
    # The fourth byte of a BMP's pixels means nothing, and is often 0.
    image = _rgb_on_black(image, opaque=tf.strings.substr(encoded, 0, 2) == b"BM")
    if channels == 1:
        image = _grey(image)
    image = tf.cond(
        tf.reduce_all(tf.shape(image)[:2] == (height, width)),
        lambda: image,
        lambda: _resize(image, height, width),
    )
    return tf.cast(tf.ensure_shape(image, image_shape), tf.uint8)


def _rgb_on_black(image: tf.Tensor, opaque: tf.Tensor) -> tf.Tensor:
    depth = tf.shape(image)[-1]
    colours = depth - 1 + depth % 2  # grey 1, grey and alpha 1, RGB 3, RGBA 3
    padded = tf.pad(image, [[0, 0], [0, 0], [0, 1]], constant_values=255)
    colour, alpha = padded[..., :colours], padded[..., colours : colours + 1]
    alpha = tf.where(opaque, 255, alpha)
    on_black = (colour * alpha + 127) // 255
    return on_black + tf.zeros([3], tf.int32)


def _grey(rgb: tf.Tensor) -> tf.Tensor:
    weighted = tf.reduce_sum(rgb * LUMA_WEIGHTS, axis=-1, keepdims=True)
    return tf.bitwise.right_shift(weighted + (1 << (LUMA_BITS - 1)), LUMA_BITS)


def _resize(image: tf.Tensor, height: int, width: int) -> tf.Tensor:
    resized = tf.image.resize(tf.cast(image, tf.float32), (height, width), antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(resized), 0.0, 255.0), tf.int32)


def encode_png(images: np.ndarray) -> np.ndarray:
    """Returns each of uint8 `[n, height, width, channels]` as a PNG file, `[n]`."""
    return np.array([tf.io.encode_png(image).numpy() for image in images], dtype=object)


def encode_examples(encoded: np.ndarray) -> np.ndarray:
    """Returns each encoded image as feature `image` of a serialized `tf.train.Example`."""
    return np.array([_example(image) for image in encoded], dtype=object)


def _example(image: bytes) -> bytes:
    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[image]))
    example = tf.train.Example(features=tf.train.Features(feature={"image": feature}))
    return bytes(example.SerializeToString())
