"""Loads labelled texts by name or path."""

from __future__ import annotations

from collections.abc import Sequence

from kerasdl.data import catalogue, tfds_folders
from kerasdl.data.catalogue_entries import TEXT_CLASSIFICATION
from kerasdl.data.data_error import DataError
from kerasdl.data.data_info import DataInfo
from kerasdl.data.labelled_text_data import LabelledTextData
from kerasdl.data.labelled_text_source import LabelledTextSource
from kerasdl.data.labelled_texts import LabelledTexts
from kerasdl.data.paths import user_path
from kerasdl.data.piece_tokenizer import UNKNOWN, PieceTokenizer

_EMBEDDED = "python_packages"
# Of a set that comes without them.
_TEST_FRACTION = 0.15
_VALIDATION_FRACTION = 0.1


def load_labelled_texts(
    name: str = "auto",
    *,
    text_column: str = "text",
    label_column: str = "label",
    lowercase: bool = False,
    vocabulary_size: int = 5_000,
    max_length: int = 96,
    max_examples: int | None = None,
    seed: int = 0,
    data_dir: tfds_folders.FolderName = None,
) -> LabelledTextData:
    """Loads texts and their classes, and makes a tokenizer for them.

    Empty texts are left out, and so is a text that another split, or the same one, has already.
    Where test or validation texts are missing, a share of each class is taken from training.

    Args:
        name: a set of the catalogue (`"auto"`: `"python_packages"`); a CSV or TSV file; or a
            folder with a subfolder of `.txt` files for each class.
        text_column: the column of a table with the texts.
        label_column: the column of a table that names the class.
        lowercase: whether capitals count as small letters.
        vocabulary_size: how many tokens there may be; the commonest pieces of the training texts.
        max_length: tokens that are kept of a text.
        max_examples: use so many texts of each split, evenly spread over it.
        seed: decides which texts are for validation where none are given.
        data_dir: a folder of prepared TFDS sets, looked in before
            `TFDS_DATA_DIR` and `~/tensorflow_datasets`.

    Returns:
        The texts; `info.details` holds the tokenizer's files and the length.

    Raises:
        DataError: if the data cannot be used; one line that says why.
        DataUnavailableError: if the set is not prepared and cannot be downloaded.

    Example:

    >>> data = load_labelled_texts("python_packages", vocabulary_size=500)
    >>> data.info.class_names[0], data.tokenizer.size
    ('asyncio', 500)
    """
    source = _read(_EMBEDDED if name == "auto" else name, text_column, label_column, data_dir)
    notes = [f"{source.title[0].upper()}{source.title[1:]}.", *source.notes]
    splits = _clean(source, notes)
    splits = _complete(source, splits, seed, notes)
    if max_examples is not None:
        splits = {split: _spread(examples, max_examples) for split, examples in splits.items()}
        _require_every_class(source.class_names, splits["train"], max_examples)
    tokenizer = PieceTokenizer.train(splits["train"].texts, vocabulary_size, lowercase)
    length = _length(splits["train"], tokenizer, max_length, notes)
    info = DataInfo(
        name=source.name,
        requested=name,
        reason=" ".join(notes),
        location=source.location,
        version=source.version,
        counts={split: len(splits[split]) for split in ("train", "validation", "test")},
        class_names=source.class_names,
        details={"files": {tokenizer.file: tokenizer.to_text()}, "length": length},
    )
    return LabelledTextData(info, splits["train"], splits["validation"], splits["test"])


def _read(
    name: str, text_column: str, label_column: str, data_dir: tfds_folders.FolderName
) -> LabelledTextSource:
    if catalogue.is_path(name, data_dir):
        from kerasdl.data.text_folder import read_text_folder
        from kerasdl.data.text_table import read_text_table

        path = user_path(name)
        if path.is_dir():
            return read_text_folder(path)
        return read_text_table(path, text_column, label_column)
    catalogue.check_name(name, data_dir, (TEXT_CLASSIFICATION,))
    if catalogue.is_embedded(name):
        from kerasdl.data.python_packages import load_python_packages

        return load_python_packages()
    from kerasdl.data.tfds_labelled_text_reader import read_prepared_labelled_texts

    folder = tfds_folders.find_prepared(name, data_dir)
    if folder is None:
        from kerasdl.data.tfds_prepare import download_and_prepare

        folder = download_and_prepare(name, data_dir)
    return read_prepared_labelled_texts(name, folder)


