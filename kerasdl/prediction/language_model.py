"""Continuations by a language model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.data.data_error import DataError
from kerasdl.data.text_tokenizers import from_files
from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.given_files import read_text
from kerasdl.prediction.predictor import Predictor, Row

if TYPE_CHECKING:
    import keras

    from kerasdl.data import TextData

_DEFAULTS = {"length": 200, "temperature": 0.8, "top_k": 0, "top_p": 1.0, "seed": 0}
# What each option may be: the words for it, the least and the largest value.
_RANGES: dict[str, tuple[str, float, float]] = {
    "length": ("from 1 to 10,000", 1, 10_000),
    "temperature": ("0 or more", 0, float("inf")),
    "top_k": ("0 or more", 0, 2**31 - 1),
    "top_p": ("above 0, at most 1", 1e-9, 1),
    "seed": ("0 or more, below 2^31", 0, 2**31 - 1),
}


class LanguageModelPredictor(Predictor):
    """Continues texts.

    Args:
        model: A language model: `kerasdl.exporting.language_model`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "language_model"
    expects = "text files with beginnings to go on from, or --prompt"
    options = ("prompt", *_DEFAULTS)

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.tokenizer = from_files(model.files)

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns prompt, continuation and what was chosen, for each prompt.

        Args:
            inputs: text files with a prompt each.
            **options: `prompt`: one more prompt; `length`: tokens to write (200);
                `temperature` (0.8), `top_k` (0: all), `top_p` (1: all); `seed` (0).

        Raises:
            InputError: if a file is no text, a prompt is empty or has unknown characters, or
                an option is out of its range.
        """
        self.check_options(options)
        prompt = options.pop("prompt", None)
        prompts = [("--prompt", prompt)] if prompt is not None else []
        prompts += [(path, read_text(path)) for path in inputs]
        chosen = _DEFAULTS | options
        return [
            {"input": name, "prompt": text, "text": self.write(text, **options), **chosen}
            for name, text in prompts
        ]

    def text(self, rows: Sequence[Row]) -> str:
        """Returns each prompt and what follows."""
        return "\n\n".join(row["prompt"] + row["text"] for row in rows)

    def write(self, prompt: str, **options: Any) -> str:
        """Returns the continuation of a prompt.

        Args:
            prompt: where the text begins.
            **options: as `rows` takes them.

        Raises:
            InputError: as `rows` does.
        """
        chosen = _DEFAULTS | options
        for name, (words, least, largest) in _RANGES.items():
            if not least <= chosen[name] <= largest:
                flag = name.replace("_", "-")
                raise InputError(f"--{flag} must be {words}; received {chosen[name]}")
        try:
            tokens = self.tokenizer.encode(prompt)
        except DataError as error:
            raise InputError(f"the prompt {prompt[:40]!r} cannot be read: {error}") from None
        if not len(tokens):
            raise InputError("the prompt is empty; give at least one character to go on from")
        row = {name: np.array([value]) for name, value in chosen.items()}
        answer = self.model.ask("generate_tokens", {"tokens": tokens[np.newaxis], **row})
        return self.tokenizer.decode(answer["tokens"][0].tolist())


def continuations(
    model: "keras.Model", data: "TextData", *, count: int = 1, **options: Any
) -> dict[str, str]:
    """What a language model writes after the first prompts of `data.samples`.

    Args:
        model: a language model.
        data: what it was trained on.
        count: number of prompts.
        **options: `length`, `temperature`, `top_k`, `top_p`, `seed`.

    Returns:
        Title -> prompt and continuation.
    """
    from kerasdl.exporting.language_model import language_model

    prompts = list(data.samples.values())
    servable = language_model(model, data.tokenizer, data.context, prompts)
    predictor = LanguageModelPredictor(ServedModel.from_servable(servable))
    return {
        f"What the model writes after {prompt.strip()!r}": prompt
        + predictor.write(prompt, **options)
        for prompt in prompts[:count]
    }
