"""Photographs with a residual network.

The networks of "Deep Residual Learning" (He et al., 2015): ResNet-20, 32 and 56 for
small images, 18 and 50 for large ones. Trained with Nesterov momentum or AdamW under a
one-cycle learning rate (Smith, 2018), weight decay on kernels alone, smoothed labels, on
images that are cropped and mirrored at random.

Task: image classification
Data: CIFAR-10, or a folder of your own (without CIFAR-10: scikit-learn's digits)
Model: ResNet-20, 274,042 parameters
Expect: 81.5 % test accuracy after 11 min 24 s on 2 CPU cores
Command: kerasdl recipe resnet
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

import kerasdl
from kerasdl.training import ImageRecipeConfig


class Config(ImageRecipeConfig):
    """What you may choose."""

    epochs: int = Field(8, ge=1)
    """Passes over the training data."""

    model: Literal["resnet20", "resnet32", "resnet56", "resnet18", "resnet50"] = "resnet20"
    """Size: 20, 32 and 56 layers are for small images, 18 and 50 for large ones."""

    optimizer: Literal["sgd", "adamw"] = "sgd"
    """Nesterov momentum of 0.9, or AdamW, which begins with --learning-rate 0.003 and
    --weight-decay 0.05."""

    learning_rate: float = Field(0.2, gt=0)
    """Highest learning rate of the schedule."""

    schedule: Literal["one_cycle", "steps"] = "one_cycle"
    """How the learning rate changes: one cycle, or the paper's: a tenth of it after half of the
    steps, a hundredth after three quarters."""

    weight_decay: float = Field(0.005, ge=0)
    """Share of each kernel that is taken away per step, times the learning rate."""

    label_smoothing: float = Field(0.1, ge=0, lt=1)
    """Weight that each label shares with all classes."""

    crop: int = Field(4, ge=0, le=32)
    """Largest distance, in pixels, by which training images are moved at random."""

    flip: bool = True
    """Mirror training images left to right at random; not for digits."""

    drop_path_rate: float = Field(0.0, ge=0, lt=1)
    """Probability of dropping the last block's branch; earlier blocks' are less likely."""

    jit_compile: bool = False
    """Compile the training step with XLA, which is slower on a CPU."""

    @model_validator(mode="before")
    @classmethod
    def _values_of_adamw(cls, values: dict[str, Any]) -> dict[str, Any]:
        adamw = {"learning_rate": 0.003, "weight_decay": 0.05}
        return {**adamw, **values} if values.get("optimizer") == "adamw" else values


BEST = "highest val_accuracy"
SMOKE = {"data": "digits", "epochs": 2, "batch_size": 32, "flip": False, "crop": 2}


def load_data(config: Config) -> Any:
    """CIFAR-10, or what `config.data` names; training images are cropped and mirrored."""
    data = kerasdl.data.load_images(
        config.data, preferred="cifar10", fallback="digits", **config.image_options
    )
    crop = kerasdl.data.random_crop(config.crop, data.info.image_shape)
    flips = [kerasdl.data.random_flip()] if config.flip else []
    return data.augmented(crop, *flips)


def build_model(config: Config, data: Any) -> Any:
    """The network, and what is optimised."""
    import keras

    model = kerasdl.models.resnet(
        image_shape=data.info.image_shape,
        num_classes=len(data.info.class_names),
        size=config.model,
        drop_path_rate=config.drop_path_rate,
        seed=config.seed,
    )
    steps = config.epochs * data.steps_per_epoch(config.batch_size)
    if config.schedule == "one_cycle":
        learning_rate = kerasdl.schedules.OneCycle(config.learning_rate, steps)
    else:
        learning_rate = keras.optimizers.schedules.PiecewiseConstantDecay(
            [steps // 2, 3 * steps // 4], [config.learning_rate / 10**n for n in range(3)]
        )
    if config.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            learning_rate, momentum=0.9, nesterov=True, weight_decay=config.weight_decay
        )
    else:
        optimizer = keras.optimizers.AdamW(learning_rate, weight_decay=config.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
        loss=kerasdl.losses.SmoothedCrossentropy(config.label_smoothing),
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
