"""Image files and arrays as a model expects them."""

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from kerasdl.exporting import InputError, read_images, read_samples
from kerasdl.exporting.read_images import image_size

GREY = (4, 6, 1)
RGB = (4, 6, 3)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def save(path, pixels, mode=None, **options):
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path, **options)
    return path


def save_array(path, array):
    np.save(path, array, allow_pickle=True)
    return path


def luma(rgb):
    """ITU-R 601 in float64: Pillow's fixed point is within 1 of it."""
    return rgb @ np.array([0.299, 0.587, 0.114])


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tiff", "ppm", "webp"])
def test_a_grey_image_of_the_right_size_is_unchanged(tmp_path, rng, suffix):
    pixels = rng.integers(0, 256, (4, 6), dtype=np.uint8)
    options = {"lossless": True} if suffix == "webp" else {}
    read = read_images(save(tmp_path / f"digit.{suffix}", pixels, **options), GREY)
    assert read.images.dtype == np.uint8
    np.testing.assert_array_equal(read.images, pixels[None, ..., None])
    assert read.names == (f"digit.{suffix}",)
    # WebP knows no grey, and a GIF's is a palette.
    coloured = suffix in ("webp", "gif")
    assert read.notes == ((f"digit.{suffix}: RGB converted to grey",) if coloured else ())


def test_an_rgb_image_of_the_right_size_is_unchanged(tmp_path, rng):
    pixels = rng.integers(0, 256, RGB, dtype=np.uint8)
    read = read_images(str(save(tmp_path / "a.png", pixels)), RGB)
    np.testing.assert_array_equal(read.images, pixels[None])
    assert read.notes == ()


def test_rgb_becomes_grey(tmp_path, rng):
    pixels = rng.integers(0, 256, RGB, dtype=np.uint8)
    read = read_images(save(tmp_path / "a.png", pixels), GREY)
    np.testing.assert_allclose(read.images[0, ..., 0], luma(pixels), atol=1)
    assert read.notes == ("a.png: RGB converted to grey",)


def test_grey_becomes_rgb(tmp_path, rng):
    pixels = rng.integers(0, 256, (4, 6), dtype=np.uint8)
    read = read_images(save(tmp_path / "a.png", pixels), RGB)
    np.testing.assert_array_equal(read.images, np.repeat(pixels[None, ..., None], 3, axis=-1))
    assert read.notes == ("a.png: grey converted to RGB",)


def test_black_and_white_is_0_and_255(tmp_path):
    pixels = np.arange(24).reshape(4, 6) % 2 == 0
    read = read_images(save(tmp_path / "a.png", pixels), GREY)
    np.testing.assert_array_equal(read.images[0, ..., 0], np.where(pixels, 255, 0))


def test_palette_and_cmyk_become_rgb(tmp_path):
    pixels = np.zeros(RGB, np.uint8)
    pixels[..., 0] = 255
    for path in (
        save(tmp_path / "palette.png", pixels, "P"),
        save(tmp_path / "cmyk.tiff", pixels, "CMYK"),
    ):
        read = read_images(path, RGB)
        np.testing.assert_array_equal(read.images[0], pixels)


def test_jpeg(tmp_path):
    pixels = np.full((4, 6, 3), (10, 200, 90), np.uint8)
    read = read_images(save(tmp_path / "a.jpg", pixels, quality=95), RGB)
    np.testing.assert_allclose(read.images[0].astype(int), pixels.astype(int), atol=3)


@pytest.mark.parametrize("shape", [(4, 6, 4), (4, 6, 2)])
def test_transparent_pixels_are_drawn_on_black(tmp_path, rng, shape):
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    read = read_images(save(tmp_path / "a.png", pixels), RGB)
    colour, alpha = pixels[..., :-1].astype(float), pixels[..., -1:] / 255
    np.testing.assert_allclose(read.images[0], np.broadcast_to(colour * alpha, RGB), atol=0.5)
    assert read.notes == ("a.png: transparent pixels drawn on black",)


