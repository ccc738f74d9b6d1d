"""The best model of a run, ready to predict or to be exported."""

from typing import TYPE_CHECKING

from kerasdl.training.recipe import Recipe
from kerasdl.training.run import Run
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    from kerasdl.exporting import Servable


def run_servable(run: Run, recipe: Recipe, *, in_32_bits: bool = False) -> "Servable":
    """Describes the best model of a run for prediction and export.

    The training data need not be there: what is needed of it is in the run.

    Args:
        run: a run with at least one finished epoch.
        recipe: its recipe.
        in_32_bits: whether a model trained in mixed precision computes in float32, with the
            same weights.

    Raises:
        UserError: the recipe does not say what its model serves, or the run is
            not complete.
    """
    from kerasdl.data import DataInfo
    from kerasdl.exporting.in_float32 import in_float32

    if not hasattr(recipe.module, "servable"):
        raise UserError(
            f"Recipe '{recipe.name}' defines no servable(model, info, samples), "
            "so its models can be neither exported nor asked for predictions."
        )
    info = DataInfo.from_json(run.environment["data"])
    model = in_float32(run.model) if in_32_bits else run.model
    return recipe.module.servable(model, info, run.folder.samples)
