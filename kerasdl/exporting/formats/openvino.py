"""OpenVINO: Intel's CPUs, GPUs and NPUs."""

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.formats.frozen import write_frozen
from kerasdl.exporting.formats.packages import quiet, require_package, version_of
from kerasdl.exporting.numeric_core import NumericCore, numeric_core, require_distinct_names
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays


class OpenVino:
    """`model.xml` and `model.bin`, OpenVINO's own format: batches and lengths stay free.

    The weights keep their 32 bits. A runtime that is not told otherwise may compute in 16 on
    hardware that has them: `INFERENCE_PRECISION_HINT` decides.
    """

    name: ClassVar[str] = "openvino"
    file: ClassVar[str] = "model.xml"
    any_precision: ClassVar[bool] = False
    quantize: str | None = None
    tolerance: float | None = None

    def require(self) -> str:
        """Returns the version of OpenVINO."""
        with _without_telemetry():
            require_package("openvino", "openvino")
        return version_of("openvino")

    def core(self, servable: Servable) -> NumericCore:
        """Returns the numbers of a signature."""
        core = numeric_core(servable, self.name)
        require_distinct_names(core, self.name)
        return core

    def write(self, servable: Servable, core: NumericCore, path: Path) -> tuple[str, ...]:
        """Converts the core's graph with OpenVINO's own frontend for TensorFlow."""
        import openvino

        frozen = path.with_name("frozen")
        try:
            with quiet():
                write_frozen(core, frozen)
                model = openvino.convert_model(str(frozen))
            for tensors, names in ((model.inputs, core.inputs), (model.outputs, core.outputs)):
                for tensor in tensors:  # it has other names besides
                    tensor.set_names({next(name for name in names if name in tensor.names)})
        except Exception as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            told = next((line for line in lines if "operations:" in line), "".join(lines[:1]))
            raise ExportError(
                f"OpenVINO cannot convert this model: {told.strip(' -')}; "
                "take it out of the model, or export it as saved_model or onnx"
            ) from error
        finally:
            shutil.rmtree(frozen, ignore_errors=True)
        openvino.save_model(model, str(path), compress_to_fp16=False)
        return ()

    def load(self, path: Path) -> Callable[[Arrays], Arrays]:
        """Compiles the model for the CPU, in 32 bits."""
        import openvino

        options = {"INFERENCE_PRECISION_HINT": "f32"}
        model = openvino.Core().compile_model(str(path), "CPU", options)
        names = [output.any_name for output in model.outputs]
        return lambda inputs: {
            name: value.copy() for name, value in zip(names, model(inputs).values(), strict=True)
        }


@contextlib.contextmanager
def _without_telemetry() -> Iterator[None]:
    """Lets OpenVINO be imported without the package that reports its use to Intel."""
    name = "openvino_telemetry"
    present = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if present is not None:
            sys.modules[name] = present
