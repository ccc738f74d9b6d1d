"""Predictions of a classifier of texts."""

from collections.abc import Sequence
from typing import Any

from kerasdl.data.piece_tokenizer import UNKNOWN, PieceTokenizer
from kerasdl.data.sequence_tokenizer import pad
from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.classifier import ClassifierPredictor
from kerasdl.prediction.given_files import named_file, read_text
from kerasdl.prediction.prediction import Prediction
from kerasdl.prediction.predictor import Row

_EDGE = 40


class TextClassifierPredictor(ClassifierPredictor):
    """Predicts the classes of texts.

    Args:
        model: A classifier of texts: `kerasdl.exporting.text_classifier`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "text_classifier"
    expects = "texts, or files with a text each"

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.tokenizer = PieceTokenizer.from_files(model.files)
        self.length = int(model.details["length"])

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input, label, probability and all probabilities for each text."""
        self.check_options(options)
        named = [_read(given) for given in inputs]
        predictions = self.predict([text for _, text in named])
        return [
            self.row(name, prediction, self._notes(name, text))
            for (name, text), prediction in zip(named, predictions, strict=True)
        ]

    def predict(self, texts: Sequence[str], *, batch_size: int = 256) -> list[Prediction]:
        """Predicts the class of each text.

        Args:
            texts: the texts; what is longer than the model was trained on is cut.
            batch_size: So many are computed at once.
        """
        tokens = [self.tokenizer.encode(text)[: self.length] for text in texts]
        return self.ask({"tokens": pad(tokens)}, batch_size)

    def _notes(self, name: str, text: str) -> list[str]:
        tokens = self.tokenizer.encode(text)
        notes = []
        if len(tokens) > self.length:
            notes.append(f"{name} has {len(tokens):,} tokens; the first {self.length} count")
        if (tokens[: self.length] == UNKNOWN).mean() > 0.5:
            notes.append(f"more than half of {name} is unknown to the model")
        return notes


def _read(given: str) -> tuple[str, str]:
    """What to call a text, and the text: that of a file, or the words themselves."""
    file = named_file(given)
    if file is not None:
        name, text = file.name, read_text(file)
    else:
        line = " ".join(given.split())
        name, text = line if len(line) <= _EDGE else f"{line[: _EDGE - 1]}…", given
    if not text.strip():
        raise InputError(
            f"there is no text in {given!r}; expected {TextClassifierPredictor.expects}"
        )
    return name, text
