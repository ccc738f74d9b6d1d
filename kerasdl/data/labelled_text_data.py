"""Labelled texts as examples for a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl import files
from kerasdl.data.data_info import DataInfo
from kerasdl.data.labelled_texts import LabelledTexts
from kerasdl.data.piece_tokenizer import PieceTokenizer
from kerasdl.data.resident_data import ResidentData
from kerasdl.data.sequence_tokenizer import pad

if TYPE_CHECKING:
    from kerasdl.data.augmentation import Augmentation

_SAMPLES = 3


@dataclass(frozen=True, eq=False)
class LabelledTextData(ResidentData):
    """Labelled texts for training, validation and test, and where they came from.

    As arrays a split is `(tokens, labels)`: int32 `[examples, length]`, filled up with 0, and
    int64 `[examples]`.

    Args:
        info: what the data is; its `details` hold `files`, the tokenizer, and `length`, the
            number of tokens that are kept of a text.
        train: what the model is trained on.
        validation: chooses the best model.
        test: for the last measurement alone.
        augmentation: changes each training batch at random.
    """

    info: DataInfo
    train: LabelledTexts
    validation: LabelledTexts
    test: LabelledTexts
    augmentation: Augmentation | None = None

    @cached_property
    def tokenizer(self) -> PieceTokenizer:
        """What turns the texts into numbers."""
        return PieceTokenizer.from_files(self.info.details["files"])

    def arrays(self, split: str) -> Any:
        """Returns tokens and labels of a split; what is longer than `length` is cut."""
        examples: LabelledTexts = getattr(self, split)
        length = self.info.details["length"]
        encode = self.tokenizer.encode
        return pad([encode(text)[:length] for text in examples.texts], length), examples.labels

    def write_samples(self, folder: Path, count: int = _SAMPLES) -> None:
        """Writes the first test text of each of some classes, as a text file each."""
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        _, first = np.unique(self.test.labels, return_index=True)
        for number, text in enumerate(self.test.take(first[:count]).texts, start=1):
            files.write_text(folder / f"sample_{number}.txt", text + "\n")
