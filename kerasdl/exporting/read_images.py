"""Image files and arrays as the pixels that a model expects."""

import contextlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from kerasdl.exporting.input_error import InputError

# Those that Pillow reads by itself: others start programs (EPS) or need libraries.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP")


@dataclass(frozen=True)
class ReadImages:
    """Images as a model expects them.

    Args:
        images: uint8 `[n, height, width, channels]`.
        names: One per image: the file's name, with the index where it holds several.
        notes: What was done to them, one line each; empty if nothing.
    """

    images: np.ndarray
    names: tuple[str, ...]
    notes: tuple[str, ...]


def read_images(path: str | Path, image_shape: tuple[int, int, int]) -> ReadImages:
    """Reads an image file, or an array of images, as uint8 of a given shape.

    A file is turned upright by its EXIF orientation; of an animation the first
    picture is taken. Transparent pixels are drawn on black, 16-bit channels keep
    their upper 8 bits. Grey becomes RGB and RGB grey, another size is resized
    with antialiasing.

    A `.npy` file holds `[h, w]`, `[h, w, c]`, `[n, h, w]` or `[n, h, w, c]` with 1, 3 or
    4 channels: whole numbers in 0..255, floats in 0..1 or in 0..255, or booleans.

    Args:
        path: The file.
        image_shape: `(height, width, channels)`; 1 or 3 channels.

    Returns:
        The images.

    Raises:
        InputError: If there is no such image; one line that names the file.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist; expected an image or a .npy array")
    if not path.is_file():
        raise InputError(f"{path} is a folder; expected an image or a .npy array")
    if not path.stat().st_size:
        raise InputError(f"{path} is empty; expected an image or a .npy array")
    notes: list[str] = []
    if path.suffix.lower() == ".npy":
        pixels = _read_array(path, image_shape, notes)
        names = [f"{path.name}[{index}]" for index in range(len(pixels))]
    else:
        pixels = _read_file(path, notes)[np.newaxis]
        names = [path.name]
    images = to_shape(pixels, image_shape, notes)
    # The name alone where there is one image.
    return ReadImages(
        images,
        tuple(names) if len(names) > 1 else (path.name,),
        tuple(f"{path.name}: {note}" for note in notes),
    )


def read_samples(folder: str | Path, image_shape: tuple[int, int, int]) -> np.ndarray:
    """Reads the images of a folder, in the order of their names, as `read_images` does each.

    Args:
        folder: files of images or arrays alone, such as the samples of a run.
        image_shape: `(height, width, channels)`; 1 or 3 channels.

    Returns:
        uint8 `[n, height, width, channels]`.

    Raises:
        InputError: If one of the files is not an image.
    """
    files = sorted(Path(folder).iterdir())
    return np.concatenate([read_images(file, image_shape).images for file in files])


def image_size(path: Path) -> tuple[int, int]:
    """Returns the height and width of an image file, upright, from its first bytes alone.

    Raises:
        InputError: If there is no such image.
    """
    with _opened(path) as image:
        width, height = image.size
        on_its_side = image.getexif().get(ExifTags.Base.Orientation, 1) > 4
        return (width, height) if on_its_side else (height, width)


def _read_file(path: Path, notes: list[str]) -> np.ndarray:
    """Returns uint8 `[h, w, 1, 3 or 4]`."""
    with _opened(path) as image:
        pictures = getattr(image, "n_frames", 1)
        if pictures > 1:
            notes.append(f"the first of {pictures} pictures is used")
        return _pixels(ImageOps.exif_transpose(image), path, notes)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """An image file that is read in the block; what goes wrong there is an InputError."""
    try:
        with warnings.catch_warnings():
            # A small file that would fill the memory; other warnings are about metadata.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                yield image
    except UnidentifiedImageError as error:
        raise InputError(
            f"{path} is not an image that can be decoded; expected {', '.join(FORMATS)} or .npy"
        ) from error
    except InputError:
        raise
    # Pillow's decoders raise whatever it comes to when a file is damaged: OSError, SyntaxError,
    # TypeError, KeyError, struct.error and others were seen.
    except Exception as error:
        raise InputError(f"{path} cannot be decoded as an image: {_reason(error)}") from error


def _pixels(image: Image.Image, path: Path, notes: list[str]) -> np.ndarray:
    if image.mode.startswith("I;16"):
        notes.append("16-bit pixels cut to their upper 8 bits")
        return (np.asarray(image) >> 8).astype(np.uint8)[..., np.newaxis]
    if image.mode in ("I", "F"):
        return _to_uint8(np.asarray(image), path, notes)[..., np.newaxis]
    if image.has_transparency_data:
        return np.asarray(image.convert("RGBA"))
    mode = "L" if image.mode in ("1", "L") else "RGB"
    pixels = np.asarray(image.convert(mode))
    return pixels[..., np.newaxis] if mode == "L" else pixels


def _read_array(path: Path, image_shape: tuple[int, int, int], notes: list[str]) -> np.ndarray:
    """Returns uint8 `[n, h, w, 1, 3 or 4]`."""
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise InputError(f"{path} is not a .npy array of numbers: {_reason(error)}") from error
    if not array.size:
        raise InputError(f"{path} holds no pixels: its shape is {array.shape}")
    array = _to_uint8(array, path, notes)
    height, width, _ = image_shape
    channels_last = array.shape[-1:] in ((1,), (3,), (4,))
    if array.ndim == 2:
        return array[np.newaxis, ..., np.newaxis]
    # [h, w, c] or [n, h, w]: where both are possible, the model's own size decides.
    if array.ndim == 3 and (array.shape[1:] == (height, width) or not channels_last):
        return array[..., np.newaxis]
    if array.ndim == 3:
        return array[np.newaxis]
    if array.ndim == 4 and channels_last:
        return array
    raise InputError(
        f"{path} has shape {array.shape}; expected (h, w), (h, w, c), (n, h, w) or (n, h, w, c) "
        "with 1, 3 or 4 channels"
    )


def _to_uint8(array: np.ndarray, path: Path, notes: list[str]) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        notes.append("booleans read as 0 and 255")
        return array * np.uint8(255)
    if array.dtype.kind not in "iuf":
        raise InputError(f"{path} has dtype {array.dtype}; expected uint8, or numbers in 0..255")
    if not np.isfinite(array).all():
        raise InputError(f"{path} holds NaN or infinity; expected numbers in 0..255")
    low, high = array.min(), array.max()
    if low < 0 or high > 255:
        raise InputError(f"{path} holds numbers in {low}..{high}; expected 0..1 or 0..255")
    unit = array.dtype.kind == "f" and high <= 1
    notes.append(f"{array.dtype} in {'0..1' if unit else '0..255'} converted to uint8")
    return np.rint(array.astype(np.float64) * (255 if unit else 1)).astype(np.uint8)


def to_shape(pixels: np.ndarray, image_shape: tuple[int, int, int], notes: list[str]) -> np.ndarray:
    """Returns images as a model expects them, as `read_images` does.

    Args:
        pixels: uint8 `[n, height, width, 1, 3 or 4]`.
        image_shape: `(height, width, channels)`; 1 or 3 channels.
        notes: what is done is added to them, one line each.

    Returns:
        uint8 `[n, *image_shape]`; `pixels` themselves if they have this shape.
    """
    height, width, channels = image_shape
    if pixels.shape[-1] == 4:
        pixels = _on_black(pixels, notes)
    if pixels.shape[-1] != channels:
        notes.append("RGB converted to grey" if channels == 1 else "grey converted to RGB")
        mode = "L" if channels == 1 else "RGB"
        pixels = _each(pixels, lambda image: image.convert(mode))
    if pixels.shape[1:3] != (height, width):
        found = f"{pixels.shape[1]}x{pixels.shape[2]}"
        notes.append(f"resized from {found} to {height}x{width} (height x width)")
        size = (width, height)
        pixels = _each(pixels, lambda image: image.resize(size, Image.Resampling.BILINEAR))
    return pixels


def _on_black(pixels: np.ndarray, notes: list[str]) -> np.ndarray:
    colour, alpha = pixels[..., :3].astype(np.int32), pixels[..., 3:]
    if alpha.min() < 255:
        notes.append("transparent pixels drawn on black")
    return ((colour * alpha + 127) // 255).astype(np.uint8)


def _each(pixels: np.ndarray, change: Callable[[Image.Image], Image.Image]) -> np.ndarray:
    # Pillow knows no channel axis of length 1.
    grey = pixels.shape[-1] == 1
    images = [Image.fromarray(one[..., 0] if grey else one) for one in pixels]
    changed = np.stack([np.asarray(change(image)) for image in images])
    return changed if changed.ndim == 4 else changed[..., np.newaxis]


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
