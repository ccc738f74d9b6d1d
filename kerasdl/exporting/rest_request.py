"""The body of a TensorFlow Serving REST request."""

import base64
from typing import Any

from kerasdl.exporting.signature import Arrays


def rest_request(signature_name: str, inputs: Arrays) -> dict[str, Any]:
    """Returns the body of `POST /v1/models/NAME:predict`, in row format.

    Args:
        signature_name: The signature to be called.
        inputs: Named inputs, each with the same leading batch axis.
    """
    sizes = {len(values) for values in inputs.values()}
    return {
        "signature_name": signature_name,
        "instances": [
            {name: _json(values[row]) for name, values in inputs.items()}
            for row in range(min(sizes))
        ],
    }


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return value if isinstance(value, str) else value.tolist()