def _clean(source: LabelledTextSource, notes: list[str]) -> dict[str, LabelledTexts]:
    """Leaves out texts that are empty or were there before, first of all in the test split."""
    import numpy as np

    seen: set[str] = set()
    empty = repeated = 0
    splits: dict[str, LabelledTexts] = {}
    for split in ("test", "validation", "train"):
        if split not in source.splits:
            continue
        examples, kept = source.splits[split], []
        for index, text in enumerate(examples.texts):
            if not text.strip():
                empty += 1
            elif text in seen:
                repeated += 1
            else:
                seen.add(text)
                kept.append(index)
        splits[split] = examples.take(np.array(kept, np.int64))
    if empty:
        notes.append(f"{empty:,} empty texts are left out.")
    if repeated:
        notes.append(f"{repeated:,} texts that were there already are left out.")
    return splits


def _complete(
    source: LabelledTextSource, splits: dict[str, LabelledTexts], seed: int, notes: list[str]
) -> dict[str, LabelledTexts]:
    """Takes the splits that are missing from the training texts."""
    import numpy as np

    from kerasdl.data.splitting import TEST_SEED, stratified_part

    splits = dict(splits)
    missing = [split for split in ("test", "validation") if split not in splits]
    counts = np.bincount(splits["train"].labels, minlength=len(source.class_names))
    if counts.min() <= len(missing):
        raise DataError(
            f"{source.location} holds {counts.min()} usable training texts of the class "
            f"{source.class_names[counts.argmin()]!r}; expected at least {len(missing) + 1}, one "
            f"for each of {', '.join(['train', *missing])}"
        )
    fractions = {"test": (_TEST_FRACTION, TEST_SEED), "validation": (_VALIDATION_FRACTION, seed)}
    for split in missing:
        train = splits["train"]
        chosen = stratified_part(train.labels, *fractions[split])
        splits[split] = train.take(np.flatnonzero(chosen))
        splits["train"] = train.take(np.flatnonzero(~chosen))
        notes.append(f"It has no {split} split: {chosen.sum():,} of its texts are taken.")
    for split in ("test", "validation"):
        if not len(splits[split]):
            raise DataError(f"{source.location} holds no usable text for {split}")
    return splits


def _spread(examples: LabelledTexts, count: int) -> LabelledTexts:
    """Some of the examples, at even distances."""
    import numpy as np

    count = min(count, len(examples))
    return examples.take(np.arange(count) * len(examples) // count)


def _require_every_class(
    class_names: Sequence[str], train: LabelledTexts, max_examples: int
) -> None:
    absent = set(range(len(class_names))).difference(train.labels.tolist())
    if absent:
        raise DataError(
            f"--max-examples {max_examples} leaves no training text of the class "
            f"{class_names[min(absent)]!r}; use more of them"
        )


def _length(train: LabelledTexts, tokenizer: PieceTokenizer, limit: int, notes: list[str]) -> int:
    """How long texts are, or may be; says what is cut, and what the vocabulary leaves out."""
    import numpy as np

    tokens = [tokenizer.encode(text) for text in train.texts]
    lengths = np.array([len(some) for some in tokens])
    unknown = sum(int((some == UNKNOWN).sum()) for some in tokens) / lengths.sum()
    if unknown:
        share = f"{unknown:.1%}".replace("%", " %")
        notes.append(
            f"{share} of the training tokens are not in the vocabulary of {tokenizer.size:,}."
        )
    if (lengths > limit).any():
        notes.append(
            f"{(lengths > limit).sum():,} training texts are longer than --max-length {limit} "
            "tokens and are cut."
        )
    return int(min(lengths.max(), limit))
