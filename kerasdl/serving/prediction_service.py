"""TensorFlow Serving's PredictionService."""

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from kerasdl.serving.engine import Engine
from kerasdl.serving.example_results import check_signature, classifications, regressions
from kerasdl.serving.grpc_error import abort
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.predict_request import DEFAULT_SIGNATURE
from kerasdl.serving.serving_error import ServingError, as_serving_error, invalid
from kerasdl.serving.signature_info import SignatureInfo


class PredictionService:
    """Predict, Classify, Regress and GetModelMetadata.

    Args:
        engine: runs the models.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Runs a signature on tensors."""
        from tensorflow_serving.apis.predict_pb2 import PredictResponse

        async def answer(model: LoadedModel, signature_name: str) -> Any:
            import tensorflow as tf

            signature = _signature(model, signature_name)
            _check_inputs(set(request.inputs), set(signature.inputs))
            inputs = {name: _array(name, value) for name, value in request.inputs.items()}
            wanted = _filtered(list(request.output_filter), list(signature.outputs))
            outputs = await self._run(model, signature_name, inputs, request, "Predict")
            response = PredictResponse()
            for name in wanted:
                response.outputs[name].CopyFrom(tf.make_tensor_proto(outputs[name]))
            return response

        return await self._answer(request, context, "Predict", answer)

    async def Classify(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Runs a signature on examples; returns labels with scores."""
        from tensorflow_serving.apis.classification_pb2 import ClassificationResponse

        async def answer(model: LoadedModel, signature_name: str) -> Any:
            outputs = await self._run_examples(model, signature_name, request, "Classify")
            response = ClassificationResponse()
            for labels, scores in zip(*classifications(outputs), strict=True):
                result = response.result.classifications.add()
                for label, score in zip(labels, scores.tolist(), strict=True):
                    result.classes.add(label=label, score=score)
            return response

        return await self._answer(request, context, "Classify", answer)

    async def Regress(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Runs a signature on examples; returns a number for each."""
        from tensorflow_serving.apis.regression_pb2 import RegressionResponse

        async def answer(model: LoadedModel, signature_name: str) -> Any:
            outputs = await self._run_examples(model, signature_name, request, "Regress")
            response = RegressionResponse()
            for value in regressions(outputs).tolist():
                response.result.regressions.add(value=value)
            return response

        return await self._answer(request, context, "Regress", answer)

    async def GetModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns the signatures of a model."""
        from tensorflow_serving.apis.get_model_metadata_pb2 import (
            GetModelMetadataResponse,
            SignatureDefMap,
        )

        async def answer(model: LoadedModel, signature_name: str) -> Any:
            if list(request.metadata_field) != ["signature_def"]:
                raise invalid(f"Metadata field {list(request.metadata_field)} is not supported")
            signatures = SignatureDefMap()
            for name, definition in model.signature_definitions():
                signatures.signature_def[name].CopyFrom(definition)
            response = GetModelMetadataResponse()
            response.metadata["signature_def"].Pack(signatures)
            return response

        return await self._answer(request, context, "GetModelMetadata", answer)

    async def _run(
        self, model: LoadedModel, signature_name: str, inputs: Any, request: Any, method: str
    ) -> dict[str, np.ndarray]:
        name = request.model_spec.name
        return await self.engine.run(model, signature_name, inputs, name=name, method=method)

    async def _run_examples(
        self, model: LoadedModel, signature_name: str, request: Any, method: str
    ) -> dict[str, np.ndarray]:
        check_signature(signature_name, _signature(model, signature_name), method.lower())
        kind = request.input.WhichOneof("kind")
        if kind is None:
            raise invalid("Input is empty.")
        given = getattr(request.input, kind)
        # Two serialized messages one after the other are the two merged.
        context = given.context.SerializeToString() if kind.endswith("context") else b""
        serialized = np.empty(len(given.examples), dtype=object)
        serialized[:] = [context + example.SerializeToString() for example in given.examples]
        if not len(serialized):
            raise invalid("Input is empty.")
        return await self._run(model, signature_name, {"inputs": serialized}, request, method)

    async def _answer(
        self,
        request: Any,
        context: Any,
        method: str,
        answer: Callable[[LoadedModel, str], Awaitable[Any]],
    ) -> Any:
        spec = request.model_spec
        version = spec.version.value if spec.HasField("version") else None
        label = spec.version_label or None
        signature_name = spec.signature_name or DEFAULT_SIGNATURE
        try:
            with (
                self.engine.counted(spec.name, method, "GRPC"),
                self.engine.registry.use(spec.name, version, label) as (number, model),
            ):
                response = await answer(model, signature_name)
        except Exception as error:
            await abort(context, as_serving_error(error))
        response.model_spec.name = spec.name
        response.model_spec.version.value = number
        if method != "GetModelMetadata":
            response.model_spec.signature_name = signature_name
        return response


def _signature(model: LoadedModel, name: str) -> SignatureInfo:
    if name not in model.signatures:
        raise ServingError("FAILED_PRECONDITION", f'Serving signature key "{name}" not found.')
    return model.signatures[name]


def _array(name: str, value: Any) -> np.ndarray:
    import tensorflow as tf

    try:
        return tf.make_ndarray(value)
    except (TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise invalid(f"Input {name} is no tensor: {reason}") from None


def _check_inputs(sent: set[str], wanted: set[str]) -> None:
    if sent != wanted:
        raise invalid(
            f"input size does not match signature: {len(sent)}!={len(wanted)} "
            f"len({_listed(sent)}) != len({_listed(wanted)}). "
            f"Sent extra: {_listed(sent - wanted)}. Missing but required: {_listed(wanted - sent)}."
        )


def _listed(names: set[str]) -> str:
    return f"{{{','.join(sorted(names))}}}"


def _filtered(names: list[str], outputs: list[str]) -> list[str]:
    for name in names:
        if name not in outputs:
            raise invalid(
                f"output tensor alias not found in signature: {name} Outputs expected to be in "
                f"the set {{{','.join(outputs)}}}."
            )
        if names.count(name) > 1:
            raise invalid(f"duplicate output tensor alias: {name}")
    return names or outputs
