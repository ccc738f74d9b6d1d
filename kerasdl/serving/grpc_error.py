"""Errors over gRPC."""

from typing import Any

from kerasdl.serving.serving_error import ServingError


async def abort(context: Any, error: ServingError) -> None:
    """Ends a call with an error.

    Args:
        context: the call.
        error: why it cannot be answered.
    """
    import grpc

    code = getattr(grpc.StatusCode, error.code, grpc.StatusCode.UNKNOWN)
    await context.abort(code, error.message)
