"""LSTM and GRU over sequences: kerasdl, Keras and PyTorch.

All compute the same, in float32: the outputs of every step, or, in training, also the
gradient of their weighted sum with respect to the weights and the inputs. Keras and
kerasdl run in a `tf.function`, as in `fit` and `predict`; with "XLA", all of it is compiled.

    python benchmarks/recurrent.py                       # the standard settings, one by one
    python benchmarks/recurrent.py --cell lstm --pass training --time 50
"""

import dataclasses
from collections.abc import Callable

import click
import interleaved
import numpy as np

CALLS = 5


@dataclasses.dataclass(frozen=True)
class Setting:
    cell: str
    work: str
    batch: int = 64
    time: int = 128
    features: int = 128
    units: int = 256
    masked: bool = False
    dropout: float = 0.0

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Inputs, weights of the outputs, and which steps count, at most half being padding."""
        random = np.random.default_rng(0)
        inputs = random.standard_normal((self.batch, self.time, self.features))
        weights = random.standard_normal((self.batch, self.time, self.units))
        lengths = random.integers(self.time // 2, self.time + 1, self.batch)
        mask = np.arange(self.time) < lengths[:, None] if self.masked else None
        return inputs.astype("float32"), weights.astype("float32"), mask

    def __str__(self) -> str:
        shape = f"B={self.batch} T={self.time} D={self.features} H={self.units}"
        extras = [", masked"] * self.masked + [f", dropout {self.dropout:g}"] * (self.dropout > 0)
        return f"{self.cell.upper()} {self.work}, {shape}{''.join(extras)}"


STANDARD = (
    Setting("lstm", "training"),
    Setting("gru", "training"),
    Setting("lstm", "inference"),
    Setting("gru", "inference"),
    Setting("lstm", "training", batch=32, time=50, features=64, units=128),
    Setting("gru", "training", batch=16, time=300, features=40, units=100),
    Setting("lstm", "training", masked=True),
    Setting("lstm", "training", dropout=0.2),
)

# (cell, work) -> the largest ratios to Keras and to PyTorch that are good enough.
RATIOS = {
    ("lstm", "training"): (0.4, 0.9),
    ("gru", "training"): (0.5, 1.0),
    ("lstm", "inference"): (0.6, 1.5),
}


def tensorflow_calls(package: str, setting: Setting, jit_compile: bool) -> interleaved.Turn:
    import keras
    import tensorflow as tf

    from kerasdl import layers

    family = layers if package == "kerasdl" else keras.layers
    layer = getattr(family, setting.cell.upper())(
        setting.units, return_sequences=True, dropout=setting.dropout, seed=0
    )
    inputs, weights, mask = setting.arrays()
    inputs, weights = tf.constant(inputs), tf.constant(weights)
    mask = None if mask is None else tf.constant(mask)
    layer.build(inputs.shape)

    @tf.function(jit_compile=jit_compile)
    def train() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(layer(inputs, mask=mask, training=True) * weights)
        variables = [weight.value for weight in layer.trainable_weights]
        return tape.gradient(loss, [inputs, *variables])

    @tf.function(jit_compile=jit_compile)
    def infer() -> list[tf.Tensor]:
        return [layer(inputs, mask=mask, training=False)]

    function = train if setting.work == "training" else infer

    def call() -> dict[str, float]:
        # Reading a number waits for the result.
        return {"first": float(tf.reshape(function()[0], [-1])[0])}

    return call


def torch_calls(setting: Setting) -> interleaved.Turn:
    import torch

    layer = getattr(torch.nn, setting.cell.upper())(
        setting.features, setting.units, batch_first=True
    )
    arrays = setting.arrays()
    inputs, weights = torch.tensor(arrays[0], requires_grad=True), torch.tensor(arrays[1])

    def train() -> torch.Tensor:
        dropped = torch.nn.functional.dropout(inputs, setting.dropout)
        loss = (layer(dropped)[0] * weights).sum()
        return torch.autograd.grad(loss, [inputs, *layer.parameters()])[0]

    def infer() -> torch.Tensor:
        with torch.no_grad():
            return layer(inputs)[0]

    function = train if setting.work == "training" else infer

    def call() -> dict[str, float]:
        return {"first": float(function().flatten()[0])}

    return call


def compete(setting: Setting, rounds: int, worker: str | None) -> None:
    contenders: dict[str, Callable[[], interleaved.Turn]] = {
        "Keras": lambda: tensorflow_calls("Keras", setting, jit_compile=False),
        "kerasdl": lambda: tensorflow_calls("kerasdl", setting, jit_compile=False),
        "kerasdl, XLA": lambda: tensorflow_calls("kerasdl", setting, jit_compile=True),
    }
    if not setting.masked:  # PyTorch packs sequences instead
        contenders["PyTorch"] = lambda: torch_calls(setting)
    targets = []
    if (setting.cell, setting.work) in RATIOS:
        to_keras, to_torch = RATIOS[setting.cell, setting.work]
        targets = [
            interleaved.Target("kerasdl", "Keras", to_keras),
            interleaved.Target("kerasdl", "PyTorch", to_torch),
            interleaved.Target("kerasdl, XLA", "Keras", to_keras),
        ]
    options = dataclasses.asdict(setting)
    arguments = ["--pass", options.pop("work"), "--rounds", str(rounds)]
    arguments += ["--masked"] * options.pop("masked")
    for name, value in options.items():
        arguments += [f"--{name}", str(value)]
    interleaved.main(
        "recurrent",
        str(setting),
        contenders,
        targets,
        rounds=rounds,
        calls=CALLS,
        worker=worker,
        arguments=arguments,
    )


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--cell", type=click.Choice(["lstm", "gru"]), help="Only this cell, in one setting.")
@click.option("--pass", "work", default="training", type=click.Choice(["training", "inference"]))
@click.option("--batch", default=64, show_default=True, type=click.IntRange(1))
@click.option("--time", default=128, show_default=True, type=click.IntRange(1))
@click.option("--features", default=128, show_default=True, type=click.IntRange(1))
@click.option("--units", default=256, show_default=True, type=click.IntRange(1))
@click.option("--masked", is_flag=True, help="Sequences of different lengths.")
@click.option("--dropout", default=0.0, show_default=True, type=click.FloatRange(0, 1))
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(
    cell: str | None,
    work: str,
    batch: int,
    time: int,
    features: int,
    units: int,
    masked: bool,
    dropout: float,
    rounds: int,
    worker: str | None,
) -> None:
    if cell is None:
        for setting in STANDARD:
            compete(setting, rounds, worker=None)
    else:
        setting = Setting(cell, work, batch, time, features, units, masked, dropout)
        compete(setting, rounds, worker)


if __name__ == "__main__":
    main()
