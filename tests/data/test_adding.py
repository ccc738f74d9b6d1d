"""The adding problem, against its definition in words."""

import numpy as np
import pytest

from kerasdl.data import Table, adding_sequences, load_adding
from kerasdl.data.adding import FEATURES, VARIANCE


@pytest.mark.parametrize("length", [2, 3, 10, 101])
def test_two_numbers_are_marked_one_in_each_half(length):
    sequences, sums = (tensor.numpy() for tensor in adding_sequences(500, length, (3, 4)))
    assert (sequences.shape, sequences.dtype) == ((500, length, 2), np.float32)
    for sequence, (total,) in zip(sequences, sums, strict=True):
        first, second = (step for step in range(length) if sequence[step, 1] == 1)
        assert set(sequence[:, 1]) <= {0, 1}
        assert first < length // 2 <= second
        assert total == np.float32(sequence[first, 0] + sequence[second, 0])


def test_numbers_and_marks_are_uniform():
    sequences, sums = (tensor.numpy() for tensor in adding_sequences(20_000, 10, (0, 1)))
    values = sequences[..., 0]
    # Moments of the uniform distribution; 200,000 numbers, five standard errors.
    assert values.min() >= 0
    assert values.max() < 1
    assert values.mean() == pytest.approx(1 / 2, abs=5 * 12**-0.5 / 200_000**0.5)
    # The variance of (u - 1/2)^2 is 1/80 - 1/144.
    assert values.var() == pytest.approx(1 / 12, abs=5 * (1 / 80 - 1 / 144) ** 0.5 / 200_000**0.5)
    for half in (sequences[:, :5, 1], sequences[:, 5:, 1]):
        deviation = (0.2 * 0.8 / 20_000) ** 0.5
        np.testing.assert_allclose(half.mean(axis=0), 0.2, atol=5 * deviation)
    # (a + b - 1)^2 for uniform a and b has the mean 1/6 and the variance 7/180.
    error = ((sums - 1) ** 2).mean()
    assert error == pytest.approx(VARIANCE, abs=5 * (7 / 180 / 20_000) ** 0.5)
    # What is not marked tells nothing of the sum.
    others = (values * (1 - sequences[..., 1])).sum(axis=1)
    assert abs(np.corrcoef(others, sums[:, 0])[0, 1]) < 5 / 20_000**0.5


def test_a_sequence_needs_two_steps():
    with pytest.raises(ValueError, match="length must be 2 or more, to mark two steps; received 1"):
        adding_sequences(3, 1, (0, 1))


def test_every_output_is_to_be_the_sum_and_no_sequence_comes_twice():
    data = load_adding(length=6, examples=100, outputs=["a", "b"], seed=1)
    other = load_adding(length=6, examples=100, outputs=["a"], seed=2)
    np.testing.assert_array_equal(data.arrays("test")[0], other.arrays("test")[0])
    seen: set[bytes] = set()
    parts = [data.arrays("validation"), other.arrays("validation"), data.arrays("test")]
    parts += [batch for epoch in range(3) for batch in data.epoch_batches(50, 1, epoch)]
    for sequences, targets in parts:
        sequences, sums = np.asarray(sequences), np.asarray(targets["a"])
        np.testing.assert_allclose(sequences.prod(axis=2).sum(axis=1), sums[:, 0], rtol=1e-6)
        seen |= {sequence.tobytes() for sequence in sequences}
    np.testing.assert_array_equal(*(parts[0][1][name] for name in "ab"))
    assert len(seen) == 2 * 2_048 + 10_000 + 3 * 100


def test_samples_are_test_sequences_named_by_their_sums(tmp_path):
    data = load_adding(length=6, examples=100)
    data.write_samples(tmp_path / "samples")
    sequences, targets = data.arrays("test")
    files = sorted((tmp_path / "samples").iterdir())
    assert len(files) == 3
    for file, sequence, (total,) in zip(files, sequences, targets["sum"], strict=False):
        np.testing.assert_array_equal(
            Table.read(file).numbers(FEATURES).astype(np.float32), sequence
        )
        assert file.stem.endswith(f"-sum-{total:.2f}")
