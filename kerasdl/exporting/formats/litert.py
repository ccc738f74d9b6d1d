"""LiteRT, formerly TensorFlow Lite: phones, small boards, and the browser."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.formats.frozen import freeze, write_frozen
from kerasdl.exporting.formats.packages import quiet, require_package, version_of
from kerasdl.exporting.numeric_core import NumericCore, numeric_core
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays

# By how the weights are held, where no examples of the task are there to judge by. Rounding to
# 8 bits moves a weight by up to 1/255 of the range of its kind; "int8" rounds what flows
# between the layers besides.
TOLERANCES = {None: None, "dynamic": 0.1, "int8": 0.25}
ADVICE = "replace it, or export the model as saved_model or onnx"


class LiteRT:
    """`model.tflite`, of LiteRT's own operations alone: batches and lengths stay free.

    TensorFlow's operations that LiteRT can be built with ("Flex") are in none of its
    packages, so a model that needs them is refused. Keras's own recurrent layers make a list
    of outputs whose batch has to be known: a model with them is written for a batch of 1;
    kerasdl's are not so limited.

    Args:
        quantize: None for float32, `"dynamic"` for weights in 8 bits, `"int8"` for
            computing in 8 bits as well; inputs and outputs keep their types.
        representative: For `"int8"`, examples by input from whose range the scales are set.
    """

    name: ClassVar[str] = "litert"
    file: ClassVar[str] = "model.tflite"
    any_precision: ClassVar[bool] = False

    def __init__(self, quantize: str | None = None, representative: Arrays | None = None) -> None:
        if quantize not in TOLERANCES:
            raise ValueError(f"Received quantize={quantize!r}. Expected None, 'dynamic' or 'int8'.")
        self.quantize = quantize
        self.tolerance = TOLERANCES[quantize]
        self.representative = representative

    def require(self) -> str:
        """Returns the version of the interpreter."""
        require_package("ai_edge_litert.interpreter", "litert")
        return version_of("ai-edge-litert")

    def core(self, servable: Servable) -> NumericCore:
        """Returns the numbers of a signature."""
        return numeric_core(servable, self.name)

    def write(self, servable: Servable, core: NumericCore, path: Path) -> tuple[str, ...]:
        """Converts the core's graph: for any batch, or if that is impossible for 1."""
        if self.quantize == "int8":
            self._check_int8(core)
        notes: tuple[str, ...] = ()
        try:
            content = self._convert(core, path.with_name("frozen"), None)
        except Exception as error:
            if "TensorList" not in str(error):
                raise _refusal(error) from error
            notes = ("for one example at a time: a list of unknown size is in the model",)
            try:
                content = self._convert(core, path.with_name("frozen"), 1)
            except Exception as error:
                raise _refusal(error) from error
        path.write_bytes(content)
        if self.quantize == "int8" and self._has_floats(path):
            notes += ("some operations have no form in 8 bits and compute in floats",)
        return notes

    def load(self, path: Path) -> Callable[[Arrays], Arrays]:
        """Opens an interpreter; a model for one example is asked row by row."""
        from ai_edge_litert.interpreter import Interpreter

        with quiet():
            interpreter = Interpreter(model_path=str(path))
            interpreter.allocate_tensors()  # tells the terminal of a delegate, the first time
            runner = interpreter.get_signature_runner()
        details = runner.get_input_details()
        one_row = all(detail["shape_signature"][0] == 1 for detail in details.values())

        def ask(inputs: Arrays) -> Arrays:
            given = {name: inputs[name].astype(details[name]["dtype"]) for name in details}
            return {name: np.array(value) for name, value in runner(**given).items()}

        def ask_rows(inputs: Arrays) -> Arrays:
            count = len(next(iter(inputs.values())))
            rows = [ask({name: v[k : k + 1] for name, v in inputs.items()}) for k in range(count)]
            return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

        return ask_rows if one_row else ask

    def _convert(self, core: NumericCore, frozen: Path, batch: int | None) -> bytes:
        import tensorflow as tf

        with quiet():
            try:
                write_frozen(core, frozen, batch)
                converter = tf.lite.TFLiteConverter.from_saved_model(
                    str(frozen), signature_keys=["serving_default"]
                )
                if self.quantize:
                    converter.optimizations = [tf.lite.Optimize.DEFAULT]
                if self.quantize == "int8":
                    converter.representative_dataset = self._one_by_one
                return converter.convert()
            finally:
                shutil.rmtree(frozen, ignore_errors=True)

    def _check_int8(self, core: NumericCore) -> None:
        given = {} if self.representative is None else self.representative
        if given.keys() != core.inputs.keys():
            raise ExportError(
                f"int8 needs representative examples of {', '.join(core.inputs)}; "
                f"received {', '.join(given) or 'none'}"
            )
        # TensorFlow 2.21 dies of some, and leaves floats in the others.
        if {"While", "StatelessWhile"} & {op.type for op in freeze(core).graph.get_operations()}:
            raise ExportError(
                "LiteRT cannot find the scales of numbers inside of loops, and this model has one: "
                "quantize it as dynamic"
            )

    def _one_by_one(self) -> Any:
        examples: Arrays = self.representative or {}
        for k in range(len(next(iter(examples.values())))):
            yield {name: values[k : k + 1] for name, values in examples.items()}

    def _has_floats(self, path: Path) -> bool:
        """Whether any operation but the ones at both ends computes in floats."""
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        with quiet():
            # Without its delegate, which hides operations.
            resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            interpreter = Interpreter(model_path=str(path), experimental_op_resolver_type=resolver)
        ends = {"QUANTIZE", "DEQUANTIZE", "CAST"}
        types = {d["index"]: d["dtype"] for d in interpreter.get_tensor_details()}
        return any(
            types.get(index) is np.float32
            for op in interpreter._get_ops_details()
            if op["op_name"] not in ends
            for index in op["outputs"]
        )


def _refusal(error: Exception) -> ExportError:
    """The converter's pages of text in one line: which operations, and the way out."""
    if isinstance(error, ExportError):
        return error
    text = str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    needs = [line for line in lines if line.startswith(("Flex ops:", "Custom ops:"))]
    # "'tf.StridedSlice' op is neither a custom op nor a flex op", after where it stands
    told = re.search(r"'tf\.\w+' op [^\n]*", text)
    reason = "; ".join(needs) or (told[0] if told else lines[0])
    return ExportError(f"LiteRT has no operation for a part of this model ({reason}): {ADVICE}")
