"""What is measured on the test split."""

from typing import TYPE_CHECKING, Any

from kerasdl.training.config import RecipeConfig
from kerasdl.training.recipe import Recipe

if TYPE_CHECKING:
    import keras


def measure(
    recipe: Recipe, config: RecipeConfig, model: "keras.Model", data: Any
) -> dict[str, float]:
    """Returns the metrics of a model on the test split: the compiled ones, and the recipe's own."""
    test = model.evaluate(data.test_batches(config.batch_size), verbose=0, return_dict=True)
    if hasattr(recipe.module, "measure"):
        test |= recipe.module.measure(config, model, data)
    return {name: float(value) for name, value in test.items()}


def baselines(recipe: Recipe, config: RecipeConfig, data: Any) -> dict[str, dict[str, float]]:
    """Returns what something simple reaches on the same test split, by name and metric."""
    if not hasattr(recipe.module, "baselines"):
        return {}
    return {
        name: {metric: float(value) for metric, value in metrics.items()}
        for name, metrics in recipe.module.baselines(config, data).items()
    }
