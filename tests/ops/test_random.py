"""The counter hash against what independent fair bits would do.

All tests are of fixed seeds, so they pass or fail for good. Each statistic is in
units of its standard deviation under the hypothesis; a limit of 5 is passed by
chance once in two million.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import keep_mask, random_bits, random_normal, random_uniform

SIZE = 2**20
LIMIT = 5.0
LAGS = (1, 2, 3, 16, 64, 256, 784, 1024, 4096, SIZE // 4, SIZE // 2 - 1, SIZE // 2, SIZE // 2 + 1)


def seed_at(seed, step):
    """What the generator of `seed` gives at its call number `step`."""
    return tf.constant([seed, step], tf.uint32)


def dropped(size, rate, seed):
    """The mask, True where dropped, standardised to mean 0 and variance 1."""
    keep = keep_mask((size,), rate, seed).numpy()
    return (~keep - rate) / np.sqrt(rate * (1 - rate))


def hash_by_the_book(size, seed, step):
    """The documented function once more, in Python integers of any size."""

    def finish(word):
        return word ^ word >> 16

    def mix(word):
        word = (word ^ word >> 16) * 0x7FEB352D % 2**32
        return (word ^ word >> 15) * 0x846CA68B % 2**32

    keys = [finish(mix((seed + digits) % 2**32)) for digits in (0x243F6A88, 0x85A308D3)]
    stride, offset = (finish(mix((key + step) % 2**32)) for key in keys)
    return [finish(mix((index * (stride | 1) + offset) % 2**32)) for index in range(size)]


@pytest.mark.parametrize(("seed", "step"), [(0, 0), (1, 0), (1, 1), (2**32 - 1, 2**32 - 1)])
def test_bits_are_the_documented_function(seed, step):
    words = random_bits((4, 25), seed_at(seed, step)).numpy()
    np.testing.assert_array_equal(words.ravel(), hash_by_the_book(100, seed, step))


def test_integer_seed_is_a_generators_first():
    generator = keras.random.SeedGenerator(7)
    np.testing.assert_array_equal(random_bits((9,), 7), random_bits((9,), generator.next()))
    np.testing.assert_array_equal(random_bits((9,), 7 + 2**32), random_bits((9,), seed_at(7, 1)))
    np.testing.assert_array_equal(random_bits((9,), np.int64(7)), random_bits((9,), 7))
    np.testing.assert_array_equal(random_bits((9,), -1), random_bits((9,), 2**64 - 1))


@pytest.mark.parametrize("seed", [0, 1, 2**31])
def test_every_bit_is_balanced(seed):
    words = random_bits((SIZE,), seed).numpy()
    for bit in range(32):
        ones = (words >> bit & 1).sum()
        assert abs(ones - SIZE / 2) / np.sqrt(SIZE / 4) < LIMIT


@pytest.mark.parametrize("shift", [0, 8, 16, 20])
def test_low_and_high_bits_are_uniform(shift):
    # Chi-square with 4095 degrees of freedom, nearly normal.
    counts = np.bincount(random_bits((SIZE,), 3).numpy() >> shift & 0xFFF, minlength=4096)
    chi_square = ((counts - SIZE / 4096) ** 2 / (SIZE / 4096)).sum()
    assert abs(chi_square - 4095) / np.sqrt(2 * 4095) < LIMIT


@pytest.mark.parametrize("bit", [0, 15, 31])
def test_bits_do_not_depend_on_those_some_way_off(bit):
    signs = 1.0 - 2.0 * (random_bits((SIZE,), 4).numpy() >> bit & 1)
    for lag in LAGS:
        assert abs(signs[:-lag] @ signs[lag:]) / np.sqrt(SIZE - lag) < LIMIT


def test_words_hardly_repeat_within_a_call():
    # Distinct indices give distinct words: the hash is a bijection of 32 bits.
    words = random_bits((SIZE,), 5).numpy()
    assert len(np.unique(words)) == SIZE


@pytest.mark.parametrize("rate", [1e-4, 0.01, 0.1, 0.2, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_rate_is_within_binomial_bounds(rate, seed):
    drops = SIZE - keep_mask((SIZE,), rate, seed).numpy().sum()
    assert abs(drops - SIZE * rate) / np.sqrt(SIZE * rate * (1 - rate)) < LIMIT


@pytest.mark.parametrize(("rate", "kept"), [(0.0, 1.0), (1e-12, 1.0), (1 - 1e-12, 0.0)])
def test_rate_at_the_ends(rate, kept):
    assert keep_mask((SIZE,), rate, 1).numpy().mean() == kept


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.9])
def test_mask_is_uncorrelated_at_any_lag(rate):
    mask = dropped(SIZE, rate, 6)
    for lag in LAGS:
        assert abs(mask[:-lag] @ mask[lag:]) / np.sqrt(SIZE - lag) < LIMIT


@pytest.mark.parametrize("rate", [0.2, 0.5])
@pytest.mark.parametrize("width", [16, 256, 1000])
def test_row_and_column_sums_vary_as_they_should(rate, width):
    # Sums of n independent values of variance 1 have variance n; the variance of that
    # estimate is 2 / rows, plus the excess kurtosis of one value over n.
    mask = dropped(SIZE // width * width, rate, 8).reshape(-1, width)
    kurtosis = 1 / (rate * (1 - rate)) - 6
    for sums, count in ((mask.sum(1), width), (mask.sum(0), len(mask))):
        deviation = np.sqrt(2 / len(sums) + kurtosis / count / len(sums))
        assert abs((sums / np.sqrt(count)).var() - 1) / deviation < LIMIT


def masks_of(seeds, size=1024, rate=0.3):
    mask = tf.function(lambda seed: keep_mask((size,), rate, seed), jit_compile=True)
    keep = np.stack([mask(seed).numpy() for seed in seeds])
    return (~keep - rate) / np.sqrt(rate * (1 - rate))


@pytest.mark.parametrize(
    "seeds",
    [
        [seed_at(9, step) for step in range(1000)],
        [seed_at(seed, 0) for seed in range(1000)],
        [seed_at(0, 2**step) for step in range(32)],
    ],
    ids=["steps", "seeds", "powers of two"],
)
def test_neighbouring_steps_and_seeds_are_independent(seeds):
    masks = masks_of(seeds)
    count, size = masks.shape
    # Every pair of masks: as many correlations, the largest about sqrt(2 log pairs).
    correlations = (masks @ masks.T / np.sqrt(size))[np.triu_indices(count, 1)]
    assert abs(correlations).max() < 6
    assert correlations.std() == pytest.approx(1, abs=5 / np.sqrt(len(correlations)))
    for lag in (1, 2, 16):
        one, other = masks[:-lag], masks[lag:]
        assert abs((one * other).sum()) / np.sqrt(one.size) < LIMIT
        assert abs((one[:, 1:] * other[:, :-1]).sum()) / np.sqrt(one.size) < LIMIT
    # Each element over the steps: neither too often the same nor too evenly mixed.
    sums = masks.sum(0) / np.sqrt(count)
    assert abs(sums.var() - 1) / np.sqrt(2 / size) < LIMIT


@pytest.mark.parametrize("function", [random_bits, random_uniform, random_normal])
@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (3, 5), (2, 3, 4)])
def test_shapes(function, shape):
    assert function(shape, 1).shape == shape
    assert keep_mask(shape, 0.5, 1).shape == shape


@pytest.mark.parametrize("compiled", [False, True])
def test_same_result_in_a_graph_under_xla_and_with_a_dynamic_shape(compiled):
    functions = (
        lambda shape, seed: keep_mask(shape, 0.3, seed),
        random_bits,
        random_uniform,
    )
    for function in functions:
        expected = function((7, 9), seed_at(1, 2)).numpy()

        @tf.function(jit_compile=compiled)
        def in_graph(seed, function=function):
            return function((7, 9), seed)

        @tf.function(jit_compile=compiled, input_signature=[tf.TensorSpec([None, 9])])
        def dynamic(x, function=function):
            return function((tf.shape(x)[0], 9), seed_at(1, 2))

        np.testing.assert_array_equal(in_graph(seed_at(1, 2)), expected)
        np.testing.assert_array_equal(dynamic(tf.zeros((7, 9))), expected)


def test_generator_advances_within_a_graph():
    generator = keras.random.SeedGenerator(3)

    @tf.function
    def two_masks():
        return keep_mask((64,), 0.5, generator), keep_mask((64,), 0.5, generator)

    masks = [mask.numpy() for _ in range(2) for mask in two_masks()]
    assert len({mask.tobytes() for mask in masks}) == 4


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_uniform_numbers(dtype):
    numbers = random_uniform((SIZE,), 10, dtype)
    assert numbers.dtype == dtype
    numbers = tf.cast(numbers, "float64").numpy()
    # Half precisions round to their steps, evenly up and down.
    half = dtype in ("float16", "bfloat16")
    assert (numbers.min() >= 0 and numbers.max() <= 1) if half else (0 < numbers.min() < 1e-5)
    assert half or 1 - 1e-5 < numbers.max() < 1
    assert abs(numbers.mean() - 0.5) / np.sqrt(1 / 12 / SIZE) < LIMIT
    assert abs(numbers.var() - 1 / 12) / np.sqrt(1 / 180 / SIZE) < LIMIT


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_numbers(dtype):
    noise = random_normal((SIZE,), 11, dtype)
    assert noise.dtype == dtype
    noise = noise.numpy().astype("float64")
    # Moments of the normal distribution, and the variances of their estimates.
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        estimate = (noise**power).mean()
        assert abs(estimate - moment) / np.sqrt(variance / SIZE) < LIMIT
    assert 4.5 < abs(noise).max() < 6.4
    assert abs(noise[1:] @ noise[:-1]) / np.sqrt(SIZE) < LIMIT


@pytest.mark.parametrize("seed", [None, 1.5, "1", np.zeros(3, "uint32")])
def test_seed_of_another_kind(seed):
    with pytest.raises(ValueError, match=r"seed must be an integer, a keras.*Received: seed="):
        keep_mask((3,), 0.5, seed)
