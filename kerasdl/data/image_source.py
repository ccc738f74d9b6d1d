"""A set of labelled images as its source gives it."""

from dataclasses import dataclass

from kerasdl.data.labelled_images import LabelledImages


@dataclass(frozen=True, eq=False)
class ImageSource:
    """A set of labelled images as its source gives it: nothing carved, nothing shuffled.

    Args:
        name: the name of the set.
        title: its name in a sentence: `"MNIST"`.
        version: its version.
        location: the folder it was read from, or the package that embeds it.
        class_names: what label 0, 1, ... stand for.
        splits: the images of each split, in the order of the source.
        notes: what was done to them, a sentence each.
    """

    name: str
    title: str
    version: str
    location: str
    class_names: tuple[str, ...]
    splits: dict[str, LabelledImages]
    notes: tuple[str, ...] = ()

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        height, width, channels = next(iter(self.splits.values())).images.shape[1:]
        return height, width, channels
