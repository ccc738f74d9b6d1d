"""One epoch of the MNIST perceptron: kerasdl, plain Keras and PyTorch.

All train the same network, 784-512-256-10 with dropout 0.2 after each hidden layer,
with Adam, on the same images in as many full batches, and count loss and accuracy:

- Keras: `keras.layers.Dropout`, `model.fit` on float arrays;
- PyTorch: a `DataLoader` on a `TensorDataset`, and, as a second line, batches cut by
  index from the tensors, which many write for small data sets;
- kerasdl: `kerasdl.models.mlp`, uint8 images gathered in shuffled batches by
  `kerasdl.data`, XLA, 32 steps in each execution.

    python benchmarks/mnist_mlp.py --rounds 5 --batch-size 128
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import interleaved
import numpy as np

HIDDEN_UNITS = (512, 256)
DROPOUT_RATE = 0.2
NUM_CLASSES = 10
STEPS_PER_EXECUTION = 32

TARGETS = (
    interleaved.Target("kerasdl", "Keras", 0.5),
    interleaved.Target("kerasdl", "PyTorch", 0.75),
    interleaved.Target("kerasdl", "PyTorch, by index", 0.75),
)


def load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path) as arrays:
        return arrays["images"], arrays["labels"]


def as_floats(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype("float32") / 255


def keras_epochs(path: Path, batch_size: int) -> interleaved.Turn:
    import keras

    images, labels = load(path)
    inputs = as_floats(images)
    model = keras.Sequential([keras.Input(inputs.shape[1:])])
    for units in HIDDEN_UNITS:
        model.add(keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal"))
        model.add(keras.layers.Dropout(DROPOUT_RATE))
    model.add(keras.layers.Dense(NUM_CLASSES))
    model.compile(
        keras.optimizers.Adam(),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    def epoch() -> dict[str, float]:
        history = model.fit(inputs, labels, batch_size=batch_size, verbose=0).history
        return {"accuracy": history["accuracy"][-1]}

    return epoch


def kerasdl_epochs(path: Path, batch_size: int) -> interleaved.Turn:
    import keras

    from kerasdl.data import pipelines
    from kerasdl.models import mlp

    images, labels = load(path)
    arrays = pipelines.resident((images, labels))
    steps = pipelines.steps_per_epoch(len(images), batch_size)
    model = mlp(images.shape[1:], NUM_CLASSES, HIDDEN_UNITS, DROPOUT_RATE, seed=0)
    model.compile(
        keras.optimizers.Adam(),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=True,
        steps_per_execution=STEPS_PER_EXECUTION,
    )

    def epoch() -> dict[str, float]:
        number = int(model.optimizer.iterations) // steps
        batches = pipelines.epoch_batches(arrays, batch_size, seed=0, epoch=number)
        history = model.fit(batches, shuffle=False, verbose=0).history
        return {"accuracy": history["accuracy"][-1]}

    return epoch


def torch_epochs(path: Path, batch_size: int, by_index: bool) -> interleaved.Turn:
    import torch

    images, labels = load(path)
    inputs, targets = torch.from_numpy(as_floats(images)), torch.from_numpy(labels)
    widths = (inputs.shape[1], *HIDDEN_UNITS)
    layers: list[torch.nn.Module] = []
    for width, units in zip(widths, HIDDEN_UNITS, strict=False):
        layers += [
            torch.nn.Linear(width, units),
            torch.nn.ReLU(),
            torch.nn.Dropout(DROPOUT_RATE),
        ]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(widths[-1], NUM_CLASSES))
    optimizer = torch.optim.Adam(model.parameters())
    criterion = torch.nn.CrossEntropyLoss()
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(inputs, targets), batch_size=batch_size, shuffle=True
    )

    def batches_by_index():
        for indices in torch.randperm(len(inputs)).split(batch_size):
            yield inputs[indices], targets[indices]

    def epoch() -> dict[str, float]:
        model.train()
        total_loss, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for x, y in batches_by_index() if by_index else loader:
            optimizer.zero_grad()
            logits = model(x)
            loss = criterion(logits, y)
            loss.backward()
            optimizer.step()
            total_loss += loss.detach()
            correct += (logits.argmax(1) == y).sum()
        return {"accuracy": correct.item() / len(inputs)}

    return epoch


def prepare(path: Path, batch_size: int) -> str:
    """Writes the training images, in full batches, for the workers; returns what they are."""
    from kerasdl.data import load_images
    from kerasdl.data.tfds_folders import find_prepared

    if find_prepared("mnist"):
        train = load_images("mnist", validation_fraction=1 / 60_000).train
        images, labels, kind = train.images, train.labels, "MNIST"
    else:
        random = np.random.default_rng(0)
        images = random.integers(0, 256, (59_999, 28, 28, 1), dtype=np.uint8)
        labels = random.integers(0, NUM_CLASSES, len(images))
        kind = "random images for want of MNIST (kerasdl data prepare mnist)"
    count = len(images) // batch_size * batch_size
    np.savez(path, images=images[:count], labels=labels[:count].astype("int64"))
    return f"{count} {kind}"


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--batch-size", default=128, show_default=True, type=click.IntRange(1))
@click.option("--images", hidden=True, type=Path)
@click.option("--worker", hidden=True)
def main(rounds: int, batch_size: int, images: Path | None, worker: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = images or Path(folder) / "images.npz"
        data = "" if worker else prepare(path, batch_size)
        contenders: dict[str, Callable[[], interleaved.Turn]] = {
            "Keras": lambda: keras_epochs(path, batch_size),
            "PyTorch": lambda: torch_epochs(path, batch_size, by_index=False),
            "PyTorch, by index": lambda: torch_epochs(path, batch_size, by_index=True),
            "kerasdl": lambda: kerasdl_epochs(path, batch_size),
        }
        interleaved.main(
            "mnist_mlp",
            f"one epoch of {data}, batch {batch_size}",
            contenders,
            TARGETS,
            rounds=rounds,
            worker=worker,
            arguments=[
                *("--rounds", str(rounds)),
                *("--batch-size", str(batch_size)),
                *("--images", os.fspath(path)),
            ],
        )


if __name__ == "__main__":
    main()
