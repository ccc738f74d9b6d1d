"""A set of labelled texts as its source gives it."""

from dataclasses import dataclass

from kerasdl.data.labelled_texts import LabelledTexts


@dataclass(frozen=True, eq=False)
class LabelledTextSource:
    """A set of labelled texts as its source gives it: nothing carved, nothing shuffled.

    Args:
        name: the name of the set, or of the file or folder.
        title: its name in a sentence: `"IMDB reviews"`.
        version: its version; of the user's own texts, a hash.
        location: the folder or file it was read from, or what embeds it.
        class_names: what label 0, 1, ... stand for.
        splits: the texts of each split, in the order of the source.
        notes: what was left out, a sentence each.
    """

    name: str
    title: str
    version: str
    location: str
    class_names: tuple[str, ...]
    splits: dict[str, LabelledTexts]
    notes: tuple[str, ...] = ()
