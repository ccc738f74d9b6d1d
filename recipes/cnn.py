"""Images with a plain convolutional network.

LeNet-5 (LeCun et al., 1998), the network that read bank cheques, and a small VGG
(Simonyan and Zisserman, 2015) with batch normalization. Trained with Adam under a one-cycle
learning rate (Smith, 2018), on images that move by a pixel or two now and then.

Task: image classification
Data: MNIST, CIFAR-10, or a folder of your own (without MNIST: scikit-learn's digits)
Model: LeNet-5, 61,706 parameters (--model vgg: 289,066)
Expect: 99.3 % test accuracy on MNIST after 60 s on 2 CPU cores
Command: kerasdl recipe cnn
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import kerasdl
from kerasdl.training import ImageRecipeConfig


class Config(ImageRecipeConfig):
    """What you may choose."""

    epochs: int = Field(10, ge=1)
    """Passes over the training data."""

    model: Literal["lenet5", "vgg"] = "lenet5"
    """LeNet-5, or six 3 x 3 convolutions with batch normalization."""

    learning_rate: float = Field(4e-3, gt=0)
    """Highest learning rate of the one-cycle schedule."""

    dropout_rate: float = Field(0.2, ge=0, lt=1)
    """Share of values that the VGG drops after each stage; LeNet-5 drops none."""

    shift: int = Field(2, ge=0, le=8)
    """Largest distance, in pixels, by which training images are moved at random."""

    flip: bool = False
    """Mirror training images left to right at random: for photographs, not for digits."""

    jit_compile: bool = False
    """Compile the training step with XLA, which is slower on a CPU."""


BEST = "highest val_accuracy"
SMOKE = {"data": "digits", "epochs": 4, "batch_size": 32}


def load_data(config: Config) -> Any:
    """MNIST, or what `config.data` names; training images move a little each epoch."""
    data = kerasdl.data.load_images(
        config.data, preferred="mnist", fallback="digits", **config.image_options
    )
    flips = [kerasdl.data.random_flip()] if config.flip else []
    return data.augmented(kerasdl.data.random_shift(config.shift), *flips)


def build_model(config: Config, data: Any) -> Any:
    """The network, and what is optimised."""
    import keras

    image_shape, num_classes = data.info.image_shape, len(data.info.class_names)
    if config.model == "lenet5":
        model = kerasdl.models.lenet5(image_shape, num_classes)
    else:
        model = kerasdl.models.vgg(
            image_shape, num_classes, dropout_rate=config.dropout_rate, seed=config.seed
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
    """What saying the commonest class achieves, and the class of the nearest mean image."""
    return kerasdl.diagnostics.image_baselines(data)


def pictures(config: Config, model: Any, data: Any) -> dict[str, Any]:
    """Which class is taken for which, and the worst mistakes."""
    return kerasdl.plots.image_classification(model, data)


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: images in, probabilities and class out."""
    images = kerasdl.exporting.read_samples(samples, info.image_shape)
    return kerasdl.exporting.image_classifier(model, info.class_names, images)


if __name__ == "__main__":
    kerasdl.run_script(__file__)
