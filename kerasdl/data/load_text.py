"""Loads a text by name or path."""

from __future__ import annotations

from kerasdl.data import catalogue, tfds_folders
from kerasdl.data.catalogue_entries import LANGUAGE_MODELLING
from kerasdl.data.data_error import DataError
from kerasdl.data.data_info import DataInfo
from kerasdl.data.data_unavailable_error import DataUnavailableError
from kerasdl.data.text_data import TextData
from kerasdl.data.text_source import TextSource
from kerasdl.data.text_tokenizers import TOKENIZERS, to_files

_SAMPLES = 3


def load_text(
    name: str = "auto",
    *,
    preferred: str = "tiny_shakespeare",
    fallback: str = "python_sources",
    tokenizer: str = "characters",
    vocabulary_size: int = 512,
    context: int = 64,
    steps_per_epoch: int = 250,
    data_dir: tfds_folders.FolderName = None,
) -> TextData:
    """Loads a text and turns it into tokens.

    Args:
        name: a text of the catalogue, a file or a folder of files in UTF-8; `"auto"` for
            the preferred text or, if it cannot be had, the fallback.
        preferred: the text that `"auto"` tries first.
        fallback: the text that `"auto"` takes in its place.
        tokenizer: `"characters"`, or `"bpe"`, which is learned from the training text.
        vocabulary_size: the most tokens there may be.
        context: tokens in a window.
        steps_per_epoch: batches in an epoch.
        data_dir: a folder of prepared TFDS sets, looked in before
            `TFDS_DATA_DIR` and `~/tensorflow_datasets`.

    Returns:
        The tokens; `info.details` holds the tokenizer's files and the context.

    Raises:
        DataError: if there is no such text, it is not text, is too short for the
            context or has too many characters.
        DataUnavailableError: if the set is not prepared and cannot be downloaded.

    Example:

    >>> data = load_text("python_sources", tokenizer="bpe", vocabulary_size=300)
    >>> data.tokenizer.size
    300
    """
    if tokenizer not in TOKENIZERS:
        raise DataError(f"unknown tokenizer {tokenizer!r}; expected {' or '.join(TOKENIZERS)}")
    chosen = preferred if name == "auto" else name
    if data_dir is not None and not catalogue.is_embedded(chosen):
        tfds_folders.check_data_dir(data_dir)
    is_fallback = False
    try:
        source = read_text_source(chosen, data_dir)
        reason = f"{source.title} {source.version} from {source.location}."
        if catalogue.is_embedded(chosen):
            reason = f"{source.title} ({source.version}), which need no download."
            reason = reason[0].upper() + reason[1:]
    except DataUnavailableError as error:
        if name != "auto":
            raise
        is_fallback = True
        source = read_text_source(fallback, data_dir)
        reason = f"{catalogue.title_of(preferred)} {error.reason}: {source.title} instead."
    return _tokenize(
        source, name, reason, is_fallback, tokenizer, vocabulary_size, context, steps_per_epoch
    )  # fmt: skip


def read_text_source(name: str, data_dir: tfds_folders.FolderName = None) -> TextSource:
    """Returns a text as its source gives it; downloads it if it is not prepared.

    Raises:
        DataError: as `load_text` does.
    """
    if catalogue.is_path(name, data_dir):
        from kerasdl.data.text_files import load_text_files

        return load_text_files(name)
    catalogue.check_name(name, data_dir, (LANGUAGE_MODELLING,))
    if catalogue.is_embedded(name):
        from kerasdl.data.python_sources import load_python_sources

        return load_python_sources()
    from kerasdl.data.tfds_text_reader import read_prepared_text

    folder = tfds_folders.find_prepared(name, data_dir)
    if folder is None:
        from kerasdl.data.tfds_prepare import download_and_prepare

        folder = download_and_prepare(name, data_dir)
    return read_prepared_text(name, folder)


def _tokenize(
    source: TextSource,
    requested: str,
    reason: str,
    is_fallback: bool,
    kind: str,
    vocabulary_size: int,
    context: int,
    steps: int,
) -> TextData:
    import numpy as np

    texts = source.splits
    # All that can be measured must be in the alphabet; what BPE merges, it learns in training.
    seen = list(texts.values()) if kind == "characters" else [texts["train"]]
    tokenizer = TOKENIZERS[kind].train(seen, vocabulary_size)
    smallest = np.min_scalar_type(tokenizer.size)
    tokens = {split: tokenizer.encode(text).astype(smallest) for split, text in texts.items()}
    shortest = min(tokens, key=lambda split: len(tokens[split]))
    if len(tokens[shortest]) <= context:
        raise DataError(
            f"the text of {source.location} is too short: its {shortest} split has "
            f"{len(tokens[shortest]):,} tokens, and --context {context} needs {context + 1:,}; "
            "give a longer text or a smaller --context"
        )
    info = DataInfo(
        name=source.name,
        requested=requested,
        reason=f"{reason} Counted in tokens ({kind}, {tokenizer.size} different).",
        location=source.location,
        version=source.version,
        counts={split: len(some) for split, some in tokens.items()},
        is_fallback=is_fallback,
        details={"context": context, "tokenizer": to_files(tokenizer)},
    )
    samples = {
        f"prompt_{number + 1}.txt": prompt for number, prompt in enumerate(_prompts(texts["test"]))
    }
    return TextData(info, tokens, tokenizer, context, steps, samples)


def _prompts(text: str) -> list[str]:
    """Some first lines of paragraphs, or of whatever there is."""
    lines = [part.strip().split("\n")[0] for part in text.split("\n\n")]
    lines = [line[:80] for line in lines[1:] if line.strip()] or [text.strip()[:40] or text[:40]]
    end = "\n" if "\n" in text else ""  # which the alphabet need not have
    return [lines[index * len(lines) // _SAMPLES] + end for index in range(_SAMPLES)]
