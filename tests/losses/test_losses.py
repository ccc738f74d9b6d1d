"""What every loss class must do: config, saving, reduction, training."""

import inspect

import keras
import numpy as np
import pytest

from kerasdl import losses, ops
from kerasdl.testing.saving import save

NON_DEFAULT = {
    "NTXent": {"temperature": 0.3},
    "InfoNCE": {"temperature": 0.3, "symmetric": True, "normalize": False},
    "TripletLoss": {"margin": 0.7, "distance": "euclidean"},
    "BatchHardTripletLoss": {
        "margin": 0.7,
        "distance": "squared_euclidean",
        "soft_margin": True,
    },
    "SmoothedCrossentropy": {"label_smoothing": 0.3},
}
FUNCTION = {
    "NTXent": lambda t, p: ops.nt_xent(t, p, 0.3),
    "InfoNCE": lambda t, p: ops.info_nce(p, t, 0.3, symmetric=True, normalize=False),
    "TripletLoss": lambda t, p: ops.triplet_loss(p[:, 0], p[:, 1], p[:, 2], 0.7, "euclidean"),
    "BatchHardTripletLoss": lambda t, p: ops.batch_hard_triplet_loss(
        t, p, 0.7, "squared_euclidean", soft_margin=True
    ),
    "SmoothedCrossentropy": lambda t, p: ops.smoothed_crossentropy(t, p, 0.3),
}


def example(name):
    generator = np.random.default_rng(0)
    embeddings = generator.normal(size=(6, 4)).astype("float32")
    if name == "TripletLoss":
        return np.zeros(6, "float32"), generator.normal(size=(6, 3, 4)).astype("float32")
    if name == "SmoothedCrossentropy":
        return np.array([0, 1, 2, 3, 0, 1]), embeddings
    if name == "BatchHardTripletLoss":
        return np.array([0, 1, 0, 1, 2, 2]), embeddings
    return generator.normal(size=(6, 4)).astype("float32"), embeddings


def make(class_name, **kwargs):
    return getattr(losses, class_name)(**(NON_DEFAULT[class_name] | kwargs))


def test_every_exported_loss_is_tested():
    assert set(NON_DEFAULT) == set(FUNCTION) == set(losses.__all__)


@pytest.mark.parametrize("name", losses.__all__)
def test_config_holds_every_argument_and_round_trips(name):
    loss = make(name, reduction="sum", name="mine", dtype="float16")
    config = loss.get_config()
    arguments = set(inspect.signature(type(loss).__init__).parameters) - {"self"}
    assert set(config) == arguments
    defaults = getattr(losses, name)().get_config()
    assert all(config[argument] != defaults[argument] for argument in arguments)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is type(loss)
    assert again.get_config() == config
    y_true, y_pred = example(name)
    np.testing.assert_array_equal(again(y_true, y_pred), loss(y_true, y_pred))


@pytest.mark.parametrize("name", losses.__all__)
def test_class_equals_function_under_every_reduction(name):
    y_true, y_pred = example(name)
    expected = np.asarray(FUNCTION[name](y_true, y_pred))
    np.testing.assert_allclose(make(name, reduction=None)(y_true, y_pred), expected, rtol=1e-6)
    np.testing.assert_allclose(make(name)(y_true, y_pred), expected.mean(), rtol=1e-6)
    np.testing.assert_allclose(
        make(name, reduction="sum")(y_true, y_pred), expected.sum(), rtol=1e-6
    )
    weights = np.arange(6, dtype="float32")
    np.testing.assert_allclose(
        make(name)(y_true, y_pred, sample_weight=weights),
        np.mean(expected * weights),
        rtol=1e-6,
    )


@pytest.mark.parametrize("name", losses.__all__)
def test_registered_under_the_package(name):
    assert keras.saving.get_registered_name(getattr(losses, name)) == f"kerasdl>{name}"


def test_a_compiled_model_with_the_loss_trains_and_is_saved(tmp_path):
    generator = np.random.default_rng(0)
    labels = np.arange(32) % 4
    inputs = (np.eye(4)[labels] + 0.3 * generator.normal(size=(32, 4))).astype("float32")
    # Seeded: from some initial weights twenty steps are not enough.
    embed = keras.layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(seed=3))
    model = keras.Sequential([keras.Input((4,)), embed])
    model.compile(keras.optimizers.Adam(0.05), losses.BatchHardTripletLoss(soft_margin=True))
    history = model.fit(inputs, labels, epochs=20, batch_size=32, verbose=0).history["loss"]
    assert history[-1] < 0.9 * history[0]
    save(model, tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.loss.get_config() == model.loss.get_config()
    np.testing.assert_allclose(
        again.evaluate(inputs, labels, batch_size=32, verbose=0),
        model.evaluate(inputs, labels, batch_size=32, verbose=0),
        rtol=1e-6,
    )


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="temperature=-1"):
        losses.NTXent(temperature=-1)
    with pytest.raises(ValueError, match="temperature=0"):
        losses.InfoNCE(temperature=0)
    with pytest.raises(ValueError, match=r"margin=-0\.1"):
        losses.TripletLoss(margin=-0.1)
    with pytest.raises(ValueError, match="label_smoothing=1"):
        losses.SmoothedCrossentropy(1.0)
    with pytest.raises(ValueError, match="distance='l1'"):
        losses.BatchHardTripletLoss(distance="l1")


@pytest.mark.parametrize("shape", [(2, 4), (2, 2, 4), (2, 3, 4, 1)])
def test_triplets_of_the_wrong_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"Expected \[batch, 3, width\]"):
        losses.TripletLoss()(np.zeros(2), np.zeros(shape))
