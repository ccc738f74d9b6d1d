"""Images decoded in the graph are those that Pillow reads."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerasdl.exporting import read_images
from kerasdl.exporting.encoded_images import decode_images, encode_examples, encode_png

MODES = ["1", "L", "LA", "P", "RGB", "RGBA"]


def random_image(mode, height, width, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    if mode in ("1", "P"):
        return Image.fromarray(pixels[..., :3]).convert(mode)
    image = Image.fromarray(pixels)
    return image.convert(mode) if mode != "LA" else Image.fromarray(pixels[..., 2:])


def encode(image, form):
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def read(path, encoded, image_shape):
    path.write_bytes(encoded)
    return read_images(path, image_shape).images[0]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("mode", "form"),
    [*((mode, "PNG") for mode in MODES), ("RGB", "BMP"), ("RGBA", "BMP"), ("P", "GIF")],
)
def test_pixels_are_exactly_those_that_pillow_reads(tmp_path, mode, form, channels):
    shape = (9, 7, channels)
    encoded = encode(random_image(mode, 9, 7), form)
    found = decode_images(tf.constant([encoded]), shape)
    assert found.dtype == tf.uint8
    np.testing.assert_array_equal(found[0], read(tmp_path / "image", encoded, shape))


@pytest.mark.parametrize("size", [(31, 23), (3, 4), (9, 23), (1, 1)])
def test_resized_pixels_are_within_1_of_those_that_pillow_reads(tmp_path, size):
    encoded = encode(random_image("RGB", *size), "PNG")
    found = decode_images(tf.constant([encoded]), (9, 7, 3))[0].numpy().astype(int)
    expected = read(tmp_path / "image", encoded, (9, 7, 3)).astype(int)
    np.testing.assert_allclose(found, expected, atol=1)


@pytest.mark.parametrize("channels", [1, 3])
def test_png_keeps_every_pixel(channels):
    images = np.random.default_rng(1).integers(0, 256, (3, 9, 7, channels), dtype=np.uint8)
    found = decode_images(tf.constant(encode_png(images)), (9, 7, channels))
    np.testing.assert_array_equal(found, images)


def test_an_example_holds_the_image_it_was_given():
    (serialized,) = encode_examples(np.array([b"\x00\xff"], dtype=object))
    feature = tf.train.Example.FromString(serialized).features.feature["image"]
    assert list(feature.bytes_list.value) == [b"\x00\xff"]
