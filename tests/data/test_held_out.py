import dataclasses

import numpy as np
import pytest

from kerasdl.data import DataError, ReconstructionData, load_images, noisy_pairs
from kerasdl.data.held_out import hold_out


@pytest.fixture(scope="module")
def source():
    return load_images("digits")


def test_the_class_is_in_no_split(source):
    normal, anomalies = hold_out(source, "3")
    for split in ("train", "validation", "test"):
        labels = getattr(normal, split).labels
        assert set(labels.tolist()) == set(range(10)) - {3}
        assert normal.info.counts[split] == len(labels)
        assert len(labels) == (getattr(source, split).labels != 3).sum()
    np.testing.assert_array_equal(anomalies, source.test.images[source.test.labels == 3])


def test_reconstruction_data_without_a_class(source):
    every = ReconstructionData.of(source, noisy_pairs(0.1), noise=0.1)
    data = every.without("3")
    assert every.anomalies is None
    assert len(data.anomalies) + data.info.counts["test"] == every.info.counts["test"]
    assert data.info.details == {"noise": 0.1, "held_out": "3"}
    assert len(data.arrays("test")[0]) == data.info.counts["test"]


def test_a_class_that_is_not_there_is_refused(source):
    with pytest.raises(DataError, match=r"no class 'cat' in digits; expected one of 0, 1, 2"):
        hold_out(source, "cat")


def test_nothing_left_is_refused(source):
    sevens = {
        split: getattr(source, split).take(np.flatnonzero(getattr(source, split).labels == 7))
        for split in ("train", "validation", "test")
    }
    with pytest.raises(DataError, match=r"'7' of digits has \d+ test images, and other classes 0"):
        hold_out(dataclasses.replace(source, **sevens), "7")
