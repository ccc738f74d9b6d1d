import keras
import numpy as np
import pytest

from kerasdl.models.image_coders import SIZES, image_decoder, image_encoder

# A stride of 4 goes into none of the sizes of the last.
SHAPES = [(28, 28, 1), (8, 8, 3), (9, 6, 3)]


@pytest.mark.parametrize("model", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_and_names(model, shape):
    encoder = image_encoder(shape, {"mean": 5, "log_variance": 5}, model, seed=1)
    decoder = image_decoder(5, shape, model, seed=1)
    images = np.random.default_rng(0).integers(0, 256, (2, *shape), dtype=np.uint8)
    code = encoder(images)
    assert {name: tuple(value.shape) for name, value in code.items()} == {
        "mean": (2, 5),
        "log_variance": (2, 5),
    }
    assert tuple(decoder(code["mean"]).shape) == (2, *shape)
    assert (encoder.inputs[0].name, encoder.inputs[0].dtype) == ("image", "uint8")


def test_mlp_is_its_matrices():
    encoder = image_encoder((4, 4, 1), {"code": 3}, "mlp", seed=1)
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 1), dtype=np.uint8)
    x = images.reshape(2, 16) / 255
    *hidden, (kernel, bias) = zip(*[iter(encoder.get_weights())] * 2, strict=True)
    assert [kernel.shape[1] for kernel, _ in hidden] == list(SIZES["mlp"].hidden_units)
    for hidden_kernel, hidden_bias in hidden:
        x = np.maximum(x @ hidden_kernel + hidden_bias, 0)
    np.testing.assert_allclose(encoder(images)["code"], x @ kernel + bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", SIZES)
def test_codes_and_logits_are_float32_in_mixed_precision(model):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        encoder = image_encoder((9, 6, 1), {"code": 3}, model)
        decoder = image_decoder(3, (9, 6, 1), model)
    finally:
        keras.config.set_dtype_policy("float32")
    assert encoder.get_layer("hidden_1").compute_dtype == "bfloat16"
    assert encoder.output["code"].dtype == decoder.output.dtype == "float32"


@pytest.mark.parametrize("model", SIZES)
def test_seed_decides_the_weights_and_each_layer_has_its_own(model):
    def weights(seed):
        built = image_encoder((8, 8, 1), {"mean": 4, "log_variance": 4}, model, seed=seed)
        decoder = image_decoder(4, (8, 8, 1), model, seed=seed)
        return [*built.get_weights(), *decoder.get_weights()]

    first, again, other = weights(1), weights(1), weights(2)
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, same)
    kernels = [w for w in first + other if w.ndim > 1]
    beginnings = {tuple(kernel.ravel()[:4] / kernel.std()) for kernel in kernels}
    assert len(beginnings) == len(kernels)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"model='big'.*'mlp', 'conv'"):
        image_encoder((8, 8, 1), {"code": 2}, "big")
    with pytest.raises(ValueError, match=r"image_shape=\(8, 8\)"):
        image_decoder(2, (8, 8))
    with pytest.raises(ValueError, match="code=0"):
        image_encoder((8, 8, 1), {"code": 0})
    with pytest.raises(ValueError, match="latent_size=0"):
        image_decoder(0, (8, 8, 1))
