"""Scaled dot-product attention, forwards and backwards: kerasdl, Keras and PyTorch.

All compute the same in float32: the outputs, and the gradients of query, key and value for
given upstream gradients. What a worker's memory grows to beyond what it held before its first
call is noted as `peak_mb`.

- Keras: `keras.ops.dot_product_attention`, with and without XLA, in its own layout;
- PyTorch: `torch.nn.functional.scaled_dot_product_attention`;
- kerasdl: `kerasdl.ops.scaled_dot_product_attention`, with and without XLA.

    python benchmarks/attention.py --batch 8 --time 512 --heads 8 --width 64 --causal
    python benchmarks/attention.py --batch 32 --time 196 --heads 6 --width 64 --full
    python benchmarks/attention.py --batch 1 --time 4096 --heads 4 --width 64 --causal
"""

import dataclasses
import os
import resource
from collections.abc import Callable
from typing import Any

import click
import interleaved
import numpy as np

LONG = 2048


@dataclasses.dataclass(frozen=True)
class Setting:
    batch: int
    time: int
    heads: int
    width: int
    causal: bool
    padding: bool
    block_size: int | None

    def arrays(self, time_first: bool) -> list[np.ndarray]:
        """Query, key, value and the upstream gradient."""
        generator = np.random.default_rng(0)
        shape = (self.batch, self.heads, self.time, self.width)
        arrays = [generator.standard_normal(shape).astype("float32") for _ in range(4)]
        return [x.swapaxes(1, 2).copy() for x in arrays] if time_first else arrays

    def mask(self) -> np.ndarray | None:
        """Which keys are real, `(batch, time)`: three quarters of them, or None."""
        if not self.padding:
            return None
        lengths = np.linspace(self.time // 2, self.time, self.batch).astype(int)
        return np.arange(self.time) < lengths[:, None]

    def targets(self) -> tuple[interleaved.Target, ...]:
        long = self.time >= LONG
        return tuple(
            target
            for ours in ("kerasdl", "kerasdl, XLA")
            for target in (
                interleaved.Target(ours, "Keras", 0.6 if long else 0.7),
                interleaved.Target(ours, "PyTorch", 1.2 if long else 0.85),
            )
        )

    def __str__(self) -> str:
        parts = [
            f"batch {self.batch}, time {self.time}, {self.heads} heads, width {self.width}",
            "causal" if self.causal else "full",
            *(["padding mask"] if self.padding else []),
            *([f"blocks of {self.block_size}"] if self.block_size else []),
        ]
        return ", ".join(parts)


class PeakMemory:
    """How much the resident memory of this process has grown, at its highest."""

    def __init__(self) -> None:
        with open("/proc/self/statm", encoding="ascii") as file:
            self._before = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def note(self) -> dict[str, float]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
        return {"peak_mb": max(0.0, peak - self._before)}


def tensorflow_calls(name: str, setting: Setting, jit_compile: bool) -> interleaved.Turn:
    import keras
    import tensorflow as tf

    import kerasdl

    mask = setting.mask()

    def of_keras(query: Any, key: Any, value: Any) -> Any:
        # Keras asks for all the dimensions of a mask.
        pairs = None
        if mask is not None:
            shape = (setting.batch, setting.heads, setting.time, setting.time)
            pairs = tf.broadcast_to(mask[:, None, None], shape)
        return keras.ops.dot_product_attention(
            query, key, value, mask=pairs, is_causal=setting.causal
        )

    def of_kerasdl(query: Any, key: Any, value: Any) -> Any:
        return kerasdl.ops.scaled_dot_product_attention(
            query, key, value, mask, causal=setting.causal, block_size=setting.block_size
        )

    attend = {"Keras": of_keras, "kerasdl": of_kerasdl}[name]
    arrays = [tf.constant(x) for x in setting.arrays(time_first=name == "Keras")]

    @tf.function(jit_compile=jit_compile)
    def outputs_and_gradients(query: Any, key: Any, value: Any, upstream: Any) -> Any:
        tensors = (query, key, value)
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = attend(*tensors)
        return outputs, tape.gradient(outputs, tensors, output_gradients=upstream)

    memory = PeakMemory()

    def call() -> dict[str, float]:
        outputs, gradients = outputs_and_gradients(*arrays)
        # Asking for an element of each waits for all of them.
        total = sum(float(x[0, 0, 0, 0]) for x in (outputs, *gradients))
        return {"first": total, **memory.note()}

    return call


def torch_calls(setting: Setting) -> interleaved.Turn:
    import torch

    *tensors, upstream = (torch.from_numpy(x) for x in setting.arrays(time_first=False))
    for tensor in tensors:
        tensor.requires_grad_()
    mask = setting.mask()
    pairs = None
    if mask is not None:
        pairs = torch.from_numpy(mask)[:, None, None]
        if setting.causal:  # PyTorch takes either
            pairs = pairs & torch.ones(setting.time, setting.time, dtype=torch.bool).tril()
    memory = PeakMemory()

    def call() -> dict[str, float]:
        outputs = torch.nn.functional.scaled_dot_product_attention(
            *tensors, attn_mask=pairs, is_causal=setting.causal and pairs is None
        )
        gradients = torch.autograd.grad(outputs, tensors, upstream)
        total = sum(float(x[0, 0, 0, 0]) for x in (outputs, *gradients))
        return {"first": total, **memory.note()}

    return call


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--batch", default=8, show_default=True, type=click.IntRange(1))
@click.option("--time", default=512, show_default=True, type=click.IntRange(1))
@click.option("--heads", default=8, show_default=True, type=click.IntRange(1))
@click.option("--width", default=64, show_default=True, type=click.IntRange(1))
@click.option("--causal/--full", default=True, show_default=True)
@click.option("--padding", is_flag=True, help="Mask padded keys.")
@click.option("--block-size", type=click.IntRange(1), help="Of kerasdl; it chooses by itself.")
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--calls", default=1, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(rounds: int, calls: int, worker: str | None, **options: Any) -> None:
    setting = Setting(**options)
    contenders: dict[str, Callable[[], interleaved.Turn]] = {
        "Keras": lambda: tensorflow_calls("Keras", setting, jit_compile=False),
        "Keras, XLA": lambda: tensorflow_calls("Keras", setting, jit_compile=True),
        "PyTorch": lambda: torch_calls(setting),
        "kerasdl": lambda: tensorflow_calls("kerasdl", setting, jit_compile=False),
        "kerasdl, XLA": lambda: tensorflow_calls("kerasdl", setting, jit_compile=True),
    }
    arguments = ["--causal" if setting.causal else "--full"]
    arguments += ["--padding"] if setting.padding else []
    for name, value in (
        ("batch", setting.batch),
        ("time", setting.time),
        ("heads", setting.heads),
        ("width", setting.width),
        ("block-size", setting.block_size),
        ("rounds", rounds),
        ("calls", calls),
    ):
        arguments += [] if value is None else [f"--{name}", str(value)]
    interleaved.main(
        "attention",
        str(setting),
        contenders,
        setting.targets(),
        rounds=rounds,
        worker=worker,
        arguments=arguments,
        calls=calls,
    )


if __name__ == "__main__":
    main()
