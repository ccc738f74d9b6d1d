"""What an exported autoencoder of numbers answers."""

import numpy as np
import pytest

from kerasdl.exporting import export_saved_model, numeric_autoencoder
from kerasdl.models import numeric_autoencoder as build

ROWS = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")


@pytest.fixture(scope="module")
def servable():
    model = build(2, hidden_units=(8,), seed=1)
    coders = model.get_layer("encoder"), model.get_layer("decoder")
    return numeric_autoencoder(model, *coders, ["x", "y"], ROWS)


def test_every_signature_is_the_keras_model(servable, tmp_path):
    import tensorflow as tf

    report = export_saved_model(servable, tmp_path / "model")
    assert report.max_difference < 1e-5
    loaded = tf.saved_model.load(str(report.path))
    answer = loaded.signatures["serving_default"](features=tf.constant(ROWS))
    expected = np.asarray(servable.model(ROWS))
    np.testing.assert_allclose(answer["reconstruction"], expected, atol=1e-5)
    np.testing.assert_allclose(answer["error"], np.mean((expected - ROWS) ** 2, axis=1), rtol=1e-4)
    latents = loaded.signatures["encode"](features=tf.constant(ROWS))["latents"]
    assert tuple(latents.shape) == (5, 1)
    decoded = loaded.signatures["decode"](latents=latents)["features"]
    np.testing.assert_allclose(decoded, expected, atol=1e-5)
    assert servable.details == {"features": ["x", "y"]}


@pytest.mark.parametrize("rows", [ROWS[:0], ROWS[:, :1], ROWS[0]])
def test_rows_that_do_not_fit_are_refused(servable, rows):
    model = servable.model
    with pytest.raises(ValueError, match="Expected a number for each of x, y"):
        numeric_autoencoder(
            model, model.get_layer("encoder"), model.get_layer("decoder"), ["x", "y"], rows
        )
