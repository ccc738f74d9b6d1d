"""TensorFlow Serving's gRPC services, on the same models as the REST interface."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from kerasdl.serving.address import address
from kerasdl.serving.engine import Engine
from kerasdl.serving.model_service import ModelService
from kerasdl.serving.prediction_service import PredictionService
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
    where = address(host, port)
    try:
        bound = server.add_insecure_port(where)
    except RuntimeError:
        raise UserError(
            f"Cannot listen at {where} for gRPC. Choose another --host or --grpc-port."
        ) from None
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(grace=30)
