"""What tf2onnx has to be told about TensorFlow's graphs."""

from typing import Any

import numpy as np


def with_reserved_lists(graph: Any) -> Any:
    """Returns a graph whose lists of zeros are lists without contents.

    Both read as zeros until they are written to. tf2onnx makes a loop's output of the one;
    LiteRT, which has to know the shape of the elements, of the other, so that is what
    kerasdl's recurrent layers are made of.

    Args:
        graph: A `GraphDef`; it is changed.
    """
    bodies = [graph.node, *(function.node_def for function in graph.library.function)]
    for nodes in bodies:
        by_name = {node.name: node for node in nodes}

        def made_by(tensor: str, by_name: dict[str, Any] = by_name) -> Any:
            return by_name.get(tensor.partition(":")[0])

        changed = set()
        for node in nodes:
            if node.op != "TensorListFromTensor":
                continue
            zeros = made_by(node.input[0])
            shape = made_by(zeros.input[0]) if zeros is not None and zeros.op == "Fill" else None
            if shape is None or shape.op != "Pack" or not _is_zero(made_by(zeros.input[1])):
                continue
            node.op = "TensorListReserve"
            node.input[:] = [node.input[1], shape.input[0]]
            changed.add(node.name)
        for node in nodes:
            # In the body of a function a tensor is named by what it is of its operation.
            for index, tensor in enumerate(node.input):
                name, colon, _ = tensor.partition(":output_handle:")
                if colon and name in changed:
                    node.input[index] = f"{name}:handle:0"
    return graph


def _is_zero(node: Any) -> bool:
    from tensorflow import make_ndarray

    return node is not None and node.op == "Const" and not make_ndarray(node.attr["value"].tensor)


def _erfc(context: Any, node: Any, name: str, args: Any) -> None:
    """1 - erf(x), for ONNX has no other."""
    from tf2onnx import utils

    (shape,), (dtype,) = node.output_shapes, node.output_dtypes
    one = context.make_const(
        utils.make_name("one"), np.array(1, utils.map_onnx_to_numpy_type(dtype))
    )
    erf = context.make_node("Erf", [node.input[0]], shapes=[shape], dtypes=[dtype])
    outputs = list(node.output)
    context.remove_node(node.name)
    context.make_node(
        "Sub", [one.output[0], erf.output[0]], outputs=outputs, shapes=[shape], dtypes=[dtype]
    )


# For operations of TensorFlow that tf2onnx does not know.
OPERATIONS: dict[str, Any] = {"Erfc": (_erfc, [])}
