"""Devices that are not there are refused; those that are, are chosen."""

from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf

from kerasdl.training.config import RecipeConfig
from kerasdl.training.device import choose_device
from kerasdl.training.preparation import prepared
from kerasdl.training.progress import RunConsole
from kerasdl.user_error import UserError


def test_cpu_and_auto_without_gpu() -> None:
    for request in ("cpu", "auto"):
        device = choose_device(request)
        assert device.description.startswith("CPU, ")
        assert device.replicas == 1


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """TensorFlow as it answers on a machine with two GPUs; no GPU is needed to choose one."""
    gpus = [SimpleNamespace(name=f"/physical_device:GPU:{index}") for index in range(2)]
    chosen: dict[str, Any] = {"visible": gpus, "growth": []}
    config = tf.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: gpus if kind == "GPU" else [])
    monkeypatch.setattr(config, "get_visible_devices", lambda kind: chosen["visible"])
    monkeypatch.setattr(
        config, "set_visible_devices", lambda devices, kind: chosen.update(visible=devices)
    )
    monkeypatch.setattr(
        config.experimental, "set_memory_growth", lambda gpu, on: chosen["growth"].append((gpu, on))
    )
    monkeypatch.setattr(
        config.experimental, "get_device_details", lambda gpu: {"device_name": f"Fake {gpu.name}"}
    )
    return {"gpus": gpus, **chosen, "chosen": chosen}


@pytest.mark.parametrize(("request_", "index"), [("auto", 0), ("gpu", 0), ("gpu:1", 1)])
def test_one_gpu_is_shown_and_its_memory_grows(
    request_: str, index: int, two_gpus: dict[str, Any]
) -> None:
    device = choose_device(request_)
    gpu = two_gpus["gpus"][index]
    assert two_gpus["chosen"]["visible"] == [gpu]
    assert two_gpus["chosen"]["growth"] == [(gpu, True)]
    assert f"gpu:{index}" in device.description


def test_cpu_hides_the_gpus(two_gpus: dict[str, Any]) -> None:
    choose_device("cpu")
    assert two_gpus["chosen"]["visible"] == []


def test_gpu_that_is_not_there(two_gpus: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="there are 2 GPUs here, gpu:0 to gpu:1"):
        choose_device("gpu:2")


def test_too_late_to_choose(two_gpus: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(devices: Any, kind: str) -> None:
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config, "set_visible_devices", refuse)
    with pytest.raises(UserError, match="restart Python"):
        choose_device("gpu:1")


def test_batch_that_devices_cannot_share(monkeypatch: pytest.MonkeyPatch) -> None:
    from kerasdl.training import preparation
    from kerasdl.training.device import Device

    two = Device("two", SimpleNamespace(num_replicas_in_sync=2))
    monkeypatch.setattr(preparation, "choose_device", lambda request: two)
    with (
        pytest.raises(UserError, match="--batch-size 7 cannot be shared by 2 devices"),
        prepared(RecipeConfig(batch_size=7), RunConsole(quiet=True)),
    ):
        pass
