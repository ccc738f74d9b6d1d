"""What `kerasdl predict` asks of a kind of model."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.served_model import ServedModel

Row = dict[str, Any]


class Predictor:
    """Reads a person's inputs, asks a model, tells the answers.

    A subclass sets `kind`, `expects` and `options`, and defines `rows` and `text`.

    Args:
        model: what is asked; of the subclass's `kind`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind: ClassVar[str]
    """The `Servable.kind` that it talks to."""

    expects: ClassVar[str]
    """What the inputs are, in words, for errors: `"image files or .npy arrays"`."""

    options: ClassVar[tuple[str, ...]] = ()
    """The options of `kerasdl predict` that mean something to it."""

    def __init__(self, model: ServedModel) -> None:
        if model.kind != self.kind:
            raise InputError(f"the model is a {model.kind!r}; expected an {self.kind!r}")
        self.model = model

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Predicts for each input.

        Args:
            inputs: what stands on the command line: files, or the inputs themselves.
            **options: values for some of `options`.

        Returns:
            A dictionary of JSON types for each example.

        Raises:
            InputError: if an input cannot be used.
        """
        raise NotImplementedError(f"{type(self).__name__} must define rows(inputs, **options).")

    def text(self, rows: Sequence[Row]) -> str:
        """Returns what `rows` returned as lines for people."""
        raise NotImplementedError(f"{type(self).__name__} must define text(rows).")

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Checks that `rows` knows these options.

        Raises:
            InputError: if one means nothing to this kind of model.
        """
        for name in options:
            if name not in self.options:
                known = ", ".join(f"--{_flag(known)}" for known in self.options) or "no options"
                raise InputError(
                    f"--{_flag(name)} means nothing to a model of kind {self.kind!r}, "
                    f"which takes {known}"
                )


def _flag(name: str) -> str:
    return name.replace("_", "-")
