"""Images with an MLP-Mixer: neither convolution nor attention.

The image is cut into patches; layers along the patches take turns with layers along the
channels (Tolstikhin et al., 2021). Trained with AdamW under a one-cycle learning rate on
images that move; a picture shows which patches the first layer puts together.

Task: image classification
Data: MNIST, CIFAR-10, or a folder of your own (without MNIST: scikit-learn's digits)
Model: Mixer of 4 blocks, 64 wide, on patches of 7 x 7, 79,818 parameters
Expect: 98.9 % test accuracy after 3 min 32 s on 2 CPU cores
Command: kerasdl recipe mixer
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import kerasdl
from kerasdl.training import PatchRecipeConfig


class Config(PatchRecipeConfig):
    """What you may choose."""

    epochs: int = Field(10, ge=1)
    """Passes over the training data."""

    model: Literal["pico", "nano", "micro", "small", "base"] = "pico"
    """Size: pico (64 wide, 4 blocks) to base (768 wide, 12 blocks)."""


BEST = "highest val_accuracy"
SMOKE = {"data": "digits", "epochs": 4, "batch_size": 32, "drop_path_rate": 0.1}


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

    model = kerasdl.models.mixer(
        image_shape=data.info.image_shape,
        num_classes=len(data.info.class_names),
        size=config.model,
        patch_size=kerasdl.data.choose_patch_size(data.info.image_shape, config.patch_size),
        dropout_rate=config.dropout_rate,
        drop_path_rate=config.drop_path_rate,
        seed=config.seed,
    )
    steps = config.epochs * data.steps_per_epoch(config.batch_size)
    schedule = kerasdl.schedules.OneCycle(config.learning_rate, steps, warmup_fraction=0.15)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
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
    """Which class is taken for which, the worst mistakes, and what the first layer mixes."""
    import numpy as np

    from kerasdl import plots

    kernel = np.asarray(model.get_layer("block_1").token_mixing.hidden_dense.kernel)
    patch_size = kerasdl.data.choose_patch_size(data.info.image_shape, config.patch_size)
    rows = data.info.image_shape[0] // patch_size
    units = kernel.T.reshape(len(kernel.T), rows, -1)[:40]
    mixing = plots.image_grid(
        units,
        captions=[""] * len(units),
        title="Weights of the patches in the first block's first units",
        columns=8,
    )
    return plots.image_classification(model, data) | {"mixing.png": mixing}


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: images in, probabilities and class out."""
    images = kerasdl.exporting.read_samples(samples, info.image_shape)
    return kerasdl.exporting.image_classifier(model, info.class_names, images)


if __name__ == "__main__":
    kerasdl.run_script(__file__)
