"""Examples of a run's data, for judging its exports."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.training.recipe import Recipe
from kerasdl.training.resume import check_same_data
from kerasdl.training.run import Run

if TYPE_CHECKING:
    from kerasdl.exporting import TaskSample
    from kerasdl.exporting.signature import Arrays


@dataclass(frozen=True)
class RunExamples:
    """Examples of what a run was trained on.

    Args:
        test: Of the test split, with the metric of the task; None where there is none.
        representative: Inputs of the validation split, which show how large numbers get.
    """

    test: "TaskSample | None"
    representative: "Arrays | None"


def run_examples(
    run: Run, recipe: Recipe, kind: str, count: int, data_dir: str | None = None
) -> RunExamples:
    """Loads a run's data and takes examples of it.

    Args:
        run: the run.
        recipe: its recipe.
        kind: `Servable.kind` of what its recipe exports.
        count: how many of each.
        data_dir: where the prepared data is now, if it has moved.

    Raises:
        UserError: the data is not there, or is another than that of the run.
    """
    from kerasdl.exporting import task_sample

    moved: dict[str, Any] = {} if data_dir is None else {"data_dir": Path(data_dir)}
    data = recipe.module.load_data(recipe.configure({**run.config, **moved}))
    check_same_data(run.folder, data.info)
    test = task_sample(kind, data.arrays("test"), count)
    shown = task_sample(kind, data.arrays("validation"), count)
    return RunExamples(test, None if shown is None else shown.inputs)
