"""What all recipes share: configuration, the run, checkpoints, devices."""

from kerasdl.training.config import RecipeConfig as RecipeConfig
from kerasdl.training.image_config import ImageRecipeConfig as ImageRecipeConfig
from kerasdl.training.labelled_text_config import (
    LabelledTextRecipeConfig as LabelledTextRecipeConfig,
)
from kerasdl.training.pair_config import PairRecipeConfig as PairRecipeConfig
from kerasdl.training.patch_config import PatchRecipeConfig as PatchRecipeConfig
from kerasdl.training.recipe import Recipe as Recipe
from kerasdl.training.text_config import TextRecipeConfig as TextRecipeConfig

__all__ = [
    "ImageRecipeConfig",
    "LabelledTextRecipeConfig",
    "PairRecipeConfig",
    "PatchRecipeConfig",
    "Recipe",
    "RecipeConfig",
    "TextRecipeConfig",
]
