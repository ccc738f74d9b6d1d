"""TensorFlow Serving's gRPC services, on the same models as the REST interface."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np

from kerasdl.serving.engine import Engine
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.predict_request import DEFAULT_SIGNATURE
from kerasdl.serving.serving_error import ServingError, invalid
from kerasdl.user_error import UserError

# As many bytes as a length in the protocol can say.
_LARGEST_MESSAGE = 2**31 - 1


@contextlib.asynccontextmanager
async def grpc_server(engine: Engine, host: str, port: int) -> AsyncIterator[int]:
    """Serves PredictionService and ModelService for the time of the block.

    Args:
        engine: runs the models.
        host: the address to listen at.
        port: the port; 0 for any that is free.

    Yields:
        The port.

    Raises:
        UserError: the extra `grpc` is not installed, or the address is taken.
    """
    try:
        import grpc
        from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc
    except ImportError:
        raise UserError(
            "gRPC needs grpcio and tensorflow-serving-api. "
            "Install them with: pip install 'kerasdl[grpc]'"
        ) from None
    limits = [
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ("grpc.so_reuseport", 0),
    ]
    server = grpc.aio.server(options=limits)
    services: list[tuple[Any, type, type]] = [
        (
            prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server,
            PredictionService,
            prediction_service_pb2_grpc.PredictionServiceServicer,
        ),
        (
            model_service_pb2_grpc.add_ModelServiceServicer_to_server,
            ModelService,
            model_service_pb2_grpc.ModelServiceServicer,
        ),
    ]
    for add, ours, generated in services:
        # The generated class answers UNIMPLEMENTED to calls that ours does not have.
        add(type(ours.__name__, (ours, generated), {})(engine), server)
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError:
        raise UserError(
            f"Cannot listen at {host}:{port} for gRPC. Choose another --host or --grpc-port."
        ) from None
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(grace=30)


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

            signature = model.signature(signature_name)
            _check_inputs(set(request.inputs), set(signature.inputs))
            inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
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
            outputs = await self._run_examples(
                model, signature_name, request, {"classes", "scores"}, "Classify"
            )
            classes, scores = outputs.get("classes"), outputs.get("scores")
            shape = next(iter(outputs.values())).shape
            response = ClassificationResponse()
            for row in range(shape[0]):
                result = response.result.classifications.add()
                for column in range(shape[1]):
                    label = "" if classes is None else classes[row, column].decode()
                    score = 0.0 if scores is None else float(scores[row, column])
                    result.classes.add(label=label, score=score)
            return response

        return await self._answer(request, context, "Classify", answer)

    async def Regress(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Runs a signature on examples; returns a number for each."""
        from tensorflow_serving.apis.regression_pb2 import RegressionResponse

        async def answer(model: LoadedModel, signature_name: str) -> Any:
            outputs = await self._run_examples(
                model, signature_name, request, {"outputs"}, "Regress"
            )
            response = RegressionResponse()
            for value in outputs["outputs"].reshape(-1):
                response.result.regressions.add(value=float(value))
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
        self, model: LoadedModel, signature_name: str, request: Any, allowed: set[str], method: str
    ) -> dict[str, np.ndarray]:
        found = set(model.signature(signature_name).outputs)
        if set(model.signature(signature_name).inputs) != {"inputs"} or not found <= allowed:
            raise invalid(f"Signature {signature_name} cannot {method.lower()}")
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
        except ServingError as error:
            await _abort(context, error)
        response.model_spec.name = spec.name
        response.model_spec.version.value = number
        if method != "GetModelMetadata":
            response.model_spec.signature_name = signature_name
        return response


class ModelService:
    """GetModelStatus.

    Args:
        engine: runs the models.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns how the versions of a model are."""
        from tensorflow.core.protobuf.error_codes_pb2 import Code
        from tensorflow_serving.apis.get_model_status_pb2 import (
            GetModelStatusResponse,
            ModelVersionStatus,
        )

        spec = request.model_spec
        version = spec.version.value if spec.HasField("version") else None
        try:
            statuses = self.engine.registry.statuses(spec.name, version)
        except ServingError as error:
            await _abort(context, error)
        response = GetModelStatusResponse()
        for number, status in statuses.items():
            found = response.model_version_status.add(
                version=number, state=ModelVersionStatus.State.Value(status.state)
            )
            found.status.error_code = Code.Value(status.error_code)
            found.status.error_message = status.error_message
        return response

    async def HandleReloadConfigRequest(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Is refused: the folder says what is served."""
        message = "The models are those of the folder that is served; put versions there"
        await _abort(context, ServingError("UNIMPLEMENTED", message))


async def _abort(context: Any, error: ServingError) -> None:
    import grpc

    code = getattr(grpc.StatusCode, error.code, grpc.StatusCode.UNKNOWN)
    await context.abort(code, error.message)


def _check_inputs(sent: set[str], wanted: set[str]) -> None:
    if sent != wanted:
        raise invalid(
            f"input size does not match signature: {len(sent)}!={len(wanted)} "
            f"Sent extra: {{{','.join(sorted(sent - wanted))}}}. "
            f"Missing but required: {{{','.join(sorted(wanted - sent))}}}."
        )


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
