"""What recipes on pairs of texts let their user choose, besides what all do."""

from typing import ClassVar, Literal

from pydantic import Field

from kerasdl.data.catalogue_entries import TRANSLATION
from kerasdl.training.config import RecipeConfig


class PairRecipeConfig(RecipeConfig):
    """Options for data of pairs of texts, among them the user's own files."""

    tasks: ClassVar[tuple[str, ...]] = (TRANSLATION,)

    source: str | None = None
    """Your data: the ending of the source files (train.en: en), or the column."""

    target: str | None = None
    """Your data: the ending of the target files, or the column."""

    tokenizer: Literal["auto", "characters", "words", "bpe"] = "auto"
    """What a token is; auto: characters for dates, byte pair encoding for your data."""

    vocabulary_size: int = Field(4000, ge=1)
    """Largest number of different tokens, of source and target together."""

    max_length: int = Field(64, ge=2)
    """Largest number of tokens of a text; longer training pairs are left out."""

    max_examples: int | None = Field(None, ge=1)
    """Use the first so many pairs of each split."""
