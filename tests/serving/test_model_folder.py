"""Versions come and go; the one that works stays."""

import logging
import shutil
import threading
import time

import numpy as np
import pytest
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from kerasdl.serving import ModelRegistry
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.model_folder import ModelFolder
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.version_policy import VersionPolicy
from kerasdl.user_error import UserError


def ask(model, value=2.0):
    return float(model.get().run("serving_default", {"x": np.float32(value)})["y"])


@pytest.fixture
def model(half_plus_two, tmp_path):
    half_plus_two(tmp_path / "half" / "1")
    model = ModelFolder("half", tmp_path / "half")
    model.refresh(at_once=True)
    yield model
    model.close()


def test_a_new_version_replaces_the_old_one(model, half_plus_two):
    assert ask(model) == 3.0
    half_plus_two(model.path / "00000002", offset=5)
    model.refresh()
    assert model.highest() == 1  # it may still be being copied
    model.refresh()
    assert (model.highest(), ask(model)) == (2, 6.0)
    assert {number: status.state for number, status in model.statuses.items()} == {
        1: "END",
        2: "AVAILABLE",
    }
    with pytest.raises(ServingError, match=r"Servable not found for request: Specific\(half, 1\)"):
        model.get(1)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("saved_model.pb", "Cannot parse file"),
        ("variables/variables.index", "file is too short"),
        ("variables/variables.data-00000-of-00001", "Checksum does not match"),
    ],
)
def test_a_broken_version_is_reported_and_the_old_one_stays(
    model, half_plus_two, spoil, reason, caplog
):
    folder = half_plus_two(model.path / "2")
    (folder / spoil).write_bytes(b"\xff\xff\xff\xff")
    with caplog.at_level(logging.ERROR, "kerasdl.serving"):
        for _ in range(4):
            model.refresh()
    assert model.highest() == 1
    assert ask(model) == 3.0
    assert model.statuses[2].state == "END"
    assert model.statuses[2].error_code == "UNKNOWN"
    # Once, not at every look; and in one line.
    (record,) = caplog.records
    assert record.getMessage().startswith("half version 2 cannot be served: cannot load ")
    assert reason in record.getMessage()
    assert "\n" not in record.getMessage()


def name_a_tensor_that_is_not_there(folder):
    saved = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    saved.meta_graphs[0].signature_def["serving_default"].outputs["y"].name = "nowhere:0"
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())


def test_a_signature_that_names_a_tensor_that_is_not_there(model, half_plus_two, caplog):
    name_a_tensor_that_is_not_there(half_plus_two(model.path / "2"))
    with caplog.at_level(logging.ERROR, "kerasdl.serving"):
        for _ in range(4):
            model.refresh()
    assert ask(model) == 3.0
    assert (model.statuses[2].state, model.statuses[2].error_code) == ("END", "UNKNOWN")
    (record,) = caplog.records
    assert "half version 2 cannot be served: cannot load " in record.getMessage()
    assert "nowhere:0" in record.getMessage()


def test_a_broken_version_that_is_mended_is_served(model, half_plus_two):
    folder = half_plus_two(model.path / "2", offset=5)
    whole = (folder / "saved_model.pb").read_bytes()
    (folder / "saved_model.pb").write_bytes(whole[:100])
    for _ in range(3):
        model.refresh()
    assert model.highest() == 1
    (folder / "saved_model.pb").write_bytes(whole)
    for _ in range(2):
        model.refresh()
    assert (model.highest(), ask(model)) == (2, 6.0)


def test_a_folder_that_vanishes_drops_nothing(model):
    shutil.rmtree(model.path)
    for _ in range(3):
        model.refresh()
    assert ask(model) == 3.0


def test_the_version_before_comes_back_when_the_newest_is_deleted(model, half_plus_two):
    folder = half_plus_two(model.path / "2", offset=5)
    for _ in range(2):
        model.refresh()
    assert ask(model) == 6.0
    shutil.rmtree(folder)
    for _ in range(2):
        model.refresh()
    assert ask(model) == 3.0


def test_a_version_in_use_is_not_closed_under_a_request(model, half_plus_two):
    loaded = model.get()
    half_plus_two(model.path / "2", offset=5)
    model.refresh()
    with loaded.in_use():
        dropping = threading.Thread(target=model.refresh)
        dropping.start()
        while model.highest() != 2:
            dropping.join(0.01)
        assert dropping.is_alive()
        assert float(loaded.run("serving_default", {"x": np.float32(2)})["y"]) == 3.0
    dropping.join()
    with pytest.raises(ServingError, match="closed"):
        loaded.run("serving_default", {"x": np.float32(2)})


def test_several_versions_are_kept_where_asked(half_plus_two, tmp_path):
    for version in (1, 2, 3):
        half_plus_two(tmp_path / "half" / str(version))
    for policy, served in (
        (VersionPolicy(2), [2, 3]),
        (VersionPolicy(None), [1, 2, 3]),
        (VersionPolicy(specific=(1, 3, 9)), [1, 3]),
    ):
        model = ModelFolder("half", tmp_path / "half", policy)
        model.refresh(at_once=True)
        assert sorted(model.loaded) == served
        model.close()


