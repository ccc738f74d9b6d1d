import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import alibi_bias, alibi_slopes, rotate, sinusoidal_encoding
from kerasdl.ops.positions import angles, known_index

RNG = np.random.default_rng(9)


def table(positions, width, base=10000.0):
    """The paper's formula in float64, one number at a time."""
    result = np.zeros((len(positions), width))
    for row, position in enumerate(positions):
        for column in range(width):
            angle = position / base ** ((column - column % 2) / width)
            result[row, column] = np.cos(angle) if column % 2 else np.sin(angle)
    return result


@pytest.mark.parametrize("width", [1, 2, 5, 8])
@pytest.mark.parametrize("start", [0, 3, 8000])
def test_sinusoids_equal_the_formula(start, width):
    expected = table(np.arange(start, start + 20), width)
    for dtype, tolerance in (("float64", 1e-12), ("float32", 1e-5)):
        received = sinusoidal_encoding(20, width, start, dtype=dtype)
        assert received.dtype == dtype
        np.testing.assert_allclose(received, expected, atol=tolerance)
    received = sinusoidal_encoding(20, width, start, max_wavelength=50.0)
    expected = table(np.arange(start, start + 20), width, 50.0)
    np.testing.assert_allclose(received, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_the_rounded_table_up_to_8192(dtype):
    received = sinusoidal_encoding(8192, 64, dtype=dtype)
    expected = tf.cast(table(np.arange(8192), 64), dtype)
    # A unit in the last place where rounding falls the other way.
    ulp = {"bfloat16": 2**-8, "float16": 2**-11}[dtype]
    difference = tf.cast(received, "float64") - tf.cast(expected, "float64")
    assert np.abs(difference).max() <= ulp
    assert (np.array(difference) == 0).mean() > 0.98
    rows = np.array(tf.cast(received, "float32"))
    assert len(np.unique(rows, axis=0)) == 8192


def test_angles_stay_exact_at_a_million():
    frequencies = np.array([1.0, 0.731, 0.01, 1e-4])
    positions = np.array([0, 1, 8191, 1_000_000], "int32")
    exact = np.exp(1j * positions[:, None].astype("float64") * frequencies)
    received = np.array(angles(positions, frequencies))
    assert (received >= 0).all()
    errors = np.abs(np.exp(1j * received.astype("float64")) - exact)
    assert errors[:3].max() < 1e-5
    assert errors[3].max() < 1e-3


def rotated(x, positions, base=10000.0):
    """Each pair of columns as a complex number, turned."""
    half = x.shape[-1] // 2
    pairs = x[..., :half] + 1j * x[..., half:]
    frequencies = base ** (-np.arange(half) / half)
    pairs = pairs * np.exp(1j * positions[:, None] * frequencies)
    return np.concatenate([pairs.real, pairs.imag], axis=-1)


@pytest.mark.parametrize("start", [0, 5, 4000])
def test_rotation(start):
    x = RNG.normal(size=(2, 3, 7, 6))
    expected = rotated(x, np.arange(start, start + 7))
    np.testing.assert_allclose(rotate(x, start), expected, atol=1e-10)
    np.testing.assert_allclose(rotate(x, tf.constant(start)), expected, atol=1e-10)
    np.testing.assert_allclose(rotate(x.astype("float32"), start), expected, atol=5e-5)
    half = rotate(tf.cast(x, "bfloat16"), start)
    assert half.dtype == "bfloat16"
    np.testing.assert_allclose(tf.cast(half, "float64"), expected, atol=0.05)
    expected = rotated(x, np.arange(start, start + 7), base=50.0)
    np.testing.assert_allclose(rotate(x, start, base=50.0), expected, atol=1e-10)


def test_products_of_rotated_vectors_depend_on_the_distance_alone():
    query, key = RNG.normal(size=(1, 8)), RNG.normal(size=(1, 8))
    products = [
        float(np.array(rotate(query, i))[0] @ np.array(rotate(key, i - 3))[0])
        for i in (3, 10, 5000)
    ]
    np.testing.assert_allclose(products, products[0], atol=1e-10)
    other = float(np.array(rotate(query, 10))[0] @ np.array(rotate(key, 6))[0])
    assert abs(other - products[0]) > 1e-3


def test_rotation_keeps_lengths():
    x = RNG.normal(size=(5, 8))
    np.testing.assert_allclose(
        np.linalg.norm(rotate(x), axis=1), np.linalg.norm(x, axis=1), atol=1e-12
    )


def test_slopes_of_powers_of_two_are_geometric():
    np.testing.assert_allclose(alibi_slopes(8), [2.0**-i for i in range(1, 9)])
    np.testing.assert_allclose(alibi_slopes(16), [2.0 ** (-i / 2) for i in range(1, 17)])
    np.testing.assert_allclose(alibi_slopes(1), [2.0**-8])


def test_slopes_of_other_numbers_fill_up_from_the_next_power():
    received = alibi_slopes(12)
    np.testing.assert_allclose(received[:8], alibi_slopes(8))
    np.testing.assert_allclose(received[8:], alibi_slopes(16)[[0, 2, 4, 6]])
    assert len(np.unique(received)) == 12


def test_alibi_bias():
    received = alibi_bias(3, 2, 5, start_index=tf.constant(3))
    expected = [
        [[-slope * abs(3 + i - j) for j in range(5)] for i in range(2)] for slope in alibi_slopes(3)
    ]
    np.testing.assert_allclose(received, expected, rtol=1e-6)
    assert alibi_bias(3, 4, dtype="bfloat16").shape == (3, 4, 4)


def test_known_index():
    @tf.function
    def traced(index):
        return tf.constant(known_index(index))

    assert known_index(3) == 3
    assert known_index(tf.constant(4)) == 4
    assert traced(tf.constant(4)) == 0


@pytest.mark.parametrize("shape", [(3, 5), (4,)])
def test_bad_shapes(shape):
    with pytest.raises(ValueError, match=rf"of even width.*Received shape \({shape[0]},"):
        rotate(np.ones(shape))
