"""A text as its source gives it."""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class TextSource:
    """A text as its source gives it, split three ways.

    Args:
        name: the name of the set, or of the file or folder.
        title: its name in a sentence: `"Tiny Shakespeare"`.
        version: its version; of the user's own text, a hash of it.
        location: the folder or file it was read from, or what embeds it.
        splits: the text of `"train"`, `"validation"` and `"test"`.
    """

    name: str
    title: str
    version: str
    location: str
    splits: dict[str, str]


def divide(text: str) -> dict[str, str]:
    """Returns the first 90 % of a text for training, the next and the last 5 % to measure.

    What is measured follows what is learned, so nothing of it was seen. Tiny Shakespeare
    is divided like this.

    >>> {split: len(part) for split, part in divide("x" * 200).items()}
    {'train': 180, 'validation': 10, 'test': 10}
    """
    first, second = len(text) * 90 // 100, len(text) * 95 // 100
    return {"train": text[:first], "validation": text[first:second], "test": text[second:]}
