"""What a server must know of a model's signatures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TensorInfo:
    """A named input or output.

    Args:
        dtype: TensorFlow's name of the type: `"DT_FLOAT"`.
        shape: its sizes, None for what may vary; None where even the rank may.
        tensor: the name of the tensor in the graph.
    """

    dtype: str
    shape: tuple[int | None, ...] | None = None
    tensor: str = ""


@dataclass(frozen=True)
class SignatureInfo:
    """One way to call a model.

    Args:
        inputs: name -> what it is.
        outputs: name -> what it is.
    """

    inputs: dict[str, TensorInfo]
    outputs: dict[str, TensorInfo]

    def is_divisible(self) -> bool:
        """Says whether the first axis of every tensor may be that of examples: its size is open.

        >>> image, label = TensorInfo("DT_FLOAT", (None, 28, 28)), TensorInfo("DT_STRING", (None,))
        >>> SignatureInfo({"image": image}, {"label": label}).is_divisible()
        True
        >>> SignatureInfo({"image": image}, {"mean": TensorInfo("DT_FLOAT", ())}).is_divisible()
        False
        """
        tensors = (*self.inputs.values(), *self.outputs.values())
        return all(t.shape is None or t.shape[:1] == (None,) for t in tensors)