def test_a_policy_of_no_versions():
    with pytest.raises(UserError, match=r"num_versions must be 1 or more. Received: 0"):
        VersionPolicy(0)


def test_versions_that_are_asked_for_by_number_and_vanish_stay_in_service(half_plus_two, tmp_path):
    for version in (1, 2):
        half_plus_two(tmp_path / "half" / str(version))
    model = ModelFolder("half", tmp_path / "half", VersionPolicy(specific=(1,)))
    model.refresh(at_once=True)
    shutil.rmtree(tmp_path / "half" / "1")
    model.refresh()
    assert (model.highest(), ask(model)) == (1, 3.0)
    model.close()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"half": {"stable": 2}}, "'stable' stands for version 2 of model 'half'.*Served: 1"),
        ({"none": {"stable": 1}}, "version 1 of model 'none', which is not served. Served: none"),
    ],
)
def test_labels_that_stand_for_nothing(half_plus_two, tmp_path, labels, message):
    half_plus_two(tmp_path / "half" / "1")
    registry = ModelRegistry(tmp_path, poll_seconds=0, labels=labels)
    with pytest.raises(UserError, match=message):
        registry.start()
    registry.close()


def test_what_can_be_served(half_plus_two, tmp_path):
    version = half_plus_two(tmp_path / "models" / "half" / "7")
    half_plus_two(tmp_path / "models" / "unversioned")
    (tmp_path / "models" / ".hidden").mkdir()
    (tmp_path / "models" / "empty" / "1").mkdir(parents=True)
    for path, found in (
        (version, {"half": 7}),
        (version.parent, {"half": 7}),
        (version.parents[1], {"half": 7, "unversioned": 1}),
        (tmp_path / "models" / "unversioned", {"unversioned": 1}),
    ):
        registry = ModelRegistry(path, poll_seconds=0)
        registry.start()
        assert {name: model.highest() for name, model in registry.models.items()} == found
        assert registry.is_ready()
        registry.close()


@pytest.mark.parametrize("path", ["nowhere", "file", "empty"])
def test_nothing_to_serve(path, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"holds no model. Expected a SavedModel \(saved_model.pb"):
        ModelRegistry(tmp_path / path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "saved_model.pb").write_bytes(b"\xff"),
        name_a_tensor_that_is_not_there,
    ],
)
def test_nothing_that_can_be_loaded(half_plus_two, tmp_path, spoil):
    spoil(half_plus_two(tmp_path / "half" / "1"))
    with pytest.raises(UserError, match=r"No model can be served. half: cannot load .*half/1"):
        ModelRegistry(tmp_path, poll_seconds=0).start()


def test_new_models_and_versions_are_found_by_the_watch(half_plus_two, tmp_path):
    half_plus_two(tmp_path / "models" / "half" / "1")
    registry = ModelRegistry(tmp_path / "models", poll_seconds=0.05)
    registry.start()
    registry.start()
    half_plus_two(tmp_path / "models" / "half" / "2")
    half_plus_two(tmp_path / "models" / "other" / "4")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = {name: model.highest() for name, model in registry.models.items()}
        if found == {"half": 2, "other": 4}:
            break
        time.sleep(0.05)
    registry.close()
    assert found == {"half": 2, "other": 4}


@pytest.mark.parametrize("error", [OSError("the disk\nis gone"), ValueError("the disk is gone")])
def test_one_folder_in_trouble_does_not_stop_the_others(
    half_plus_two, tmp_path, monkeypatch, caplog, error
):
    for name in ("bad", "half"):
        half_plus_two(tmp_path / name / "1")
    refresh, looks = ModelFolder.refresh, threading.Semaphore(0)

    def fails(self, **options):
        if self.name == "bad":
            looks.release()
            raise error
        refresh(self, **options)

    monkeypatch.setattr(ModelFolder, "refresh", fails)
    registry = ModelRegistry(tmp_path, poll_seconds=0.01)
    registry.start()
    assert not registry.is_ready()
    half_plus_two(tmp_path / "half" / "2")
    for _ in range(5):
        assert looks.acquire(timeout=60)
    until = time.monotonic() + 60
    while registry.models["half"].highest() != 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    registry.close()
    # At every look, and told once.
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == [
        "bad cannot be looked at: the disk is gone"
    ]


def test_no_folder_that_can_be_looked_at(half_plus_two, tmp_path, monkeypatch):
    half_plus_two(tmp_path / "half" / "1")

    def fails(self, **options):
        raise PermissionError("not allowed")

    monkeypatch.setattr(ModelFolder, "refresh", fails)
    with pytest.raises(UserError, match=r"No model can be served. half: not allowed"):
        ModelRegistry(tmp_path, poll_seconds=0).start()


def test_a_model_for_training_alone_cannot_be_served(tmp_path):
    with pytest.raises(ServingError, match=r"cannot load .*nowhere"):
        LoadedModel(tmp_path / "nowhere")
