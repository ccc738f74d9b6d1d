"""The user's own texts: a folder with a subfolder of text files for each class."""

import hashlib
from pathlib import Path

from kerasdl.data.class_files import find_class_files
from kerasdl.data.labelled_text_source import LabelledTextSource
from kerasdl.data.labelled_texts import LabelledTexts
from kerasdl.data.text_files import read_text_file


def read_text_folder(folder: Path) -> LabelledTextSource:
    """Reads `<folder>/<class>/**/<text>.txt`, or `<folder>/<split>/<class>/**/<text>.txt`.

    The names of the subfolders are the names of the classes, in alphabetical order. Where they
    are `train`, `test` and `validation` (or `val`), the set is split as they say.

    Raises:
        DataError: if the folder is laid out otherwise, it holds fewer than two classes, a
            class has no text, or a file is not text in UTF-8.
    """
    import numpy as np

    files, others = find_class_files(folder, (".txt",), "text")
    names = sorted({file.class_name for file in files})
    texts = [read_text_file(file.path) for file in files]
    splits = {
        split: LabelledTexts(
            tuple(text for text, file in zip(texts, files, strict=True) if file.split == split),
            np.array([names.index(file.class_name) for file in files if file.split == split]),
        )
        for split in ("train", "validation", "test")
        if any(file.split == split for file in files)
    }
    return LabelledTextSource(
        name=folder.resolve().name,
        title=folder.resolve().name,
        version=hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12],
        location=str(folder),
        class_names=tuple(names),
        splits=splits,
        notes=(f"Files that are no .txt: {others}, not looked at.",) if others else (),
    )
