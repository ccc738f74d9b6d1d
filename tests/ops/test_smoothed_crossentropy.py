"""Smoothed cross-entropy is Keras's with smoothed one-hot labels."""

import keras
import numpy as np
import pytest

from kerasdl.ops import smoothed_crossentropy

GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("shape", [(8,), (2, 3)])
def test_against_one_hot_labels(label_smoothing, shape):
    labels = GENERATOR.integers(0, 5, shape)
    logits = (5 * GENERATOR.normal(size=(*shape, 5))).astype("float32")
    expected = keras.losses.categorical_crossentropy(
        np.eye(5, dtype="float32")[labels],
        logits,
        from_logits=True,
        label_smoothing=label_smoothing,
    )
    losses = smoothed_crossentropy(labels, logits, label_smoothing)
    np.testing.assert_allclose(losses, expected, rtol=1e-5, atol=1e-6)


def test_half_precision_is_computed_in_float32():
    logits = np.array([[60000.0, 0.0]], "float16")
    losses = smoothed_crossentropy(np.array([1]), logits, 0.5)
    assert keras.backend.standardize_dtype(losses.dtype) == "float32"
    # log p = (0, -60000): three quarters of the weight lie on the second class.
    np.testing.assert_allclose(losses, [45000.0], rtol=1e-3)
