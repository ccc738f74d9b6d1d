"""What every recipe that continues text lets its user choose."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from kerasdl.data.catalogue_entries import LANGUAGE_MODELLING
from kerasdl.training.config import RecipeConfig


class TextRecipeConfig(RecipeConfig):
    """The options of language models, which `kerasdl.data.load_text` wants to know."""

    tasks: ClassVar[tuple[str, ...]] = (LANGUAGE_MODELLING,)

    epochs: int = Field(10, ge=1)
    """How often the model is measured; an epoch is `steps_per_epoch` steps."""

    steps_per_epoch: int = Field(250, ge=1)
    """Steps between two measurements, each on a batch of windows at random places."""

    batch_size: int = Field(32, ge=1)
    """Windows in one step, over all devices."""

    context: int = Field(128, ge=2)
    """Tokens in a window: as far back as the model is taught to look."""

    tokenizer: Literal["characters", "bpe"] = "characters"
    """A token for each character, or tokens learned from the text (pip install 'kerasdl[text]')."""

    vocabulary_size: int = Field(512, ge=2)
    """Most characters there may be; with bpe the number of tokens."""

    learning_rate: float = Field(3e-3, gt=0)
    """Highest learning rate of the schedule: warm-up, then a cosine to zero."""

    @property
    def text_options(self) -> dict[str, Any]:
        """The arguments of `kerasdl.data.load_text` that all language models take from here."""
        return self.model_dump(
            include={"tokenizer", "vocabulary_size", "context", "steps_per_epoch", "data_dir"}
        )
