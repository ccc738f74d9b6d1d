"""Which device a run uses."""

import contextlib
from dataclasses import dataclass
from typing import Any

from kerasdl.user_error import UserError


@dataclass(frozen=True)
class Device:
    """The device of a run.

    Attributes:
        description: for people: "CPU, 2 cores" or a GPU's name.
        strategy: a `tf.distribute.Strategy` over several devices, or None.
    """

    description: str
    strategy: Any = None

    @property
    def replicas(self) -> int:
        """Devices that compute at the same time."""
        return self.strategy.num_replicas_in_sync if self.strategy else 1

    def scope(self) -> contextlib.AbstractContextManager[Any]:
        """Where the model must be built."""
        return self.strategy.scope() if self.strategy else contextlib.nullcontext()


def choose_device(request: str) -> Device:
    """Makes TensorFlow use what `request` names, and nothing else.

    Args:
        request: "auto" (a GPU if there is one), "cpu", "gpu", "gpu:N", or
            "mirrored": all GPUs of this machine, each with a copy of the model
            (of the CPUs, where several logical ones are configured).

    Returns:
        The device. GPU memory is taken as it is needed.

    Raises:
        UserError: it is not there, or TensorFlow already runs on another.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if request.startswith("gpu") and not gpus:
        raise UserError(
            f"--device {request}: TensorFlow sees no GPU on this machine. Use --device cpu, or "
            "install the GPU build with pip install 'kerasdl[gpu]' and check the driver."
        )
    index = int(request[4:]) if request.startswith("gpu:") else 0
    if request.startswith("gpu:") and index >= len(gpus):
        raise UserError(
            f"--device {request}: there are {len(gpus)} GPUs here, gpu:0 to gpu:{len(gpus) - 1}."
        )
    if request == "mirrored":
        wanted = gpus
    elif request == "cpu" or not gpus:
        wanted = []
    else:
        wanted = [gpus[index]]
    _show_only(wanted)
    if request == "mirrored":
        return _mirrored(len(wanted))
    if wanted:
        details = tf.config.experimental.get_device_details(wanted[0])
        name = details.get("device_name", "GPU")
        return Device(f"{name} (gpu:{gpus.index(wanted[0])})")
    return Device(f"CPU, {_cores()} cores")


def _show_only(gpus: list[Any]) -> None:
    import tensorflow as tf

    if tf.config.get_visible_devices("GPU") != gpus:
        try:
            tf.config.set_visible_devices(gpus, "GPU")
        except RuntimeError:
            raise UserError(
                "TensorFlow already uses other devices in this process. Choose the device "
                "before the first tensor is made: restart Python (or the notebook's kernel)."
            ) from None
    for gpu in gpus:
        # Refused once TensorFlow has started, when it is also too late to matter.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


def _mirrored(gpus: int) -> Device:
    import tensorflow as tf

    kind = "GPU" if gpus else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if len(devices) < 2:
        raise UserError(
            f"--device mirrored needs at least two GPUs; TensorFlow sees {gpus}. Use --device auto."
        )
    return Device(
        f"{len(devices)} {kind}s, mirrored", tf.distribute.MirroredStrategy(devices=devices)
    )


def _cores() -> int:
    import os

    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
