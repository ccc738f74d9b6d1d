"""What every recipe on images lets its user choose."""

from pydantic import Field

from kerasdl.training.config import RecipeConfig


class ImageRecipeConfig(RecipeConfig):
    """The options of recipes on images, which `kerasdl.data.load_images` wants to know."""

    image_size: int | None = Field(None, ge=1, le=2048)
    """Height and width that images are resized to; by default those of the named data set."""

    strict: bool = False
    """Stop where an image of a folder cannot be read, instead of leaving it out."""

    @property
    def image_shape(self) -> tuple[int | None, int | None, int | None]:
        """Height, width and channels as `load_images` takes them; None for as they are."""
        return self.image_size, self.image_size, None
