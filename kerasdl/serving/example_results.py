"""What classify and regress ask of a signature, and make of its outputs; REST and gRPC alike."""

from collections.abc import Mapping

import numpy as np

from kerasdl.serving.serving_error import invalid
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo

_INPUTS = {"inputs": "DT_STRING"}
_OUTPUTS = {
    "classify": {"classes": "DT_STRING", "scores": "DT_FLOAT"},
    "regress": {"outputs": "DT_FLOAT"},
}


def check_signature(name: str, signature: SignatureInfo, method: str) -> None:
    """Raises ServingError if a signature cannot answer a method.

    Args:
        name: the signature's name.
        signature: what it takes and answers.
        method: `"classify"` or `"regress"`.
    """
    inputs, outputs = _dtypes(signature.inputs), _dtypes(signature.outputs)
    allowed = _OUTPUTS[method]
    if inputs != _INPUTS or not outputs or not outputs.items() <= allowed.items():
        raise invalid(
            f"Signature {name} cannot {method}: expected input {_listed(_INPUTS)} and outputs "
            f"among {_listed(allowed)}; it has {_listed(inputs)} and {_listed(outputs)}"
        )


def classifications(outputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Returns labels, as words, and scores for each example, both `[n, k]`.

    Args:
        outputs: `classes`, bytes, and `scores`, floats. Without the one every label is
            empty, without the other every score is 0.

    Raises:
        ServingError: they are not of one such shape.
    """
    shapes = {values.shape for values in outputs.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise invalid(
            f"Expected classes and scores of one shape [batch, classes]; received {sorted(shapes)}"
        )
    (shape,) = shapes
    labels = np.full(shape, "", dtype=object)
    if "classes" in outputs:
        words = [label.decode("utf-8", errors="replace") for label in outputs["classes"].ravel()]
        labels.ravel()[:] = words
    return labels, outputs.get("scores", np.zeros(shape, np.float32))


def regressions(outputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns a number for each example, `[n]`.

    Args:
        outputs: `outputs`, floats of shape `[n]` or `[n, 1]`.

    Raises:
        ServingError: they have another shape.
    """
    values = outputs["outputs"]
    if values.ndim not in (1, 2) or values.shape[1:] not in ((), (1,)):
        raise invalid(f"Expected outputs of shape [batch] or [batch, 1]; received {values.shape}")
    return values.ravel()


def _dtypes(tensors: Mapping[str, TensorInfo]) -> dict[str, str]:
    return {name: tensor.dtype for name, tensor in tensors.items()}


def _listed(dtypes: Mapping[str, str]) -> str:
    words = [f"{name!r} ({dtype})" for name, dtype in sorted(dtypes.items())]
    return ", ".join(words) or "none"
