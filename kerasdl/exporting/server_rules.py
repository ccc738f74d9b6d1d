"""What a model server refuses in a SavedModel that Python would run."""

from pathlib import Path

from kerasdl.exporting.versions import SAVED_MODEL_FILE


def refused_functions(folder: Path) -> list[str]:
    """Returns what in a SavedModel's graph a stock TensorFlow Serving cannot run.

    It is built without XLA, so functions traced with `jit_compile=True` and XLA's
    own operations fail there at the first request; a `tf.py_function` needs
    the Python process that made it.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    saved_model = saved_model_pb2.SavedModel()
    saved_model.ParseFromString((folder / SAVED_MODEL_FILE).read_bytes())
    refused = set()
    for graph in (meta_graph.graph_def for meta_graph in saved_model.meta_graphs):
        for function in graph.library.function:
            if function.attr["_XlaMustCompile"].b:
                refused.add(f"{function.signature.name} (jit_compile=True)")
        nodes = [graph.node, *(function.node_def for function in graph.library.function)]
        for node in (node for group in nodes for node in group):
            if node.op.startswith("Xla") or node.op in ("PyFunc", "EagerPyFunc", "PyFuncStateless"):
                refused.add(node.op)
            elif node.attr["_XlaMustCompile"].b:
                refused.add(f"{node.name} (jit_compile=True)")
    return sorted(refused)
