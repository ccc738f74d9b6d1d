"""What goes back to a client."""

import json
from dataclasses import dataclass
from typing import Any

from kerasdl.serving.serving_error import ServingError

JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """An HTTP response.

    Args:
        status: the HTTP status.
        body: the content.
        content_type: what it is.
    """

    status: int
    body: bytes
    content_type: bytes = JSON


def json_answer(value: Any) -> Answer:
    """Returns a JSON value as an answer that people can read too."""
    return Answer(200, json.dumps(value, indent=1).encode())


def error_answer(error: ServingError) -> Answer:
    """Returns an error as TensorFlow Serving tells it."""
    return refusal(error.http_status, error.message)


def refusal(status: int, message: str) -> Answer:
    """Returns a message under an HTTP status that TensorFlow Serving does not have."""
    return Answer(status, json.dumps({"error": message}).encode())
