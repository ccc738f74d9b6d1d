"""ONNX: onnxruntime on servers, desktops and in the browser, and many other runtimes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.formats.frozen import freeze
from kerasdl.exporting.formats.onnx_graph import OPERATIONS, with_reserved_lists
from kerasdl.exporting.formats.packages import quiet, require_package, version_of
from kerasdl.exporting.numeric_core import NumericCore, numeric_core, require_distinct_names
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays

# Of September 2022: everything that reads ONNX today reads it.
OPSET = 18


class Onnx:
    """`model.onnx`: batches and lengths stay free."""

    name: ClassVar[str] = "onnx"
    file: ClassVar[str] = "model.onnx"
    any_precision: ClassVar[bool] = False
    quantize: str | None = None
    tolerance: float | None = None

    def require(self) -> str:
        """Returns the version of onnxruntime."""
        for package in ("onnx", "tf2onnx", "onnxruntime"):
            require_package(package, "onnx")
        return version_of("onnxruntime")

    def core(self, servable: Servable) -> NumericCore:
        """Returns the numbers of a signature."""
        core = numeric_core(servable, self.name)
        require_distinct_names(core, self.name)
        return core

    def write(self, servable: Servable, core: NumericCore, path: Path) -> tuple[str, ...]:
        """Converts the core's graph with tf2onnx."""
        import onnx
        import tf2onnx

        # Keras mends tf2onnx for NumPy 2, with the same function for `model.export`.
        from keras.src.export.tf2onnx_lib import patch_tf2onnx

        with quiet():
            patch_tf2onnx()
            try:
                frozen = freeze(core)
                inputs = {x.name: name for name, x in zip(core.inputs, frozen.inputs, strict=True)}
                outputs = {
                    y.name: name
                    for name, y in zip(sorted(core.outputs), frozen.outputs, strict=True)
                }
                proto, _ = tf2onnx.convert.from_graph_def(
                    with_reserved_lists(frozen.graph.as_graph_def(add_shapes=True)),
                    name=servable.kind,
                    input_names=list(inputs),
                    output_names=list(outputs),
                    opset=OPSET,
                    custom_op_handlers=OPERATIONS,
                    tensors_to_rename=inputs | outputs,
                )
            except Exception as error:
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                raise ExportError(
                    f"tf2onnx cannot convert this model: {reason}; export it as saved_model"
                ) from error
        unknown = sorted({node.op_type for node in _nodes(proto.graph) if not _is_known(node)})
        if unknown:
            raise ExportError(
                f"ONNX has no operation for TensorFlow's {', '.join(unknown)}: "
                "take them out of the model, or export it as saved_model"
            )
        for value, spec in zip(proto.graph.input, core.inputs.values(), strict=True):
            _name_axes(value, spec)
        if servable.labels:
            proto.metadata_props.add(key="labels", value="\n".join(servable.labels))
        onnx.save(proto, path)
        return ()

    def load(self, path: Path) -> Callable[[Arrays], Arrays]:
        """Opens an inference session on the CPU."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # warnings on single nodes, which nobody can act on
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        names = [output.name for output in session.get_outputs()]
        return lambda inputs: dict(zip(names, session.run(names, inputs), strict=True))


def _nodes(graph: Any) -> Iterator[Any]:
    """All nodes, those of loops' and conditions' bodies too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _is_known(node: Any) -> bool:
    import onnx

    return onnx.defs.has(node.op_type, domain=node.domain)


def _name_axes(value: Any, spec: Any) -> None:
    """Says which axes are free in words, where tf2onnx numbers them."""
    for axis, (dim, size) in enumerate(
        zip(value.type.tensor_type.shape.dim, spec.shape, strict=True)
    ):
        if size is None:
            dim.dim_param = "batch" if axis == 0 else f"{spec.name}_{axis}"
