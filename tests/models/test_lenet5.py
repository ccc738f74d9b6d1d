"""LeNet-5 is that of the paper."""

import numpy as np
import pytest

from kerasdl.models import lenet5


def test_widths_of_the_paper():
    model = lenet5((28, 28, 1), 10)
    # C1, C3 with every map connected, C5, F6, and the classifier, weights and biases.
    layers = (25 * 6 + 6, 25 * 6 * 16 + 16, 400 * 120 + 120, 120 * 84 + 84, 84 * 10 + 10)
    assert model.count_params() == sum(layers)
    assert model.get_layer("flatten").output.shape == (None, 400)


@pytest.mark.parametrize("image_shape", [(12, 12, 1), (32, 40, 3)])
def test_other_images(image_shape):
    model = lenet5(image_shape, 3)
    logits = model(np.zeros((2, *image_shape), "uint8"))
    assert (logits.shape, logits.dtype) == ((2, 3), "float32")


def test_images_that_are_too_small():
    with pytest.raises(ValueError, match=r"12 x 12 pixels or more\. Received: image_shape=\(11"):
        lenet5((11, 28, 1), 10)
