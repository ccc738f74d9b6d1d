"""What an exported autoencoder of images answers."""

import io

import numpy as np
import pytest
from PIL import Image

from kerasdl.exporting import export_saved_model, image_autoencoder
from kerasdl.models import vae

SHAPE = (6, 5, 1)
IMAGES = np.random.default_rng(0).integers(0, 256, (5, *SHAPE), dtype=np.uint8)


@pytest.fixture(scope="module")
def servable():
    model = vae(SHAPE, latent_size=3, seed=1)
    return image_autoencoder(model, model.encoder, model.decoder, IMAGES, details={"prior": "none"})


@pytest.fixture(scope="module")
def loaded(servable, tmp_path_factory):
    """A real export, compared with Keras in a fresh process."""
    import tensorflow as tf

    report = export_saved_model(servable, tmp_path_factory.mktemp("models") / "vae")
    assert report.max_difference < 1e-5
    return tf.saved_model.load(str(report.path))


def call(loaded, signature, **inputs):
    import tensorflow as tf

    outputs = loaded.signatures[signature](**{k: tf.constant(v) for k, v in inputs.items()})
    return {name: value.numpy() for name, value in outputs.items()}


def test_every_signature_is_the_keras_model(servable, loaded):
    model = servable.model
    code = {name: np.asarray(value) for name, value in model.encoder(IMAGES).items()}
    encoded = call(loaded, "encode", image=IMAGES)
    assert encoded.keys() == code.keys() == {"mean", "log_variance"}
    for name, values in code.items():
        np.testing.assert_allclose(encoded[name], values, atol=1e-5)
    pixels = 1 / (1 + np.exp(-np.asarray(model.decoder(code["mean"]), np.float64)))
    decoded = call(loaded, "decode", latents=code["mean"])
    np.testing.assert_allclose(decoded["pixels"], pixels, atol=1e-5)
    answer = call(loaded, "serving_default", image=IMAGES)
    np.testing.assert_allclose(answer["reconstruction"], pixels, atol=1e-5)
    error = np.mean((pixels - IMAGES / 255) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(answer["error"], error, rtol=1e-4)
    assert {values.dtype for values in [*answer.values(), *decoded.values()]} == {np.dtype("f4")}


def test_encoded_images_of_another_size_are_taken(loaded):
    buffer = io.BytesIO()
    Image.fromarray(np.full((12, 10), 7, np.uint8)).save(buffer, "PNG")
    answer = call(loaded, "serve_bytes", image_bytes=[buffer.getvalue()])
    same = call(loaded, "serving_default", image=np.full((1, *SHAPE), 7, np.uint8))
    np.testing.assert_array_equal(answer["reconstruction"], same["reconstruction"])


def test_details_tell_the_size_of_the_code(servable):
    assert servable.kind == "image_autoencoder"
    assert servable.details == {"latent_size": 3, "prior": "none"}


@pytest.mark.parametrize("images", [IMAGES[:0], IMAGES.astype("float32"), IMAGES[:, :4]])
def test_images_that_do_not_fit_are_refused(images):
    model = vae(SHAPE, latent_size=3)
    with pytest.raises(ValueError, match=r"sample images.*\(3, 6, 5, 1\)"):
        image_autoencoder(model, model.encoder, model.decoder, images)
