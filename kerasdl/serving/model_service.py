"""TensorFlow Serving's ModelService."""

from typing import Any

from kerasdl.serving.engine import Engine
from kerasdl.serving.grpc_error import abort
from kerasdl.serving.serving_error import ServingError


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
            await abort(context, error)
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
        await abort(context, ServingError("UNIMPLEMENTED", message))
