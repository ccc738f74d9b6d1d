import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.models import MIXER_SIZES, MixerSize, mixer

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 12, 3), dtype=np.uint8)
SMALL = MixerSize(width=8, depth=2, token_dim=7, channel_dim=12)


def small(**arguments):
    return mixer(**{"image_shape": (8, 12, 3), "num_classes": 3, "size": SMALL} | arguments)


def randomize(model):
    """Weights that are all at work, as the zeros of a new head are not."""
    generator = np.random.default_rng(1)
    model.set_weights([generator.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return model


def test_logits_are_those_of_the_equations(float64):
    model = randomize(small())
    x = float64.dense(float64.patches(IMAGES, 4), model.get_layer("patches").projection)
    for block in (model.get_layer("block_1"), model.get_layer("block_2")):
        normal = float64.layer_norm(x, block.token_normalization)
        x = x + float64.feed_forward(normal.swapaxes(1, 2), block.token_mixing).swapaxes(1, 2)
        normal = float64.layer_norm(x, block.channel_normalization)
        x = x + float64.feed_forward(normal, block.channel_mixing)
    x = float64.layer_norm(x, model.get_layer("normalization")).mean(1)
    expected = float64.dense(x, model.get_layer("logits"))
    np.testing.assert_allclose(model(IMAGES), expected, rtol=1e-3, atol=1e-4)


def test_interface():
    model = small(name="mine")
    assert model.name == "mine"
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert model.inputs[0].dtype == "uint8"
    assert model.output_shape == (None, 3)
    assert model.layers[-1].name == "logits"


def test_size_of_the_paper():
    # Tolstikhin et al. (2021), table 1: B/16 has 59 million parameters, S/16 18.5 million (the
    # table counts 18, without the head).
    for size, millions in [("base", 59.9), ("small", 18.5)]:
        model = mixer((224, 224, 3), 1000, size, patch_size=16)
        assert model.count_params() / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize("name", ["pico", "nano", "micro"])
def test_named_sizes(name):
    size = MIXER_SIZES[name]
    model = mixer((8, 8, 1), 2, name)
    blocks = [layer for layer in model.layers if layer.name.startswith("block_")]
    assert len(blocks) == size.depth
    assert {(block.token_dim, block.channel_dim) for block in blocks} == {size[2:]}
    assert model.get_layer("normalization").output.shape == (None, 4, size.width)


def test_later_blocks_are_dropped_more_often():
    model = small(size=SMALL._replace(depth=5), drop_path_rate=0.2, dropout_rate=0.1)
    blocks = [model.get_layer(f"block_{index}") for index in range(1, 6)]
    np.testing.assert_allclose([b.drop_path_rate for b in blocks], [0, 0.05, 0.1, 0.15, 0.2])
    assert {block.dropout for block in blocks} == {0.1}


def test_seeds_differ_from_layer_to_layer_and_come_from_the_models():
    def seeds(model):
        return [layer.seed for layer in model.layers if hasattr(layer, "seed")]

    assert len(set(seeds(small(seed=1)))) == 2
    assert seeds(small(seed=1)) == seeds(small(seed=1))
    assert not set(seeds(small(seed=1))) & set(seeds(small(seed=2)))


def test_logits_are_float32_in_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small()
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("block_1").compute_dtype == "bfloat16"
    assert model(IMAGES).dtype == tf.float32


def test_learns_and_survives_saving(tmp_path):
    keras.utils.set_random_seed(0)
    labels = (IMAGES.mean((1, 2, 3)) > np.median(IMAGES.mean((1, 2, 3)))).astype("int32")
    model = small(num_classes=2, drop_path_rate=0.1, seed=1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss, jit_compile=False)
    history = model.fit(IMAGES, labels, epochs=30, batch_size=5, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(IMAGES), model(IMAGES))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (8, 0, 1)}, r"image_shape must be positive sizes.*\(8, 0, 1\)"),
        ({"num_classes": 1}, "num_classes must be at least 2. Received: num_classes=1"),
        ({"size": "huge"}, "size='huge'. Expected one of .*'pico'"),
        ({"size": SMALL._replace(token_dim=0)}, "token_dim=0. Expected an integer of at least 1"),
        ({"patch_size": 5}, r"patch_size=5. Expected a height and width that are multiples"),
        ({"drop_path_rate": 1.0}, "drop_path_rate=1.0"),
        ({"dropout_rate": 1.0}, "dropout=1.0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
