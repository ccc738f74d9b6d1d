"""scikit-learn's handwritten digits, laid out as MNIST lays out its own.

The embedded stand-in for MNIST: 1,797 real handwritten digits that are
installed with scikit-learn and so need no network. They come as 8x8 images with
17 levels of grey (from 32x32 bitmaps, each pixel the ink in a 4x4 block). Here
they are drawn as MNIST's are: ink from 0 to 255 on black, the digit in a 20x20
box, its centre of mass in the centre of 28x28 pixels.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits",
UCI Machine Learning Repository, 1998, CC BY 4.0 (its 1,797 test images).
"""

import numpy as np

from kerasdl.data.image_source import ImageSource
from kerasdl.data.labelled_images import LabelledImages
from kerasdl.data.splitting import TEST_SEED, stratified_part

# One digit in five is for the test; the split is the same for every run.
_TEST_FRACTION = 0.2


def load_digits() -> ImageSource:
    """Returns the digits as 28x28x1 images, with a fixed stratified test split.

    >>> source = load_digits()
    >>> {split: len(examples) for split, examples in source.splits.items()}
    {'train': 1438, 'test': 359}
    """
    import sklearn
    import sklearn.datasets

    bunch = sklearn.datasets.load_digits()
    every = LabelledImages(_draw_like_mnist(bunch.images), bunch.target.astype(np.int64))
    is_test = stratified_part(every.labels, _TEST_FRACTION, TEST_SEED)
    return ImageSource(
        name="digits",
        title="scikit-learn's handwritten digits",
        version=f"scikit-learn {sklearn.__version__}",
        location="scikit-learn (embedded)",
        class_names=tuple("0123456789"),
        splits={
            "train": every.take(np.flatnonzero(~is_test)),
            "test": every.take(np.flatnonzero(is_test)),
        },
    )


def _draw_like_mnist(small: np.ndarray) -> np.ndarray:
    """Returns uint8 images `[n, 28, 28, 1]` from ink counts 0...16, `[n, 8, 8]`."""
    enlarge = _cubic_interpolation(8, 20)
    box = np.einsum("yi,nij,xj->nyx", enlarge, small / 16.0, enlarge)
    # Block means are blurred; a steeper edge gives back the width of a pen stroke.
    box = np.clip((box - 0.3) / 0.5, 0.0, 1.0)
    images = np.zeros((len(box), 28, 28), np.uint8)
    for image, ink in zip(images, np.rint(255 * box).astype(np.uint8), strict=True):
        top, left = (int(np.clip(np.rint(13.5 - centre), 0, 8)) for centre in _centre_of_mass(ink))
        image[top : top + 20, left : left + 20] = ink
    return images[..., np.newaxis]


def _centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    rows, columns = image.sum(axis=1, dtype=float), image.sum(axis=0, dtype=float)
    positions = np.arange(len(image))
    return float(rows @ positions / rows.sum()), float(columns @ positions / columns.sum())


def _cubic_interpolation(size: int, new_size: int) -> np.ndarray:
    """Returns the matrix `[new_size, size]` of Catmull-Rom interpolation, pixel centres aligned.

    The border repeats its last pixel; every row sums to 1.
    """
    position = (np.arange(new_size) + 0.5) * size / new_size - 0.5
    matrix = np.zeros((new_size, size))
    for offset in (-1, 0, 1, 2):
        source = np.floor(position).astype(int) + offset
        distance = np.abs(position - source)
        near = 1.5 * distance**3 - 2.5 * distance**2 + 1
        far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
        weight = np.where(distance <= 1, near, far)
        np.add.at(matrix, (np.arange(new_size), np.clip(source, 0, size - 1)), weight)
    return matrix
