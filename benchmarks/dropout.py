"""Dropout, forwards and backwards: kerasdl, Keras and PyTorch, with and without XLA.

python benchmarks/dropout.py --rows 4096 --columns 1024
"""

from collections.abc import Callable

import click
import interleaved
import numpy as np

RATE = 0.2
CALLS = 5

TARGETS = (
    interleaved.Target("kerasdl, XLA", "Keras, XLA", 0.01),
    interleaved.Target("kerasdl", "Keras", 1.1),
    interleaved.Target("kerasdl, XLA", "PyTorch", 0.2),
)


def tensorflow_calls(name: str, shape: tuple[int, int], jit_compile: bool) -> interleaved.Turn:
    import keras
    import tensorflow as tf

    import kerasdl

    classes = {"Keras": keras.layers.Dropout, "kerasdl": kerasdl.layers.InvertedDropout}
    layer = classes[name](RATE, seed=0)
    inputs = tf.constant(np.ones(shape, "float32"))
    layer.build(shape)

    @tf.function(jit_compile=jit_compile)
    def outputs_and_gradient(inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
        return outputs, tape.gradient(outputs, inputs, output_gradients=inputs)

    def call() -> dict[str, float]:
        outputs, gradient = outputs_and_gradient(inputs)
        # Asking for one element waits for the result.
        return {"first": float(outputs[0, 0] + gradient[0, 0])}

    return call


def torch_calls(shape: tuple[int, int]) -> interleaved.Turn:
    import torch

    layer = torch.nn.Dropout(RATE)
    inputs = torch.ones(shape, requires_grad=True)
    upstream = torch.ones(shape)

    def call() -> dict[str, float]:
        outputs = layer(inputs)
        (gradient,) = torch.autograd.grad(outputs, inputs, upstream)
        return {"first": float(outputs[0, 0] + gradient[0, 0])}

    return call


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--rows", default=4096, show_default=True, type=click.IntRange(1))
@click.option("--columns", default=1024, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(rows: int, columns: int, rounds: int, worker: str | None) -> None:
    shape = (rows, columns)
    contenders: dict[str, Callable[[], interleaved.Turn]] = {
        "Keras": lambda: tensorflow_calls("Keras", shape, jit_compile=False),
        "Keras, XLA": lambda: tensorflow_calls("Keras", shape, jit_compile=True),
        "PyTorch": lambda: torch_calls(shape),
        "kerasdl": lambda: tensorflow_calls("kerasdl", shape, jit_compile=False),
        "kerasdl, XLA": lambda: tensorflow_calls("kerasdl", shape, jit_compile=True),
    }
    interleaved.main(
        "dropout",
        f"{rows} x {columns} float32, rate {RATE}, forwards and backwards",
        contenders,
        TARGETS,
        rounds=rounds,
        calls=CALLS,
        worker=worker,
        arguments=[
            *("--rows", str(rows)),
            *("--columns", str(columns)),
            *("--rounds", str(rounds)),
        ],
    )


if __name__ == "__main__":
    main()
