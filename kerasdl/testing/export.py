"""Export: a SavedModel computes what the layer computes."""

import tempfile
from pathlib import Path

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import differences, require
from kerasdl.testing.functional_model import flat, functional_model
from kerasdl.testing.tensors import outputs_of

CHECK = "export"


def check_export(case: LayerCase) -> None:
    """Checks that `model.export` gives a SavedModel that equals the layer on batches of 1 and 3.

    Args:
        case: The layer. The TensorFlow backend only.
    """
    import tensorflow as tf

    layer = case.make_built()
    with tempfile.TemporaryDirectory() as name:
        path = str(Path(name) / "model")
        functional_model(case, layer).export(path, verbose=False)
        served = tf.saved_model.load(path)
        for batch in (1, 3):
            arrays = case.arrays(batch=batch)
            expected = outputs_of(case.call(layer, arrays))
            inputs = {key: tf.convert_to_tensor(value) for key, value in flat(arrays).items()}
            outputs = outputs_of(served.serve(inputs))
            text = differences(outputs, expected, 1e-5)
            require(not text, CHECK, case, f"the SavedModel differs for batch {batch}: {text}")
