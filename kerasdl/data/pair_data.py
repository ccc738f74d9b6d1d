"""Pairs of texts as examples for an encoder-decoder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl import files
from kerasdl.data.data_info import DataInfo
from kerasdl.data.resident_data import ResidentData
from kerasdl.data.sequence_tokenizer import PADDING, START, SequenceTokenizer, pad
from kerasdl.data.text_pairs import TextPairs

if TYPE_CHECKING:
    import numpy as np

    from kerasdl.data.augmentation import Augmentation

SOURCES_FILE = "sources.txt"


@dataclass(frozen=True, eq=False)
class PairData(ResidentData):
    """Pairs of texts for training, validation and test, and where they came from.

    As arrays a split is `({"source": ..., "target": ...}, labels, weights)`, each `[pairs,
    length]`: `labels` are the tokens of the target text, `target` what the decoder is given,
    the same one later behind `START`, and `weights` are zero where there is padding.

    Args:
        info: what the data is; its `details` hold `files`, the tokenizer, and `search`, with
            `source_length` and `target_length`.
        train: what the model is trained on.
        validation: chooses the best model.
        test: for the last measurement alone.
        augmentation: changes each training batch at random.
    """

    info: DataInfo
    train: TextPairs
    validation: TextPairs
    test: TextPairs
    augmentation: Augmentation | None = None

    @cached_property
    def tokenizer(self) -> SequenceTokenizer:
        """What turns the texts into numbers."""
        return SequenceTokenizer.from_files(self.info.details["files"])

    def arrays(self, split: str) -> Any:
        """Returns the arrays of a split; what is longer than the lengths of `info` is cut."""
        import numpy as np

        pairs: TextPairs = getattr(self, split)
        lengths = self.info.details["search"]
        source = self._encode(pairs.sources, lengths["source_length"])
        labels = self._encode(pairs.targets, lengths["target_length"])
        starts = np.full((len(labels), 1), START, np.int32)
        target = np.concatenate([starts, labels[:, :-1]], axis=1)
        weights = (labels != PADDING).astype(np.float32)
        return {"source": source, "target": target}, labels, weights

    def _encode(self, texts: tuple[str, ...], length: int) -> np.ndarray:
        return pad([self.tokenizer.encode(text)[:length] for text in texts], length)

    def write_samples(self, folder: Path, count: int = 3) -> None:
        """Writes the first sources of the test split, one on a line."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{source}\n" for source in self.test.sources[:count])
        files.write_text(folder / SOURCES_FILE, lines)
