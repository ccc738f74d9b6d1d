"""A text as tokens, split three ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kerasdl.data import pipelines, windows
from kerasdl.data.data_info import DataInfo
from kerasdl.data.resident_data import ResidentData
from kerasdl.data.text_tokenizers import Tokenizer

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf


@dataclass(frozen=True, eq=False)
class TextData(ResidentData):
    """A text as rows of tokens for training, validation and test.

    An epoch is a fixed number of batches of windows at random places, so that a model is
    measured in regular intervals, however long the text is. Validation and test ask for
    every token once, see `windows.all_windows`.

    Args:
        info: what the text is, where it was read from, and why.
        tokens: split -> integers `[count]`.
        tokenizer: what made the tokens.
        context: tokens in a window: as many as the model looks back on.
        steps: batches in an epoch.
        samples: file name -> text, beginnings to try `kerasdl predict` with.

    Example:

    >>> from kerasdl.data import load_text
    >>> data = load_text("python_sources", context=32, steps_per_epoch=10)
    >>> inputs, targets = next(iter(data.epoch_batches(4, seed=1, epoch=0)))
    >>> inputs.shape, data.steps_per_epoch(4)
    (TensorShape([4, 32]), 10)
    """

    info: DataInfo
    tokens: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    context: int
    steps: int
    samples: Mapping[str, str] = field(default_factory=dict)

    def arrays(self, split: str) -> Any:
        """Returns inputs, targets and weights of a split as windows that cover it."""
        return windows.all_windows(self.tokens[split], self.context)

    def steps_per_epoch(self, batch_size: int) -> int:
        """Returns `steps`, whatever the batch size."""
        return self.steps

    def epoch_batches(
        self, batch_size: int, seed: int, epoch: int, first_step: int = 0
    ) -> tf.data.Dataset:
        """Returns the batches of one epoch; see `windows.random_windows`."""
        return windows.random_windows(
            self._resident_tokens, self.context, batch_size, self.steps, seed, epoch, first_step
        )

    def tokens_per_character(self, split: str) -> float:
        """Returns how many tokens a character takes: 1 where tokens are characters."""
        tokens = self.tokens[split]
        return len(tokens) / len(self.tokenizer.decode(tokens.tolist()))

    @cached_property
    def _resident_tokens(self) -> tf.Tensor:
        return pipelines.resident(self.tokens["train"])
