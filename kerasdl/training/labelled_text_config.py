"""What recipes on labelled texts let their user choose, besides what all do."""

from typing import Any, ClassVar

from pydantic import Field

from kerasdl.data.catalogue_entries import TEXT_CLASSIFICATION
from kerasdl.training.config import RecipeConfig


class LabelledTextRecipeConfig(RecipeConfig):
    """The options that `kerasdl.data.load_labelled_texts` wants to know."""

    tasks: ClassVar[tuple[str, ...]] = (TEXT_CLASSIFICATION,)

    text_column: str = "text"
    """Column of your own table with the texts."""

    label_column: str = "label"
    """Column of your own table that names the class."""

    lowercase: bool = False
    """Take capitals as small letters: for reviews, not for source code."""

    vocabulary_size: int = Field(5_000, ge=3)
    """Tokens there may be: the commonest of the training texts."""

    max_length: int = Field(96, ge=1)
    """Tokens that are kept of a text."""

    max_examples: int | None = Field(None, ge=1)
    """Use so many texts of each split, evenly spread over it."""

    @property
    def text_options(self) -> dict[str, Any]:
        """The arguments of `load_labelled_texts` that are chosen here."""
        columns = {"text_column", "label_column"}
        sizes = {"vocabulary_size", "max_length", "max_examples"}
        return self.model_dump(include=columns | sizes | {"lowercase", "seed", "data_dir"})
