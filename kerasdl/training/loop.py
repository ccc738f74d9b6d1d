"""The epochs of a run: fit, validate, record, save."""

import math
import time
from typing import TYPE_CHECKING, Any

from kerasdl.training import checkpoint
from kerasdl.training.config import RecipeConfig
from kerasdl.training.interrupt import Interrupt
from kerasdl.training.non_finite_loss_error import NonFiniteLossError
from kerasdl.training.progress import RunConsole, format_duration, format_logs
from kerasdl.training.recipe import Recipe
from kerasdl.training.run_folder import RunFolder
from kerasdl.training.training_state import TrainingState
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    import keras


def run_epochs(
    model: "keras.Model",
    data: Any,
    recipe: Recipe,
    config: RecipeConfig,
    folder: RunFolder,
    state: TrainingState,
    console: RunConsole,
) -> None:
    """Trains until the last epoch, or a reason to stop; `state` says which.

    Each epoch is one `model.fit` on the batches of that epoch, whose order is a
    function of seed and epoch alone. So a run can go on at any step and is
    then the same run as one that was never interrupted.

    Raises:
        NonFiniteLossError: the loss is infinite or not a number.
        UserError: a checkpoint cannot be written, or the recipe's best metric
            is not among those measured.
    """
    from kerasdl.training.input_wait import InputWait
    from kerasdl.training.step_watch import StepWatch

    epochs = folder.read_metrics()[: state.epoch]
    steps = data.steps_per_epoch(config.batch_size)
    validation_batches = data.validation_batches(config.batch_size)
    if state.stopped == "interrupted":
        state.stopped = None
    if state.metric_state is not None:
        # Keras makes the metrics' variables at their first use.
        model.evaluate(validation_batches.take(1), verbose=0)
    with Interrupt() as interrupt:
        while state.epoch < config.epochs and state.stopped is None:
            started = time.perf_counter()
            spent = state.seconds

            def out_of_time(started: float = started, spent: float = spent) -> bool:
                used = spent + time.perf_counter() - started
                return config.max_time is not None and used >= 60 * config.max_time

            number = state.epoch + 1
            with console.epoch_bar(number, config.epochs, steps, state.step) as bar:
                watch = StepWatch(
                    bar, interrupt, out_of_time, steps, state.step, state.metric_state
                )
                wait = InputWait(model.distribute_strategy.num_replicas_in_sync)
                batches = data.epoch_batches(
                    config.batch_size, config.seed, state.epoch, state.step
                )
                history = model.fit(
                    wait.measured(batches),
                    initial_epoch=state.epoch,
                    epochs=number,
                    shuffle=False,
                    verbose=0,
                    callbacks=[watch],
                ).history
            if watch.non_finite is not None:
                raise NonFiniteLossError(number, *watch.non_finite, _resume_command(folder))

            state.stopped = watch.stopped
            if watch.steps_done == steps:
                state.epoch, state.step, state.metric_state = number, 0, None
            else:
                state.step, state.metric_state = watch.steps_done, watch.metric_state
                if state.stopped == "interrupted":
                    state.seconds = spent + time.perf_counter() - started
                    checkpoint.save(model, state.to_json(), folder.last)
                    break

            logs = {name: float(values[-1]) for name, values in history.items()}
            validation = model.evaluate(validation_batches, verbose=0, return_dict=True)
            logs |= {f"val_{name}": float(value) for name, value in validation.items()}
            if not all(math.isfinite(value) for value in logs.values()):
                # The last step's loss was taken before its update; validation tells.
                raise NonFiniteLossError(
                    number, watch.steps_done, watch.steps_done, _resume_command(folder)
                )
            seconds = time.perf_counter() - started
            state.seconds = spent + seconds
            is_best = _note_best(state, number, logs, recipe)
            if config.patience and number - state.best_epoch >= config.patience:
                state.stopped = "patience"
            epochs.append(
                {
                    "epoch": number,
                    "steps": watch.steps_done,
                    **logs,
                    "learning_rate": float(model.optimizer.learning_rate),
                    "seconds": round(seconds, 3),
                    "train_seconds": round(watch.train_seconds, 3),
                    "step_seconds": round(watch.step_seconds, 6),
                    "input_wait_seconds": wait.seconds
                    and round(wait.seconds / watch.steps_here, 6),
                }
            )
            if interrupt.requested:
                state.stopped = "interrupted"
            # In this order: whenever the process dies, what `last.keras` says is
            # on disk, and what it does not know of is written again.
            folder.write_metrics(epochs)
            if is_best:
                checkpoint.save(model, state.to_json(), folder.best)
                checkpoint.copy(folder.best, folder.last)
            else:
                checkpoint.save(model, state.to_json(), folder.last)
            console.line(
                f"epoch {number:>{len(str(config.epochs))}}/{config.epochs}  {format_logs(logs)}  "
                f"{format_duration(seconds)}{'  best' if is_best else ''}"
            )


def _resume_command(folder: RunFolder) -> str | None:
    return folder.resume_command() if folder.last.is_file() else None


def _note_best(state: TrainingState, epoch: int, logs: dict[str, float], recipe: Recipe) -> bool:
    """Whether this epoch is the best so far; `state` is told so."""
    if recipe.best_metric not in logs:
        raise UserError(
            f"BEST of recipe {recipe.name} names '{recipe.best_metric}', which is not measured. "
            f"Measured: {', '.join(sorted(logs))}."
        )
    value = logs[recipe.best_metric]
    if state.best is not None:
        better = value > state.best if recipe.best_is_highest else value < state.best
        if not better:
            return False
    state.best, state.best_epoch = value, epoch
    return True
