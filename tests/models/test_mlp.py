import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.models import mlp

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), dtype=np.uint8)


def test_logits_are_those_of_the_matrices():
    model = mlp((8, 8, 1), 3, hidden_units=(16, 5), seed=1)
    x = IMAGES.reshape(6, 64) / 255
    *hidden, (kernel, bias) = zip(*[iter(model.get_weights())] * 2, strict=True)
    for hidden_kernel, hidden_bias in hidden:
        x = np.maximum(x @ hidden_kernel + hidden_bias, 0)
    np.testing.assert_allclose(model(IMAGES), x @ kernel + bias, rtol=1e-4, atol=1e-5)


def test_interface():
    model = mlp((8, 8, 1), 3, hidden_units=(16,), name="small")
    assert model.name == "small"
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert model.inputs[0].dtype == "uint8"
    assert model.output_shape == (None, 3)
    assert model.layers[-1].name == "logits"


def test_default_size():
    # 784-512-256-10: weights and biases.
    expected = 784 * 512 + 512 + 512 * 256 + 256 + 256 * 10 + 10
    assert mlp((28, 28, 1), 10).count_params() == expected


def test_no_hidden_layer_is_a_linear_classifier():
    assert mlp((8, 8, 1), 3, hidden_units=()).count_params() == 64 * 3 + 3


def test_he_initialisation():
    kernel = mlp((28, 28, 1), 10, seed=1).get_layer("hidden_1").kernel.numpy()
    # n samples of a truncated normal distribution with variance 2 / 784.
    assert kernel.var() == pytest.approx(2 / 784, rel=5 * np.sqrt(2 / kernel.size))


def test_seed_decides_initialisation_and_dropout():
    def weights_and_outputs(seed):
        model = mlp((8, 8, 1), 3, hidden_units=(64, 64), dropout_rate=0.5, seed=seed)
        calls = [model(IMAGES, training=True).numpy() for _ in range(2)]
        return [*model.get_weights(), *calls]

    first, again, other = (weights_and_outputs(seed) for seed in (1, 1, 2))
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, same)
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[-2], first[-1])


def test_every_layer_has_a_seed_of_its_own():
    model = mlp((8, 8, 1), 3, hidden_units=(64, 64, 64), seed=1)
    kernels = [model.get_layer(f"hidden_{index}").kernel.numpy() for index in (1, 2, 3)]
    assert not np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[1], kernels[2])
    seeds = [model.get_layer(f"dropout_{index}").seed for index in (1, 2, 3)]
    assert len(set(seeds)) == 3


def test_without_a_seed_models_differ():
    first, second = (mlp((8, 8, 1), 3).get_weights()[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_dropout_is_off_at_inference_and_on_in_training():
    model = mlp((8, 8, 1), 3, dropout_rate=0.5, seed=1)
    np.testing.assert_array_equal(model(IMAGES), model(IMAGES))
    assert not np.array_equal(model(IMAGES, training=True), model(IMAGES, training=True))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_logits_are_float32_in_mixed_precision(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = mlp((8, 8, 1), 3, seed=1)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("hidden_1").compute_dtype == policy.removeprefix("mixed_")
    assert model(IMAGES).dtype == tf.float32


def test_learns_under_xla_and_survives_saving(tmp_path):
    labels = (IMAGES.mean((1, 2, 3)) > np.median(IMAGES.mean((1, 2, 3)))).astype("int32")
    model = mlp((8, 8, 1), 2, hidden_units=(32,), seed=1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss, jit_compile=True)
    history = model.fit(IMAGES, labels, epochs=30, batch_size=6, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(IMAGES), model(IMAGES))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": ()}, r"image_shape must be positive sizes.*image_shape=\(\)"),
        ({"image_shape": (8, 0, 1)}, r"image_shape must be positive sizes.*\(8, 0, 1\)"),
        ({"num_classes": 1}, "num_classes must be at least 2. Received: num_classes=1"),
        ({"hidden_units": (16, 0)}, r"hidden_units must be positive widths.*\(16, 0\)"),
        ({"dropout_rate": 1.0}, "Received rate=1.0. Expected a number in"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        mlp(**{"image_shape": (8, 8, 1), "num_classes": 3} | arguments)
