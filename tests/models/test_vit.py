import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.models import VIT_SIZES, ViTSize, vit

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 12, 3), dtype=np.uint8)
SMALL = ViTSize(width=8, depth=2, num_heads=2, hidden_dim=12)


def small(**arguments):
    return vit(**{"image_shape": (8, 12, 3), "num_classes": 3, "size": SMALL} | arguments)


def randomize(model):
    """Weights that are all at work, as the zeros of a new head and token are not."""
    generator = np.random.default_rng(1)
    model.set_weights([generator.normal(0, 0.5, w.shape) for w in model.get_weights()])
    return model


def sinusoids(time, width):
    """Vaswani et al. (2017), section 3.5: columns in pairs of a sine and a cosine."""
    table = np.zeros((time, width))
    for position in range(time):
        for column in range(width):
            angle = position / 10000 ** (2 * (column // 2) / width)
            table[position, column] = np.cos(angle) if column % 2 else np.sin(angle)
    return table


@pytest.mark.parametrize("positions", ["learned", "sinusoidal"])
@pytest.mark.parametrize("pooling", ["token", "average"])
def test_logits_are_those_of_the_equations(pooling, positions, float64):
    model = randomize(small(pooling=pooling, positions=positions))
    x = float64.dense(float64.patches(IMAGES, 4), model.get_layer("patches").projection)
    if pooling == "token":
        token = float64.array(model.get_layer("class_token").token)
        x = np.concatenate([np.repeat(token, len(x), 0), x], 1)
    if positions == "learned":
        x = x + float64.array(model.get_layer("positions").positions)
    else:
        x = x + sinusoids(*x.shape[1:])
    for block in (model.get_layer("block_1"), model.get_layer("block_2")):
        norms = block.normalizations
        x = x + float64.attention(float64.layer_norm(x, norms["attention"]), block.attention)[0]
        normal = float64.layer_norm(x, norms["feed_forward"])
        x = x + float64.feed_forward(normal, block.feed_forward)
    x = float64.layer_norm(x, model.get_layer("normalization"))
    x = x[:, 0] if pooling == "token" else x.mean(1)
    expected = float64.dense(x, model.get_layer("logits"))
    np.testing.assert_allclose(model(IMAGES), expected, rtol=1e-3, atol=1e-4)


def test_interface():
    model = small(name="mine")
    assert model.name == "mine"
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert model.inputs[0].dtype == "uint8"
    assert model.output_shape == (None, 3)
    assert model.layers[-1].name == "logits"


def test_all_classes_are_as_likely_at_first():
    np.testing.assert_array_equal(small()(IMAGES), np.zeros((5, 3)))


def test_size_of_the_paper():
    # Dosovitskiy et al. (2021), table 1: ViT-Base, 86 million parameters, of which 768 * 1000
    # and 1000 are the head's for the 1000 classes of ImageNet; DeiT-Ti has 5.7 million.
    for size, millions in [("base", 86.6), ("tiny", 5.7)]:
        model = vit((224, 224, 3), 1000, size, patch_size=16)
        assert model.count_params() / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize("name", VIT_SIZES)
def test_named_sizes(name):
    size = VIT_SIZES[name]
    assert size.width % size.num_heads == 0
    if name not in ("small", "base"):
        model = vit((8, 8, 1), 2, name)
        blocks = [layer for layer in model.layers if layer.name.startswith("block_")]
        assert len(blocks) == size.depth
        assert {block.hidden_dim for block in blocks} == {size.hidden_dim}
        assert model.get_layer("normalization").output.shape == (None, 5, size.width)


def test_positions_are_of_unit_length_at_first():
    positions = vit((32, 32, 3), 10, patch_size=2).get_layer("positions").positions.numpy()
    # The mean square of 257 * 64 draws of variance 1 / 64 is known to 5 sqrt(2 / n).
    assert 64 * positions.var() == pytest.approx(1, rel=5 * np.sqrt(2 / positions.size))


def test_later_blocks_are_dropped_more_often():
    model = small(size=SMALL._replace(depth=5), drop_path_rate=0.2, dropout_rate=0.1)
    blocks = [model.get_layer(f"block_{index}") for index in range(1, 6)]
    np.testing.assert_allclose([b.drop_path_rate for b in blocks], [0, 0.05, 0.1, 0.15, 0.2])
    assert {block.dropout for block in blocks} == {0.1}
    only = small(size=SMALL._replace(depth=1), drop_path_rate=0.2).get_layer("block_1")
    assert only.drop_path_rate == 0


def test_seeds_differ_from_layer_to_layer_and_come_from_the_models():
    def seeds(model):
        return [layer.seed for layer in model.layers if hasattr(layer, "seed")]

    assert len(set(seeds(small(seed=1)))) == 3
    assert seeds(small(seed=1)) == seeds(small(seed=1))
    assert not set(seeds(small(seed=1))) & set(seeds(small(seed=2)))


def test_drops_in_training_alone():
    model = randomize(small(drop_path_rate=0.5, seed=1))
    np.testing.assert_array_equal(model(IMAGES), model(IMAGES))
    assert not np.array_equal(model(IMAGES, training=True), model(IMAGES, training=True))


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
        ({"image_shape": (8, 12)}, r"image_shape must be positive sizes.*\(8, 12\)"),
        ({"image_shape": (8, 0, 1)}, r"image_shape must be positive sizes.*\(8, 0, 1\)"),
        ({"num_classes": 1}, "num_classes must be at least 2. Received: num_classes=1"),
        ({"size": "huge"}, "size='huge'. Expected one of .*'pico'"),
        ({"size": SMALL._replace(depth=0)}, "depth=0. Expected an integer of at least 1"),
        ({"size": SMALL._replace(num_heads=3)}, "width 8 for num_heads=3"),
        ({"patch_size": 5}, r"patch_size=5. Expected a height and width that are multiples"),
        ({"pooling": "max"}, "pooling='max'. Expected one of"),
        ({"positions": "none"}, "positions='none'. Expected one of"),
        ({"drop_path_rate": 1.0}, "drop_path_rate=1.0"),
        ({"dropout_rate": 1.0}, "Received rate=1.0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
