"""What every recipe on images lets its user choose."""

from typing import Any

from pydantic import Field

from kerasdl.training.config import RecipeConfig


class ImageRecipeConfig(RecipeConfig):
    """The options of recipes on images, which `kerasdl.data.load_images` wants to know."""

    image_size: int | None = Field(None, ge=1, le=2048)
    """Height and width that images are resized to; by default those of the named data set."""

    strict: bool = False
    """Stop where an image of a folder cannot be read, instead of leaving it out."""

    @property
    def image_options(self) -> dict[str, Any]:
        """The arguments of `kerasdl.data.load_images` that all recipes on images take from here."""
        return {
            "image_shape": (self.image_size, self.image_size, None),
            "strict": self.strict,
            "data_dir": self.data_dir,
            "seed": self.seed,
        }
