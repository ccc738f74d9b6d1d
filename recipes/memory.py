"""The adding problem: how far back recurrent networks remember.

A long sequence of random numbers, two of them marked: what is their sum? (Hochreiter and
Schmidhuber, 1997.) The gradient has to come back from the end of the sequence to the marks.
In a simple recurrent layer it fades on the way (Bengio et al., 1994), through the gates of a
GRU (Cho et al., 2014) or an LSTM it does not. All three learn from the same sequences.

Task: regression of sequences
Data: the adding problem (generated), 100 steps
Model: SimpleRNN, GRU and LSTM side by side, 64 units each, 34,691 parameters
Expect: errors GRU 0.000045, LSTM 0.00017, SimpleRNN 0.1643 in 1 min 25 s on 2 CPU cores
Command: kerasdl recipe memory
"""

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

import kerasdl
from kerasdl.data.catalogue_entries import SEQUENCE_REGRESSION
from kerasdl.training import RecipeConfig


class Config(RecipeConfig):
    """What you may choose."""

    tasks: ClassVar[tuple[str, ...]] = (SEQUENCE_REGRESSION,)

    data: Literal["auto", "adding"] = "auto"
    """The sequences are generated: `auto` and `adding` are the same."""

    length: int = Field(100, ge=2)
    """Steps in a sequence: how long the numbers have to be remembered."""

    examples: int = Field(8_000, ge=1)
    """Training sequences in an epoch; each epoch has new ones."""

    units: int = Field(64, ge=1)
    """Size of the state of each recurrent layer."""

    epochs: int = Field(16, ge=1)
    """How often the models are measured; an epoch is `examples` new sequences."""

    batch_size: int = Field(32, ge=1)
    """Sequences in one step, over all devices."""

    learning_rate: float = Field(1e-2, gt=0)
    """Highest learning rate of the one-cycle schedule."""


SMOKE = {"length": 10, "examples": 640, "epochs": 2, "units": 8}


def load_data(config: Config) -> Any:
    """Sequences to add up, the sum being asked of each tower."""
    towers = list(kerasdl.models.RECURRENT_TOWERS)
    return kerasdl.data.load_adding(
        config.length, config.examples, towers, config.seed, config.data
    )


def build_model(config: Config, data: Any) -> Any:
    """The networks, and what is optimised: the squared error of each."""
    import keras

    model = kerasdl.models.recurrent_towers(
        num_features=len(data.info.details["features"]), units=config.units, seed=config.seed
    )
    steps = config.epochs * data.steps_per_epoch(config.batch_size)
    # Gradients through many steps explode at times. They are clipped variable by variable, so
    # that no network slows down another.
    optimizer = keras.optimizers.Adam(
        kerasdl.schedules.OneCycle(config.learning_rate, steps), clipnorm=1.0
    )
    model.compile(
        optimizer=optimizer,
        loss=dict.fromkeys(model.output_names, "mean_squared_error"),
        steps_per_execution=config.steps_per_execution,
        jit_compile=config.jit_compile,
    )
    return model


def baselines(config: Config, data: Any) -> dict[str, dict[str, float]]:
    """What is reached without memory: the mean of all sums is 1."""
    _, sums = data.arrays("test")
    return {
        "the mean, always": {
            f"{name}_loss": ((sums[name] - 1) ** 2).mean() for name in sorted(sums)
        }
    }


def learning_curves(config: Config, history: dict[str, list[float]]) -> dict[str, Any]:
    """How the networks learn, in one picture."""
    import numpy as np

    from kerasdl import plots
    from kerasdl.data.adding import VARIANCE

    towers = kerasdl.models.RECURRENT_TOWERS
    figure = plots.compared_curves(
        config.batch_size * np.cumsum(history["steps"]),
        {layer.__name__: history[f"val_{name}_loss"] for name, layer in towers.items()},
        {"the mean, always": VARIANCE},
        x_label="training sequences",
        y_label="mean squared error (validation)",
        title=f"The adding problem, {config.length} steps",
    )
    return {"memory.png": figure}


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: a sequence in, the sum that each network says out."""
    features = info.details["features"]
    tables = [kerasdl.data.Table.read(file) for file in sorted(samples.iterdir())]
    sequences = [table.numbers(features) for table in tables]
    return kerasdl.exporting.sequence_regressor(model, features, sequences)


if __name__ == "__main__":
    kerasdl.run_script(__file__)
