"""Loads pairs of texts by name or path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kerasdl.data.data_error import DataError
from kerasdl.data.data_info import DataInfo
from kerasdl.data.pair_data import PairData
from kerasdl.data.paths import user_path
from kerasdl.data.sequence_tokenizer import TOKENIZERS, UNKNOWN, SequenceTokenizer
from kerasdl.data.text_pairs import TextPairs

_EMBEDDED = "dates"
# Of a set that comes without one, a split takes this part, and no more than so many pairs.
_FRACTION, _MOST = 0.05, 2_000


def load_pairs(
    name: str = "auto",
    *,
    source: str | None = None,
    target: str | None = None,
    tokenizer: str = "auto",
    vocabulary_size: int = 4_000,
    max_length: int = 64,
    max_examples: int | None = None,
    seed: int = 0,
    search: Mapping[str, Any] | None = None,
) -> PairData:
    """Loads pairs of texts, and makes a tokenizer for them.

    Where validation or test pairs are missing they are taken from the training pairs, such
    that no source text is in two splits.

    Args:
        name: `"dates"` (or `"auto"`), or a folder or file as `read_parallel_text` takes it.
        source: the ending of source files, or the column of source texts.
        target: the same for the targets.
        tokenizer: `"characters"`, `"bpe"` or `"words"`; `"auto"`: characters for dates, byte
            pair encoding for text of one's own.
        vocabulary_size: how many tokens there may be.
        max_length: the largest number of tokens of a text. Longer training pairs are left
            out, other texts are cut.
        max_examples: use the first so many pairs of each split.
        seed: decides which pairs are for validation where none are given.
        search: how translations are searched for, kept in `info.details` for the export.

    Raises:
        DataError: if the data cannot be used; one line that says why.

    Example:

    >>> data = load_pairs("dates", max_examples=100)
    >>> data.train.targets[0], data.info.counts
    ('2020-01-22', {'train': 100, 'validation': 100, 'test': 100})
    """
    embedded = name in ("auto", _EMBEDDED)
    title, notes = f"Pairs of texts from {name}.", list[str]()
    if embedded:
        from kerasdl.data.dates import FORMATS, generate_dates
        from kerasdl.version import __version__

        if source is not None or target is not None:
            raise DataError("--source and --target are for data of your own: --data PATH")
        splits = generate_dates()
        title = f"Dates in {len(FORMATS)} formats, generated."
        location, version = "generated", f"kerasdl {__version__}"
    else:
        from kerasdl.data.parallel_text import fingerprint, read_parallel_text

        path = user_path(name)
        splits, notes = read_parallel_text(path, source, target)
        location, version = str(path), fingerprint(splits)
        splits = _complete(splits, seed, notes)
    if max_examples is not None:
        splits = {split: pairs.first(max_examples) for split, pairs in splits.items()}
    kind = ("characters" if embedded else "bpe") if tokenizer == "auto" else tokenizer
    if kind not in TOKENIZERS:
        raise DataError(f"unknown tokenizer {kind!r}; expected auto, {', '.join(TOKENIZERS)}")
    texts = [*splits["train"].sources, *splits["train"].targets]
    made = SequenceTokenizer(TOKENIZERS[kind].train(texts, vocabulary_size))
    source_length, target_length = _fit(splits, made, max_length, notes)
    info = DataInfo(
        name=_EMBEDDED if embedded else Path(name).name,
        requested=name,
        reason=" ".join([title, *notes]),
        location=location,
        version=version,
        counts={split: len(splits[split]) for split in ("train", "validation", "test")},
        details={
            "files": made.to_files(),
            "tokenizer": kind,
            "search": {
                "source_length": source_length,
                "target_length": target_length,
                **(search or {}),
            },
        },
    )
    return PairData(info, splits["train"], splits["validation"], splits["test"])


def _complete(splits: dict[str, TextPairs], seed: int, notes: list[str]) -> dict[str, TextPairs]:
    """Takes the splits that are missing from the training pairs."""
    from kerasdl.data.splitting import TEST_SEED, random_order

    seeds = {"test": TEST_SEED, "validation": seed}
    missing = [split for split in seeds if split not in splits]
    different = len(set(splits["train"].sources))
    if different <= len(missing):
        raise DataError(
            f"{different} different source texts are too few; expected at least "
            f"{len(missing) + 1}, one for each of {', '.join(['train', *missing])}"
        )
    splits = dict(splits)
    for split in missing:
        train = splits["train"]
        # By the source text: the same one twice could else be learned by heart.
        texts = sorted(set(train.sources))
        count = min(max(round(len(texts) * _FRACTION), 1), _MOST)
        chosen = {texts[index] for index in random_order(len(texts), seeds[split])[:count]}
        held_out = [n for n, text in enumerate(train.sources) if text in chosen]
        rest = [n for n, text in enumerate(train.sources) if text not in chosen]
        splits[split], splits["train"] = train.take(held_out), train.take(rest)
        notes.append(f"It has no {split} split: {len(held_out):,} of its pairs are taken.")
    return splits


def _fit(
    splits: dict[str, TextPairs], tokenizer: SequenceTokenizer, limit: int, notes: list[str]
) -> tuple[int, int]:
    """Leaves out training pairs that are too long; returns the lengths of sources and targets."""
    import numpy as np

    train = splits["train"]
    lengths = np.array(
        [
            (len(tokenizer.encode(source)), len(tokenizer.encode(target)))
            for source, target in zip(train.sources, train.targets, strict=True)
        ]
    )
    fits = (lengths <= limit).all(axis=1)
    if not fits.any():
        raise DataError(
            f"every training pair is longer than {limit} tokens; the shortest needs "
            f"--max-length {lengths.max(axis=1).min()}"
        )
    if not fits.all():
        notes.append(
            f"{(~fits).sum():,} of {len(train):,} training pairs are longer than --max-length "
            f"{limit} tokens and are left out."
        )
        splits["train"] = train.take(np.flatnonzero(fits))
    tokens = [t for text in train.sources + train.targets for t in tokenizer.encode(text).tolist()]
    if UNKNOWN in tokens:
        share = f"{tokens.count(UNKNOWN) / len(tokens):.1%}".replace("%", " %")
        notes.append(f"{share} of the training tokens are not in the vocabulary.")
    source_length, target_length = (int(length) for length in lengths[fits].max(axis=0))
    return source_length, target_length
