"""The best model of a run, ready to predict or to be exported."""

from typing import TYPE_CHECKING

from kerasdl.training.recipe import Recipe
from kerasdl.training.run import Run
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    from kerasdl.export import Servable


def run_servable(run: Run, recipe: Recipe) -> "Servable":
    """Describes the best model of a run for prediction and export.

    The training data need not be there: what is needed of it is in the run.

    Args:
        run: a run with at least one finished epoch.
        recipe: its recipe.

    Raises:
        UserError: the recipe does not say what its model serves, or the run is
            not complete.
    """
    from kerasdl.data import DataInfo

    if not hasattr(recipe.module, "servable"):
        raise UserError(
            f"Recipe '{recipe.name}' defines no servable(model, info, samples), "
            "so its models can be neither exported nor asked for predictions."
        )
    info = DataInfo.from_json(run.environment["data"])
    return recipe.module.servable(run.model, info, run.folder.samples)
