import keras
import numpy as np
import pytest

from kerasdl.models import image_autoencoder, numeric_autoencoder

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
POINTS = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")


@pytest.mark.parametrize("model", ["mlp", "conv"])
def test_image_autoencoder_is_its_coders(model, tmp_path):
    built = image_autoencoder((6, 5, 3), 4, model, seed=1)
    encoder, decoder = built.get_layer("encoder"), built.get_layer("decoder")
    logits = np.asarray(decoder(encoder(IMAGES)["latents"]), np.float64)
    np.testing.assert_allclose(built(IMAGES), 1 / (1 + np.exp(-logits)), rtol=1e-5)
    assert decoder.input_shape == (None, 4)
    built.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(IMAGES), built(IMAGES))


def test_numeric_autoencoder_is_its_coders():
    built = numeric_autoencoder(2, latent_size=1, hidden_units=(8, 4), seed=1)
    encoder, decoder = built.get_layer("encoder"), built.get_layer("decoder")
    latents = encoder(POINTS)["latents"]
    assert tuple(latents.shape) == (4, 1)
    np.testing.assert_array_equal(built(POINTS), decoder(latents))
    widths = [
        layer.units for layer in [*encoder.layers, *decoder.layers] if hasattr(layer, "units")
    ]
    assert widths == [8, 4, 1, 4, 8, 2]


def test_without_hidden_layers_it_learns_principal_components():
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(512, 3)) * [3.0, 1.0, 0.3]
    turned = (rows @ np.linalg.qr(generator.normal(size=(3, 3)))[0]).astype("float32")
    model = numeric_autoencoder(3, latent_size=1, hidden_units=(), seed=1)
    model.compile(keras.optimizers.Adam(0.02), "mse", jit_compile=False)
    model.fit(turned, turned, batch_size=64, epochs=40, verbose=0)
    centred = turned - turned.mean(axis=0)
    best = np.sum(np.linalg.svd(centred, compute_uv=False)[1:] ** 2) / centred.size
    assert model.evaluate(turned, turned, verbose=0) == pytest.approx(best, rel=0.05)


def test_seed_decides_the_weights():
    first, same, other = (numeric_autoencoder(2, seed=seed).get_weights() for seed in (1, 1, 2))
    for one, equal in zip(first, same, strict=True):
        np.testing.assert_array_equal(one, equal)
    assert not np.array_equal(first[0], other[0])
    kernels = [kernel for kernel in first if kernel.ndim == 2]
    beginnings = {tuple(kernel.ravel()[:2] / kernel.std()) for kernel in kernels}
    assert len(beginnings) == len(kernels)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="num_features=0"):
        numeric_autoencoder(0)
    with pytest.raises(ValueError, match=r"hidden_units\[1\]=-2"):
        numeric_autoencoder(2, hidden_units=(8, -2))
    with pytest.raises(ValueError, match=r"model='big'"):
        image_autoencoder((6, 5, 3), model="big")
