"""Points on two circles, told apart by a multi-layer perceptron.

No straight line separates two concentric circles; two hidden layers do, as well as
the noise of the points allows: the limit is printed beside the result. Your own table
goes as well: `--data points.csv`, any number of columns with numbers, one `label`.

Task: classification of numbers
Data: scikit-learn's circles (generated), or a CSV or TSV file of yours
Model: MLP 2-64-64-2, 4,482 parameters
Expect: 99.4 % test accuracy, the limit that the noise sets, after 28 s on 2 CPU cores
Command: kerasdl recipe circles
"""

from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, PositiveInt

import kerasdl
from kerasdl.data import catalogue
from kerasdl.data.catalogue_entries import NUMERIC_CLASSIFICATION
from kerasdl.training import RecipeConfig


class Config(RecipeConfig):
    """What you may choose."""

    tasks: ClassVar[tuple[str, ...]] = (NUMERIC_CLASSIFICATION,)

    epochs: int = Field(10, ge=1)
    """Passes over the training data."""

    learning_rate: float = Field(1e-2, gt=0)
    """Highest learning rate of the one-cycle schedule."""

    hidden_units: tuple[PositiveInt, ...] = (64, 64)
    """Widths of the hidden layers."""

    dropout_rate: float = Field(0.0, ge=0, lt=1)
    """Share of hidden units that are dropped in each training step."""

    jit_compile: bool = False
    """Compile the training step with XLA, which takes longer than this training."""

    points: int = Field(10_000, ge=10)
    """Training points of the generated circles."""

    noise: float = Field(0.1, ge=0, le=10)
    """Standard deviation of the noise of the generated circles."""

    factor: float = Field(0.5, gt=0, lt=1)
    """Radius of the generated inner circle; that of the outer one is 1."""

    label_column: str = "label"
    """Column of your own table that names the class."""

    columns: tuple[str, ...] = ()
    """Columns of your own table with the numbers; by default all others."""


SMOKE = {"points": 1_000, "epochs": 2}


def load_data(config: Config) -> Any:
    """The circles, or the table that `config.data` names."""
    if catalogue.is_path(config.data, config.data_dir):
        return kerasdl.data.load_numeric_table(
            config.data, config.label_column, config.columns, config.seed
        )
    return kerasdl.data.load_circles(
        config.points, config.noise, config.factor, config.seed, config.data
    )


def build_model(config: Config, data: Any) -> Any:
    """The network, and what is optimised."""
    import keras

    rows, _ = data.train
    model = kerasdl.models.numeric_mlp(
        examples=rows,
        num_classes=len(data.info.class_names),
        hidden_units=config.hidden_units,
        dropout_rate=config.dropout_rate,
        seed=config.seed,
    )
    steps = config.epochs * data.steps_per_epoch(config.batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(kerasdl.schedules.OneCycle(config.learning_rate, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        steps_per_execution=config.steps_per_execution,
        jit_compile=config.jit_compile,
    )
    return model


def baselines(config: Config, data: Any) -> dict[str, dict[str, float]]:
    """A straight line, the commonest class, and of circles the best that is possible."""
    from kerasdl import diagnostics
    from kerasdl.data.circles import best_accuracy

    found = {
        "majority class": diagnostics.majority_accuracy(data.train[1], data.test[1]),
        "linear classifier": diagnostics.linear_accuracy(data.train, data.test),
    }
    if data.info.name == "circles":
        found["Bayes limit"] = best_accuracy(config.noise, config.factor)
    return {name: {"accuracy": accuracy} for name, accuracy in found.items()}


def pictures(config: Config, model: Any, data: Any) -> dict[str, Any]:
    """Which classes are confused; of two numbers, where the boundary runs."""
    import numpy as np

    from kerasdl import diagnostics, plots
    from kerasdl.data.circles import inner_probability

    names, (rows, labels) = data.info.class_names, data.test
    probabilities = diagnostics.predict_probabilities(model, rows)
    matrix = diagnostics.confusion_matrix(labels, probabilities.argmax(axis=1), len(names))
    figures = {"confusion_matrix.png": plots.confusion_matrix(matrix, names)}

    def best(points: np.ndarray) -> np.ndarray:
        inner = inner_probability(points, config.noise, config.factor)
        return np.stack([1 - inner, inner], axis=1)

    if rows.shape[1] == 2:
        figures["decision_boundary.png"] = plots.decision_boundary(
            lambda points: diagnostics.predict_probabilities(model, points.astype("float32")),
            rows[:1_000],
            labels[:1_000],
            names,
            data.info.details["features"],
            best=best if data.info.name == "circles" else None,
        )
    return figures


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: numbers in, probabilities and class out."""
    features = info.details["features"]
    rows = kerasdl.data.Table.read(min(samples.iterdir())).numbers(features)
    return kerasdl.exporting.numeric_classifier(model, features, info.class_names, rows)


if __name__ == "__main__":
    kerasdl.run_script(__file__)
