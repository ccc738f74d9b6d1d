"""Training steps of a vision transformer: kerasdl and PyTorch.

Both train the same model on the same images: patches of 4 x 4 of 32 x 32 x 3 images, 64
tokens; pre-norm blocks with exact GELU; the average of the tokens into a linear classifier;
cross entropy, and AdamW. A step is batch, forward, backward and update, in float32.

- PyTorch: one product for query, key and value, `scaled_dot_product_attention`, which needs
  no copy of the heads, fused AdamW; and, as a second line, `torch.nn.TransformerEncoderLayer`;
- kerasdl: `kerasdl.models.vit`, batches gathered by `kerasdl.data`, with and without XLA.

    python benchmarks/vit.py --rounds 7 --depth 6 --width 192 --heads 3 --batch 64
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import click
import interleaved
import numpy as np

IMAGE_SHAPE, PATCH_SIZE, NUM_CLASSES = (32, 32, 3), 4, 10
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 0.05

TARGETS = (
    interleaved.Target("kerasdl", "PyTorch", 1.0),
    interleaved.Target("kerasdl", "PyTorch, EncoderLayer", 1.0),
    interleaved.Target("kerasdl, XLA", "PyTorch", 1.0),
)


@dataclasses.dataclass(frozen=True)
class Setting:
    depth: int
    width: int
    heads: int
    batch: int
    steps: int

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        generator = np.random.default_rng(0)
        count = self.batch * self.steps
        images = generator.integers(0, 256, (count, *IMAGE_SHAPE), dtype=np.uint8)
        return images, generator.integers(0, NUM_CLASSES, count)

    def __str__(self) -> str:
        return (
            f"depth {self.depth}, width {self.width}, {self.heads} heads, 64 tokens, "
            f"batch {self.batch}"
        )


def kerasdl_steps(setting: Setting, jit_compile: bool) -> interleaved.Turn:
    import keras

    from kerasdl.data import pipelines
    from kerasdl.models import ViTSize, vit

    arrays = pipelines.resident(setting.arrays())
    size = ViTSize(setting.width, setting.depth, setting.heads, 4 * setting.width)
    model = vit(IMAGE_SHAPE, NUM_CLASSES, size, PATCH_SIZE, pooling="average")
    model.compile(
        keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=jit_compile,
        steps_per_execution=setting.steps,
    )

    def turn() -> dict[str, float]:
        batches = pipelines.epoch_batches(arrays, setting.batch, seed=0, epoch=0)
        history = model.fit(batches, shuffle=False, verbose=0).history
        return {"loss": history["loss"][-1]}

    return turn


def torch_steps(setting: Setting, encoder_layer: bool) -> interleaved.Turn:
    import torch
    from torch import nn
    from torch.nn import functional

    height, width, channels = IMAGE_SHAPE
    rows, columns = height // PATCH_SIZE, width // PATCH_SIZE
    hidden = 4 * setting.width

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention_norm = nn.LayerNorm(setting.width, eps=1e-6)
            self.query_key_value = nn.Linear(setting.width, 3 * setting.width)
            self.output = nn.Linear(setting.width, setting.width)
            self.feed_forward = nn.Sequential(
                nn.LayerNorm(setting.width, eps=1e-6),
                nn.Linear(setting.width, hidden),
                nn.GELU(),
                nn.Linear(hidden, setting.width),
            )

        def forward(self, x: Any) -> Any:
            batch, time, features = x.shape
            heads = self.query_key_value(self.attention_norm(x))
            heads = heads.view(batch, time, 3, setting.heads, -1).permute(2, 0, 3, 1, 4)
            context = functional.scaled_dot_product_attention(*heads.unbind(0))
            x = x + self.output(context.transpose(1, 2).reshape(batch, time, features))
            return x + self.feed_forward(x)

    def block() -> nn.Module:
        if not encoder_layer:
            return Block()
        return nn.TransformerEncoderLayer(
            setting.width,
            setting.heads,
            hidden,
            dropout=0.0,
            activation="gelu",
            layer_norm_eps=1e-6,
            batch_first=True,
            norm_first=True,
        )

    class ViT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Linear(PATCH_SIZE**2 * channels, setting.width)
            self.positions = nn.Parameter(0.02 * torch.randn(rows * columns, setting.width))
            self.blocks = nn.Sequential(*(block() for _ in range(setting.depth)))
            self.norm = nn.LayerNorm(setting.width, eps=1e-6)
            self.logits = nn.Linear(setting.width, NUM_CLASSES)

        def forward(self, images: Any) -> Any:
            x = images.float() / 255
            x = x.view(-1, rows, PATCH_SIZE, columns, PATCH_SIZE, channels)
            x = self.patches(x.permute(0, 1, 3, 2, 4, 5).flatten(3).flatten(1, 2))
            return self.logits(self.norm(self.blocks(x + self.positions)).mean(1))

    images, labels = map(torch.from_numpy, setting.arrays())
    model = ViT().train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(
        model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
    )

    def turn() -> dict[str, float]:
        total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for indices in torch.randperm(len(images)).split(setting.batch):
            x, y = images[indices], labels[indices]
            optimizer.zero_grad()
            logits = model(x)
            loss = criterion(logits, y)
            loss.backward()
            optimizer.step()
            total += loss.detach()
            correct += (logits.argmax(1) == y).sum()
        return {"loss": total.item() / setting.steps}

    return turn


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1))
@click.option("--depth", default=6, show_default=True, type=click.IntRange(1))
@click.option("--width", default=192, show_default=True, type=click.IntRange(1))
@click.option("--heads", default=3, show_default=True, type=click.IntRange(1))
@click.option("--batch", default=64, show_default=True, type=click.IntRange(1))
@click.option("--steps", default=4, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(rounds: int, worker: str | None, **options: Any) -> None:
    setting = Setting(**options)
    contenders: dict[str, Callable[[], interleaved.Turn]] = {
        "PyTorch": lambda: torch_steps(setting, encoder_layer=False),
        "PyTorch, EncoderLayer": lambda: torch_steps(setting, encoder_layer=True),
        "kerasdl": lambda: kerasdl_steps(setting, jit_compile=False),
        "kerasdl, XLA": lambda: kerasdl_steps(setting, jit_compile=True),
    }
    interleaved.main(
        "vit",
        f"{setting.steps} training steps, {setting}",
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
