import numpy as np
import pytest

from kerasdl.data import ReconstructionData, binarized_pairs, load_images


@pytest.fixture(scope="module")
def source():
    return load_images("digits")


@pytest.fixture(scope="module")
def data(source):
    return ReconstructionData.of(source, binarized_pairs(), binarization="stochastic")


def test_training_batches_are_drawn_anew(data):
    def first(epoch, step=0):
        inputs, targets = next(iter(data.epoch_batches(32, seed=1, epoch=epoch, first_step=step)))
        np.testing.assert_array_equal(inputs, targets)
        return inputs.numpy()

    np.testing.assert_array_equal(first(0), first(0))
    assert not np.array_equal(first(0), first(1))
    batches = list(data.epoch_batches(32, seed=1, epoch=0))
    np.testing.assert_array_equal(batches[3][0], first(0, step=3))


def test_validation_and_test_are_the_same_in_every_run(source, data):
    again = ReconstructionData.of(load_images("digits"), binarized_pairs())
    for split in ("validation", "test"):
        inputs, targets = data.arrays(split)
        grey = getattr(source, split).images
        assert inputs.shape == grey.shape
        np.testing.assert_array_equal(inputs, targets)
        np.testing.assert_array_equal(inputs, again.arrays(split)[0])
        np.testing.assert_array_equal(inputs[grey == 255], 255)
        np.testing.assert_array_equal(inputs[grey == 0], 0)


def test_info_tells_what_was_done(source, data):
    assert data.info.details == {"binarization": "stochastic"}
    assert data.info.counts == source.info.counts
    assert data.steps_per_epoch(100) == source.steps_per_epoch(100)


def test_samples_are_images(data, tmp_path):
    data.write_samples(tmp_path / "samples")
    assert len(list((tmp_path / "samples").glob("*.png"))) == 3
