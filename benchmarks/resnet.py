"""One training step of ResNet-20 on images of CIFAR-10's size: kerasdl, plain Keras and PyTorch.

All train the same network (He et al. 2015, with 1 x 1 convolutions where a shortcut changes
its shape) on the same batch with Nesterov momentum, in float32:

- Keras: the same layers from `keras.layers` alone;
- PyTorch: in its default layout and, mostly faster on a CPU, with channels last;
- kerasdl: `kerasdl.models.resnet`, whose batch normalization is one operation.

    python benchmarks/resnet.py --rounds 5 --batch-size 128
"""

import click
import interleaved
import numpy as np

STAGES = (16, 32, 64)
BLOCKS = 3
NUM_CLASSES = 10
WARM_UP = 2

TARGETS = (
    interleaved.Target("kerasdl", "PyTorch, channels last", 1.0),
    interleaved.Target("kerasdl", "PyTorch", 1.0),
    interleaved.Target("kerasdl", "Keras", 1.0),
)


def batch(batch_size: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (batch_size, 32, 32, 3), dtype=np.uint8)
    return images, random.integers(0, NUM_CLASSES, batch_size)


def keras_steps(model, batch_size: int) -> interleaved.Turn:
    import keras
    import tensorflow as tf

    model.compile(
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,  # XLA is slower for convolutions on a CPU
    )
    with tf.device("CPU:0"):
        examples = tuple(map(tf.convert_to_tensor, batch(batch_size)))
    model.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors(examples).repeat())

    def turn() -> dict[str, float]:
        return {
            "parameters": model.count_params(),
            "loss": float(model.train_function(batches)["loss"]),
        }

    for _ in range(WARM_UP):
        turn()
    return turn


def kerasdl_contender(batch_size: int) -> interleaved.Turn:
    from kerasdl.models import resnet

    return keras_steps(resnet((32, 32, 3), NUM_CLASSES, zero_init_residual=False), batch_size)


def keras_contender(batch_size: int) -> interleaved.Turn:
    import keras

    def convolution(x, filters, size=3, strides=1):
        x = keras.layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(x)
        return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    inputs = keras.Input((32, 32, 3), dtype="uint8")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = keras.layers.ReLU()(convolution(x, STAGES[0]))
    for stage, filters in enumerate(STAGES):
        for index in range(BLOCKS):
            strides = 2 if stage and not index else 1
            y = keras.layers.ReLU()(convolution(x, filters, strides=strides))
            y = convolution(y, filters)
            if strides == 2:
                x = convolution(x, filters, size=1, strides=2)
            x = keras.layers.ReLU()(x + y)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras_steps(keras.Model(inputs, keras.layers.Dense(NUM_CLASSES)(x)), batch_size)


def torch_contender(batch_size: int, channels_last: bool) -> interleaved.Turn:
    import torch
    from torch import nn

    def convolution(inputs, outputs, size=3, strides=1):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, size, strides, padding=size // 2, bias=False),
            nn.BatchNorm2d(outputs),
        )

    class Block(nn.Module):
        def __init__(self, inputs, outputs, strides):
            super().__init__()
            self.first = convolution(inputs, outputs, strides=strides)
            self.second = convolution(outputs, outputs)
            same = inputs == outputs and strides == 1
            self.shortcut = nn.Identity() if same else convolution(inputs, outputs, 1, strides)
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = self.second(self.relu(self.first(x)))
            return self.relu(y + self.shortcut(x))

    blocks = [
        Block(STAGES[max(0, stage - (index == 0))], filters, 2 if stage and not index else 1)
        for stage, filters in enumerate(STAGES)
        for index in range(BLOCKS)
    ]
    model = nn.Sequential(
        convolution(3, STAGES[0]),
        nn.ReLU(inplace=True),
        *blocks,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(STAGES[-1], NUM_CLASSES),
    )
    images, labels = map(torch.from_numpy, batch(batch_size))
    images = images.permute(0, 3, 1, 2).contiguous()
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, nesterov=True)
    criterion = nn.CrossEntropyLoss()
    weights = sum(weight.numel() for weight in model.parameters())
    moving = sum(
        2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)
    )

    def turn() -> dict[str, float]:
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(images.float() / 127.5 - 1), labels)
        loss.backward()
        optimizer.step()
        return {"parameters": weights + moving, "loss": loss.item()}

    for _ in range(WARM_UP):
        turn()
    return turn


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--batch-size", default=128, show_default=True, type=click.IntRange(1))
@click.option("--worker", hidden=True)
def main(rounds: int, batch_size: int, worker: str | None) -> None:
    interleaved.main(
        "resnet",
        f"ResNet-20, 32x32, batch {batch_size}, one step",
        {
            "Keras": lambda: keras_contender(batch_size),
            "PyTorch": lambda: torch_contender(batch_size, channels_last=False),
            "PyTorch, channels last": lambda: torch_contender(batch_size, channels_last=True),
            "kerasdl": lambda: kerasdl_contender(batch_size),
        },
        TARGETS,
        rounds=rounds,
        worker=worker,
        arguments=["--batch-size", str(batch_size)],
        calls=3,
    )


if __name__ == "__main__":
    main()
