import keras
import numpy as np
import pytest

from kerasdl.models import numeric_mlp

ROWS = np.random.default_rng(0).normal([1e6, -3, 0.5], [10, 1e-3, 0], (50, 3))


def test_logits_are_those_of_the_matrices_on_standardised_numbers():
    model = numeric_mlp(ROWS, 2, hidden_units=(8,), seed=1)
    kernel, bias, out_kernel, out_bias = (np.asarray(w) for w in model.get_weights())
    rows = ROWS.astype("float32")
    # The column that does not change is only moved to zero.
    deviation = np.array([*ROWS.std(axis=0)[:2], 1.0])
    x = (rows.astype("float64") - ROWS.mean(axis=0)) / deviation
    expected = np.maximum(x @ kernel + bias, 0) @ out_kernel + out_bias
    # A float32 near 1e6 is known to 0.06, which is 0.006 standard deviations.
    np.testing.assert_allclose(model(rows), expected, atol=0.02)


def test_interface():
    model = numeric_mlp(ROWS, 4, hidden_units=())
    assert [(x.name, x.dtype, x.shape) for x in model.inputs] == [
        ("features", "float32", (None, 3))
    ]
    assert model.output_shape == (None, 4)
    assert model.count_params() == 3 * 4 + 4


def test_numbers_are_standardised_in_float32_in_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = numeric_mlp([[1000.0], [1001.0]], 2, hidden_units=(4,))
    finally:
        keras.config.set_dtype_policy("float32")
    standardized = model.get_layer("standardize")(np.array([[1000.0], [1001.0]], "float32"))
    # bfloat16 knows no number between 1000 and 1004.
    np.testing.assert_allclose(standardized, [[-1], [1]], rtol=1e-3)
    assert model.get_layer("hidden_1").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize("examples", [np.zeros((0, 2)), np.zeros((2, 0)), np.zeros(3)])
def test_examples_of_another_shape_are_refused(examples):
    with pytest.raises(ValueError, match=r"examples must be numbers of shape \(examples, featur"):
        numeric_mlp(examples, 2)


def test_classes_and_widths_are_checked():
    with pytest.raises(ValueError, match="num_classes must be at least 2"):
        numeric_mlp(ROWS, 1)
    with pytest.raises(ValueError, match="hidden_units must be positive widths"):
        numeric_mlp(ROWS, 2, hidden_units=(4, 0))