def test_an_opaque_alpha_channel_is_no_news(tmp_path, rng):
    pixels = rng.integers(0, 256, (4, 6, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    read = read_images(save(tmp_path / "a.png", pixels), RGB)
    np.testing.assert_array_equal(read.images[0], pixels[..., :3])
    assert read.notes == ()


def test_another_size_is_resized_with_a_note(tmp_path):
    # Stripes one pixel wide: antialiasing makes them grey.
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:, ::2] = 255
    read = read_images(save(tmp_path / "a.png", pixels), GREY)
    assert read.images.shape == (1, *GREY)
    np.testing.assert_allclose(read.images, 127.5, atol=10)
    assert read.notes == ("a.png: resized from 40x60 to 4x6 (height x width)",)


def test_exif_orientation_is_honoured(tmp_path, rng):
    upright = rng.integers(0, 256, (4, 6), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by 90 degrees
    path = save(tmp_path / "a.png", np.rot90(upright).copy(), exif=exif)
    read = read_images(path, GREY)
    np.testing.assert_array_equal(read.images[0, ..., 0], upright)
    assert read.notes == ()


@pytest.mark.parametrize(("orientation", "size"), [(1, (3, 5)), (3, (3, 5)), (6, (5, 3))])
def test_the_size_is_that_of_the_upright_image(tmp_path, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (5, 3)).save(tmp_path / "photo.jpg", exif=exif)
    assert image_size(tmp_path / "photo.jpg") == size
    assert read_images(tmp_path / "photo.jpg", (*size, 3)).notes == ()


def test_the_size_of_no_image(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"a\.png is not an image that can be decoded"):
        image_size(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"nowhere\.png cannot be decoded as an image"):
        image_size(tmp_path / "nowhere.png")


def test_of_an_animation_the_first_picture_is_used(tmp_path):
    frames = [Image.fromarray(np.full((4, 6), value, np.uint8)) for value in (30, 90, 200)]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    read = read_images(path, GREY)
    np.testing.assert_array_equal(read.images, np.full((1, *GREY), 30))
    assert read.notes[0] == "a.gif: the first of 3 pictures is used"


def test_16_bit_pixels_keep_their_upper_half(tmp_path, rng):
    pixels = rng.integers(0, 65536, (4, 6), dtype=np.uint16)
    read = read_images(save(tmp_path / "a.png", pixels), GREY)
    np.testing.assert_array_equal(read.images[0, ..., 0], pixels // 256)
    assert read.notes == ("a.png: 16-bit pixels cut to their upper 8 bits",)


def test_float_pixels_of_a_tiff(tmp_path):
    pixels = np.linspace(0, 1, 24, dtype=np.float32).reshape(4, 6)
    read = read_images(save(tmp_path / "a.tiff", pixels), GREY)
    np.testing.assert_array_equal(read.images[0, ..., 0], np.rint(pixels * 255.0))
    assert read.notes == ("a.tiff: float32 in 0..1 converted to uint8",)


@pytest.mark.parametrize(
    ("shape", "image_shape", "count"),
    [
        ((4, 6), GREY, 1),
        ((4, 6, 1), GREY, 1),
        ((5, 4, 6), GREY, 5),
        ((1, 4, 6), GREY, 1),
        ((5, 4, 6, 1), GREY, 5),
        ((4, 6, 3), RGB, 1),
        ((2, 4, 6, 3), RGB, 2),
        # [n, h, w] for a model of images 3 wide, and [h, w, c] for any other.
        ((7, 4, 3), (4, 3, 1), 7),
    ],
)
def test_arrays_of_the_right_size_are_unchanged(tmp_path, rng, shape, image_shape, count):
    array = rng.integers(0, 256, shape, dtype=np.uint8)
    read = read_images(save_array(tmp_path / "a.npy", array), image_shape)
    np.testing.assert_array_equal(read.images, array.reshape(count, *image_shape))
    assert read.notes == ()
    expected = ("a.npy",) if count == 1 else tuple(f"a.npy[{i}]" for i in range(count))
    assert read.names == expected


def test_arrays_are_converted_like_files(tmp_path, rng):
    array = rng.integers(0, 256, (2, 9, 8, 4), dtype=np.uint8)
    read = read_images(save_array(tmp_path / "a.npy", array), GREY)
    for index in range(2):
        alone = read_images(save(tmp_path / "a.png", array[index]), GREY)
        np.testing.assert_array_equal(read.images[index], alone.images[0])
    assert read.notes == (
        "a.npy: transparent pixels drawn on black",
        "a.npy: RGB converted to grey",
        "a.npy: resized from 9x8 to 4x6 (height x width)",
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_floats_from_0_to_1(tmp_path, dtype):
    levels = np.arange(24).reshape(4, 6)
    array = (levels / 255).astype(dtype)
    array[0, 0] = 1
    read = read_images(save_array(tmp_path / "a.npy", array), GREY)
    levels[0, 0] = 255
    np.testing.assert_array_equal(read.images[0, ..., 0], levels)
    assert read.notes == (f"a.npy: {np.dtype(dtype)} in 0..1 converted to uint8",)


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.uint16])
def test_numbers_from_0_to_255(tmp_path, dtype):
    array = (np.arange(24).reshape(4, 6) * 11).astype(dtype)
    read = read_images(save_array(tmp_path / "a.npy", array), GREY)
    np.testing.assert_array_equal(read.images[0, ..., 0], np.arange(24).reshape(4, 6) * 11)
    assert read.notes == (f"a.npy: {np.dtype(dtype)} in 0..255 converted to uint8",)


def test_whole_numbers_0_and_1_are_taken_as_they_are(tmp_path):
    array = np.eye(4, 6, dtype=np.int32)
    read = read_images(save_array(tmp_path / "a.npy", array), GREY)
    assert read.images.max() == 1


def test_booleans_are_0_and_255(tmp_path):
    read = read_images(save_array(tmp_path / "a.npy", np.eye(4, 6, dtype=bool)), GREY)
    np.testing.assert_array_equal(read.images[0, ..., 0], np.eye(4, 6) * 255)
    assert read.notes == ("a.npy: booleans read as 0 and 255",)


def refused(path, match):
    with pytest.raises(InputError, match=match) as caught:
        read_images(path, GREY)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message


def test_a_missing_file(tmp_path):
    refused(tmp_path / "a.png", r"a\.png does not exist; expected an image or a \.npy array")


def test_a_folder(tmp_path):
    refused(tmp_path, "is a folder; expected an image")


@pytest.mark.parametrize("name", ["a.png", "a.npy"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    refused(tmp_path / name, "is empty; expected an image")


@pytest.mark.parametrize("content", [b"hello", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_a_file_that_is_no_image(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    refused(tmp_path / "a.png", "is not an image that can be decoded; expected PNG, JPEG, GIF")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_a_truncated_image(tmp_path, rng, form):
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(buffer, form)
    path = tmp_path / "a.img"
    path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    refused(path, r"cannot be decoded as an image: \w+|is not an image that can be decoded")


def test_damaged_images_are_refused_or_read_but_nothing_else_happens(tmp_path, rng):
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    outcomes = set()
    for form in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, form, **({} if form == "GIF" else {"exif": exif}))
        for _ in range(60):
            damaged = bytearray(buffer.getvalue())
            for position in rng.integers(0, len(damaged), 8):
                damaged[position] = rng.integers(0, 256)
            path = tmp_path / "a.img"
            path.write_bytes(damaged)
            try:
                outcomes.add(read_images(path, GREY).images.shape)
            except InputError:
                outcomes.add(InputError)
    assert outcomes == {InputError, (1, *GREY)}


def test_a_decompression_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    refused(save(tmp_path / "a.png", np.zeros((4, 6), np.uint8)), "exceeds limit of 20 pixels")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    refused(tmp_path / "a.png", "could be decompression bomb DOS attack")


@pytest.mark.parametrize("shape", [(24,), (1, 2, 4, 6, 1), (2, 4, 6, 2), (2, 4, 6, 5), ()])
def test_arrays_of_another_rank(tmp_path, shape):
    path = save_array(tmp_path / "a.npy", np.zeros(shape, np.uint8))
    refused(path, r"has shape \(.*\); expected \(h, w\), \(h, w, c\)")


@pytest.mark.parametrize("shape", [(0, 4, 6), (4, 0), (2, 4, 6, 0)])
def test_arrays_without_pixels(tmp_path, shape):
    refused(save_array(tmp_path / "a.npy", np.zeros(shape, np.uint8)), "holds no pixels")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none(tmp_path, value):
    array = np.full((4, 6), value, np.float32)
    refused(save_array(tmp_path / "a.npy", array), "holds NaN or infinity")


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 256)])
def test_numbers_out_of_range(tmp_path, low, high):
    array = np.full((4, 6), low, np.int32)
    array[0, 0] = high
    match = rf"holds numbers in {low}\.\.{high}; expected 0\.\.1 or 0\.\.255"
    refused(save_array(tmp_path / "a.npy", array), match)


@pytest.mark.parametrize("dtype", ["complex64", "U3", "datetime64[s]"])
def test_arrays_of_another_dtype(tmp_path, dtype):
    refused(save_array(tmp_path / "a.npy", np.zeros((4, 6), dtype)), "has dtype .* expected uint8")


def test_pickled_objects_are_not_loaded(tmp_path):
    array = np.array([[{}]], dtype=object)
    refused(save_array(tmp_path / "a.npy", array), r"is not a \.npy array of numbers: Object arr")


def test_a_damaged_array(tmp_path):
    path = save_array(tmp_path / "a.npy", np.zeros((40, 60), np.uint8))
    path.write_bytes(path.read_bytes()[:500])
    refused(path, r"is not a \.npy array of numbers")
    path.write_bytes(b"garbage")
    refused(path, r"is not a \.npy array of numbers")


def test_reading_warns_of_nothing(tmp_path, rng):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I", "F"):
            image = Image.fromarray(rng.integers(0, 200, (9, 9), dtype=np.uint8)).convert(mode)
            image.save(tmp_path / "a.tiff")
            assert read_images(tmp_path / "a.tiff", GREY).images.shape == (1, *GREY)
    assert caught == []


def test_samples_are_read_in_the_order_of_their_names(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 6, 5, 1), dtype=np.uint8)
    save(tmp_path / "c.png", pixels[2, ..., 0])
    save_array(tmp_path / "a.npy", pixels[:2])
    np.testing.assert_array_equal(read_samples(tmp_path, (6, 5, 1)), pixels)
