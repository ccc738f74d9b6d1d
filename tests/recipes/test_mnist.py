"""The recipe `mnist` is what its page says."""

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import ImageData
from kerasdl.recipes import mnist


@pytest.fixture(scope="module")
def data() -> ImageData:
    return mnist.load_data(mnist.Config(data="digits"))


def test_model_is_the_one_that_is_claimed(data: ImageData) -> None:
    model = mnist.build_model(mnist.Config(), data)
    claim = recipes.facts("mnist")["model"]
    assert f"{model.count_params():,} parameters" in claim
    widths = [784, *(layer.units for layer in model.layers if hasattr(layer, "units"))]
    assert "-".join(map(str, widths)) in claim
    kinds = [type(layer) for layer in model.layers]
    assert kinds.count(kerasdl.layers.InvertedDropout) == kinds.count(keras.layers.ReLU) == 2


def test_he_initialisation(data: ImageData) -> None:
    model = mnist.build_model(mnist.Config(hidden_units=(400,)), data)
    kernel = np.asarray(model.get_layer("hidden_1").kernel)
    # 313,600 draws: the standard deviation is known to 1 / sqrt(2 n) = 0.13 %.
    assert kernel.std() == pytest.approx(np.sqrt(2 / 784), rel=0.01)


def test_what_is_optimised(data: ImageData) -> None:
    config = mnist.Config(epochs=7, learning_rate=0.004)
    model = mnist.build_model(config, data)
    schedule = model.optimizer._learning_rate
    assert schedule.max_learning_rate == 0.004
    assert schedule.total_steps == 7 * data.steps_per_epoch(config.batch_size)
    constant = mnist.build_model(mnist.Config(schedule="constant", learning_rate=0.004), data)
    assert float(constant.optimizer.learning_rate) == pytest.approx(0.004)


def test_training_images_move_and_others_do_not(data: ImageData) -> None:
    still = mnist.load_data(mnist.Config(data="digits", shift=0))
    for one, other, equal in [
        (data.epoch_batches(32, 0, 0), still.epoch_batches(32, 0, 0), False),
        (data.validation_batches(32), still.validation_batches(32), True),
        (data.test_batches(32), still.test_batches(32), True),
    ]:
        (images, labels), (others, same_labels) = next(iter(one)), next(iter(other))
        np.testing.assert_array_equal(labels, same_labels)
        assert np.array_equal(images, others) is equal


def test_it_learns_real_mnist_or_what_there_is() -> None:
    data = mnist.load_data(mnist.Config(data="auto"))
    passes = max(1, 20_000 // len(data.train))
    model = mnist.build_model(mnist.Config(epochs=passes, learning_rate=2e-3), data)
    for epoch in range(passes):
        model.fit(data.epoch_batches(128, 0, epoch), shuffle=False, verbose=0)
    accuracy = model.evaluate(data.test_batches(500), verbose=0, return_dict=True)["accuracy"]
    # A linear classifier reaches 92 % on MNIST (LeCun et al., 1998).
    assert accuracy > 0.92
