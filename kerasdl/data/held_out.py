"""A class that training does not see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kerasdl.data.data_error import DataError
from kerasdl.data.image_data import ImageData

if TYPE_CHECKING:
    import numpy as np


def hold_out(source: ImageData, class_name: str) -> tuple[ImageData, np.ndarray]:
    """Returns images without a class, and the test images of that class.

    For the detection of what is unlike anything seen in training.

    Args:
        source: images with classes.
        class_name: the class to leave out of every split.

    Returns:
        The images that are left, with the same numbers for their classes; and uint8
        `[n, height, width, channels]`.

    Raises:
        DataError: if there is no such class, no test image of it, or nothing else.

    Example:

        >>> from kerasdl.data import load_images
        >>> normal, anomalies = hold_out(load_images("digits"), "7")
        >>> normal.info.counts["test"] + len(anomalies)
        359
    """
    import numpy as np

    names = source.info.class_names
    if class_name not in names:
        raise DataError(
            f"there is no class {class_name!r} in {source.info.name}; expected one of "
            f"{', '.join(names)}"
        )
    label = names.index(class_name)
    splits = {}
    for split in ("train", "validation", "test"):
        examples = getattr(source, split)
        splits[split] = examples.take(np.flatnonzero(examples.labels != label))
    anomalies = source.test.images[source.test.labels == label]
    if not len(anomalies) or not all(map(len, splits.values())):
        raise DataError(
            f"class {class_name!r} of {source.info.name} has {len(anomalies)} test images, and "
            f"other classes {len(splits['test'])}; expected some of both"
        )
    counts = {split: len(examples) for split, examples in splits.items()}
    return replace(source, info=replace(source.info, counts=counts), **splits), anomalies
