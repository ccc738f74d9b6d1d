"""A small VGG: stages of 3 x 3 convolutions."""

import numpy as np
import pytest

from kerasdl.layers import BatchNormalization, InvertedDropout
from kerasdl.models import vgg


def test_stages():
    model = vgg((28, 20, 3), 10, filters=(4, 8, 16), convolutions=3, seed=1)
    kinds = [type(layer) for layer in model.layers]
    assert kinds.count(BatchNormalization) == 9
    assert model.get_layer("convolution_3_3").output.shape == (None, 7, 5, 16)
    dropouts = [layer for layer in model.layers if isinstance(layer, InvertedDropout)]
    assert len({layer.seed for layer in dropouts}) == 3
    convolutions = (3 * 4, 4 * 4, 4 * 4, 4 * 8, 8 * 8, 8 * 8, 8 * 16, 16 * 16, 16 * 16)
    normalizations = 4 * 3 * (4 + 8 + 16)
    assert model.count_params() == 9 * sum(convolutions) + normalizations + 16 * 10 + 10


def test_interface():
    model = vgg((4, 4, 1), 3, name="mine")
    assert model.name == "mine"
    logits = model(np.zeros((2, 4, 4, 1), "uint8"))
    assert (logits.shape, logits.dtype) == ((2, 3), "float32")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": ()}, r"filters=\(\)"),
        ({"filters": (4, 0)}, r"filters=\(4, 0\)"),
        ({"filters": (4, 4, 4, 4)}, r"at least 8 pixels each way for 4 stages"),
        ({"convolutions": 0}, "convolutions=0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        vgg((7, 7, 1), 10, **arguments)
