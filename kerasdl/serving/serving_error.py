"""Why a request could not be answered, in the words of TensorFlow Serving."""

import logging

logger = logging.getLogger("kerasdl.serving")

HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


class ServingError(Exception):
    """A request that cannot be answered.

    Args:
        code: a canonical status name, such as `"INVALID_ARGUMENT"`.
        message: what is wrong, for the client.

    Attributes:
        http_status: the HTTP status that TensorFlow Serving answers with.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = HTTP_STATUS.get(code, 500)


def invalid(message: str) -> ServingError:
    """Returns the error of a request that is wrong in itself."""
    return ServingError("INVALID_ARGUMENT", message)


def as_serving_error(error: Exception) -> ServingError:
    """Returns an error as one to be answered with; what nobody foresaw is logged, as INTERNAL."""
    if isinstance(error, ServingError):
        return error
    trace = error if logger.isEnabledFor(logging.DEBUG) else None
    logger.error("A request failed: %s: %s", type(error).__name__, error, exc_info=trace)
    return ServingError("INTERNAL", "The server failed at this request; its log says how")
