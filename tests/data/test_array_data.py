"""Arrays of any structure as training, validation and test batches."""

import numpy as np
import pytest

from kerasdl.data import ArrayData, DataInfo
from kerasdl.data.resident_data import ResidentData


def make(count):
    source = np.arange(count)
    return {"source": source, "target": source[:, None] * [1, 10]}, source * 2


@pytest.fixture
def data():
    counts = {"train": 10, "validation": 4, "test": 3}
    info = DataInfo("numbers", "numbers", "Generated.", "generated", "1", counts)
    parts = {split: make(count) for split, count in counts.items()}
    return ArrayData(info, **parts, samples={"first.txt": "0"})


def test_structures_go_through_to_the_model(data):
    assert data.steps_per_epoch(4) == 2
    seen = []
    for inputs, targets in data.epoch_batches(4, seed=0, epoch=0):
        np.testing.assert_array_equal(inputs["source"] * 2, targets)
        np.testing.assert_array_equal(inputs["target"][:, 1], inputs["source"] * 10)
        seen += inputs["source"].numpy().tolist()
    assert len(set(seen)) == 8


@pytest.mark.parametrize(("split", "count"), [("validation", 4), ("test", 3)])
def test_validation_and_test_come_whole_and_in_order(data, split, count):
    batches = list(getattr(data, f"{split}_batches")(2))
    targets = np.concatenate([targets for _, targets in batches])
    np.testing.assert_array_equal(targets, 2 * np.arange(count))


def test_an_epoch_begun_in_the_middle_is_the_rest(data):
    whole = [targets.numpy().tolist() for _, targets in data.epoch_batches(3, 1, 2)]
    rest = [targets.numpy().tolist() for _, targets in data.epoch_batches(3, 1, 2, 1)]
    assert rest == whole[1:]


def test_augmentation_changes_training_batches_alone(data):
    def negate(batch, seed):
        inputs, targets = batch
        return inputs, -targets

    changed = ArrayData(data.info, data.train, data.validation, data.test, augmentation=negate)
    assert all(int(max(targets)) <= 0 for _, targets in changed.epoch_batches(5, 0, 0))
    assert all(int(min(targets)) >= 0 for _, targets in changed.test_batches(5))


def test_samples_are_files(data, tmp_path):
    data.write_samples(tmp_path / "samples")
    assert (tmp_path / "samples" / "first.txt").read_text() == "0"


def test_a_subclass_must_say_what_its_examples_are():
    with pytest.raises(NotImplementedError, match=r"Bare must define arrays\(split\)"):
        type("Bare", (ResidentData,), {})().arrays("train")
