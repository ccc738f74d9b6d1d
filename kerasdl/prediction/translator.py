"""Translations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasdl.data.pair_data import PairData
from kerasdl.data.sequence_tokenizer import UNKNOWN, SequenceTokenizer, pad
from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.served_model import ServedModel
from kerasdl.exporting.translator import translator
from kerasdl.prediction.given_files import named_file, read_text
from kerasdl.prediction.predictor import Predictor, Row

_EDGE = 40


class TranslatorPredictor(Predictor):
    """Translates texts.

    Args:
        model: An encoder-decoder for text: `kerasdl.exporting.translator`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "translator"
    expects = "texts, or files with a text on each line"

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.tokenizer = SequenceTokenizer.from_files(model.files)
        self.source_length = int(model.details["source_length"])

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns text, translation and score for each input."""
        self.check_options(options)
        texts = [text for given in inputs for text in _texts(given)]
        translations, scores = self.translate(texts)
        return [
            {
                "input": text,
                "translation": translation,
                "score": round(float(score), 6),
                "notes": self._notes(text),
            }
            for text, translation, score in zip(texts, translations, scores, strict=True)
        ]

    def text(self, rows: Sequence[Row]) -> str:
        """Returns a line for each text: itself, its translation."""
        width = min(max(len(row["input"]) for row in rows), _EDGE)
        return "\n".join(f"{row['input']:<{width}}  {row['translation']}" for row in rows)

    def translate(
        self, texts: Sequence[str], *, batch_size: int = 256
    ) -> tuple[list[str], np.ndarray]:
        """Translates texts.

        Args:
            texts: what is to be translated; what is longer than the model knows is cut.
            batch_size: So many are computed at once.

        Returns:
            The translations, and their scores float32 `[n]`.
        """
        translations: list[str] = []
        scores = [np.zeros(0, np.float32)]
        for start in range(0, len(texts), batch_size):
            batch = [
                self.tokenizer.encode(text)[: self.source_length]
                for text in texts[start : start + batch_size]
            ]
            outputs = self.model.ask("serving_default", {"source": pad(batch)})
            translations += map(self.tokenizer.decode, outputs["tokens"].tolist())
            scores.append(outputs["score"])
        return translations, np.concatenate(scores)

    def _notes(self, text: str) -> list[str]:
        tokens = self.tokenizer.encode(text)
        notes = []
        if len(tokens) > self.source_length:
            notes.append(
                f"{text[:_EDGE]!r} has {len(tokens)} tokens; the model takes the first "
                f"{self.source_length}"
            )
        if UNKNOWN in tokens:
            notes.append(f"{text[:_EDGE]!r} has tokens that the model does not know")
        return notes


def translate(model: Any, data: PairData, texts: Sequence[str]) -> list[str]:
    """Translates texts as the exported model would.

    Args:
        model: What `kerasdl.models.seq2seq_lstm` or `seq2seq_transformer` returned.
        data: What it was trained on.
        texts: Source texts.
    """
    settings = data.info.details["search"]
    servable = translator(model, data.tokenizer, texts, **settings)
    return TranslatorPredictor(ServedModel.from_servable(servable)).translate(texts)[0]


def _texts(given: str) -> list[str]:
    """The lines of a text file, or the text itself."""
    file = named_file(given)
    lines = [given] if file is None else read_text(file).split("\n")
    texts = [line.strip() for line in lines if line.strip()]
    if not texts:
        raise InputError(f"there is no text in {given!r}; expected {TranslatorPredictor.expects}")
    return texts
