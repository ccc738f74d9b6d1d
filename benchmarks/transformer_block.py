"""A stack of transformer encoder blocks, forward and backward: kerasdl, Keras and PyTorch.

All compute the same: pre-norm blocks with exact GELU, and the gradient with respect to
every weight and to the inputs of a weighted sum of the outputs, in float32.

- Keras: `MultiHeadAttention`, `Dense`, `LayerNormalization` and `Dropout`, put together with
  the functional API, with and without XLA;
- PyTorch: `torch.nn.TransformerEncoderLayer`;
- kerasdl: `TransformerEncoderBlock`, with and without XLA.

    python benchmarks/transformer_block.py --rounds 7 --depth 6 --width 192 --time 64 --batch 64
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import click
import interleaved
import numpy as np

TARGETS = (
    interleaved.Target("kerasdl, XLA", "Keras", 0.70),
    interleaved.Target("kerasdl, XLA", "Keras, XLA", 0.70),
    interleaved.Target("kerasdl, XLA", "PyTorch", 0.95),
    interleaved.Target("kerasdl", "Keras", 0.70),
)


@dataclasses.dataclass(frozen=True)
class Setting:
    depth: int
    width: int
    heads: int
    time: int
    batch: int
    dropout: float
    steps: int

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        generator = np.random.default_rng(0)
        shape = (self.batch, self.time, self.width)
        inputs, weights = (generator.standard_normal(shape) for _ in range(2))
        return inputs.astype("float32"), weights.astype("float32")

    def __str__(self) -> str:
        return (
            f"depth {self.depth}, width {self.width}, {self.heads} heads, {self.time} tokens, "
            f"batch {self.batch}, dropout {self.dropout:g}, {self.steps} steps a turn"
        )


def tensorflow_steps(model: Any, setting: Setting, jit_compile: bool) -> interleaved.Turn:
    """Steps of a Keras model; a turn ends when the last gradient is there."""
    import tensorflow as tf

    inputs, weights = map(tf.constant, setting.arrays())

    @tf.function(jit_compile=jit_compile)
    def step() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(model(inputs, training=True) * weights)
        gradients = tape.gradient(loss, [inputs, *(v.value for v in model.trainable_variables)])
        # One number of each, so that none can be left out.
        return loss, tf.add_n([tf.reduce_sum(tf.abs(gradient)) for gradient in gradients])

    def turn() -> dict[str, float]:
        for _ in range(setting.steps):
            loss, total = step()
        return {"loss": float(loss), "gradients": float(total)}

    return turn


def keras_steps(setting: Setting, jit_compile: bool) -> interleaved.Turn:
    import keras

    x = inputs = keras.Input((setting.time, setting.width))
    for _ in range(setting.depth):
        branch = keras.layers.LayerNormalization(epsilon=1e-6)(x)
        branch = keras.layers.MultiHeadAttention(
            setting.heads, setting.width // setting.heads, dropout=setting.dropout
        )(branch, branch)
        x = x + keras.layers.Dropout(setting.dropout)(branch)
        branch = keras.layers.LayerNormalization(epsilon=1e-6)(x)
        branch = keras.layers.Dense(4 * setting.width, activation="gelu")(branch)
        branch = keras.layers.Dropout(setting.dropout)(branch)
        branch = keras.layers.Dense(setting.width)(branch)
        x = x + keras.layers.Dropout(setting.dropout)(branch)
    return tensorflow_steps(keras.Model(inputs, x), setting, jit_compile)


def kerasdl_steps(setting: Setting, jit_compile: bool) -> interleaved.Turn:
    import keras

    from kerasdl.layers import TransformerEncoderBlock

    x = inputs = keras.Input((setting.time, setting.width))
    for _ in range(setting.depth):
        x = TransformerEncoderBlock(setting.heads, 4 * setting.width, dropout=setting.dropout)(x)
    return tensorflow_steps(keras.Model(inputs, x), setting, jit_compile)


def torch_steps(setting: Setting) -> interleaved.Turn:
    import torch

    model = torch.nn.Sequential(
        *(
            torch.nn.TransformerEncoderLayer(
                setting.width,
                setting.heads,
                4 * setting.width,
                dropout=setting.dropout,
                activation="gelu",
                layer_norm_eps=1e-6,
                batch_first=True,
                norm_first=True,
            )
            for _ in range(setting.depth)
        )
    ).train()
    inputs, weights = map(torch.from_numpy, setting.arrays())
    inputs.requires_grad_()
    variables = [inputs, *model.parameters()]

    def turn() -> dict[str, float]:
        for _ in range(setting.steps):
            loss = (model(inputs) * weights).sum()
            gradients = torch.autograd.grad(loss, variables)
            total = sum(gradient.abs().sum() for gradient in gradients)
        return {"loss": float(loss), "gradients": float(total)}

    return turn


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--depth", default=6, show_default=True, type=click.IntRange(1))
@click.option("--width", default=192, show_default=True, type=click.IntRange(1))
@click.option("--heads", default=3, show_default=True, type=click.IntRange(1))
@click.option("--time", default=64, show_default=True, type=click.IntRange(1))
@click.option("--batch", default=64, show_default=True, type=click.IntRange(1))
@click.option("--dropout", default=0.0, show_default=True, type=click.FloatRange(0, 1))
@click.option("--steps", default=3, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(rounds: int, worker: str | None, **options: Any) -> None:
    setting = Setting(**options)
    contenders: dict[str, Callable[[], interleaved.Turn]] = {
        "Keras": lambda: keras_steps(setting, jit_compile=False),
        "Keras, XLA": lambda: keras_steps(setting, jit_compile=True),
        "PyTorch": lambda: torch_steps(setting),
        "kerasdl": lambda: kerasdl_steps(setting, jit_compile=False),
        "kerasdl, XLA": lambda: kerasdl_steps(setting, jit_compile=True),
    }
    interleaved.main(
        "transformer_block",
        f"forward and backward, {setting}",
        contenders,
        TARGETS,
        rounds=rounds,
        worker=worker,
        arguments=[
            *("--rounds", str(rounds)),
            *(part for name, value in options.items() for part in (f"--{name}", str(value))),
        ],
    )


if __name__ == "__main__":
    main()
