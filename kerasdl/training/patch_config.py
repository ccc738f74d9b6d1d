"""What recipes on images that are cut into patches let their user choose."""

from pydantic import Field

from kerasdl.training.image_config import ImageRecipeConfig


class PatchRecipeConfig(ImageRecipeConfig):
    """The options of models that work on patches of images."""

    learning_rate: float = Field(3e-3, gt=0)
    """Highest learning rate of the one-cycle schedule."""

    weight_decay: float = Field(0.05, ge=0)
    """Weight decay of AdamW, on kernels alone."""

    patch_size: int | None = Field(None, ge=1)
    """Height and width of a patch in pixels; by default a quarter of the image's."""

    dropout_rate: float = Field(0.0, ge=0, lt=1)
    """Probability of dropping a hidden value."""

    drop_path_rate: float = Field(0.0, ge=0, lt=1)
    """Probability of dropping the last block's branches; earlier blocks' are less likely."""

    shift: int = Field(1, ge=0, le=8)
    """Largest distance, in pixels, by which training images are moved at random."""

    flip: bool = False
    """Mirror training images left to right at random: for photographs, not for digits."""

    jit_compile: bool = False
    """Compile the training step with XLA, which on a CPU takes as long without as with it."""
