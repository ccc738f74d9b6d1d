"""PatchEmbedding against a NumPy loop and the convolution of Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import layers


def embed(images, layer_arguments):
    layer = layers.PatchEmbedding(bias_initializer="random_normal", **layer_arguments)
    return layer, np.asarray(layer(images))


@pytest.mark.parametrize("patch_size", [2, 3, (2, 3), (6, 1)])
def test_equals_the_loop(patch_size):
    images = np.random.default_rng(0).normal(size=(2, 6, 12, 3)).astype("float32")
    layer, outputs = embed(images, {"patch_size": patch_size, "embedding_dim": 5})
    height, width = (patch_size, patch_size) if isinstance(patch_size, int) else patch_size
    kernel = np.asarray(layer.projection.kernel, "float64")
    bias = np.asarray(layer.projection.bias, "float64")
    expected = []
    for image in images.astype("float64"):
        for top in range(0, 6, height):
            for left in range(0, 12, width):
                patch = image[top : top + height, left : left + width]
                expected.append(patch.ravel() @ kernel + bias)
    expected = np.reshape(expected, (2, -1, 5))
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(images.shape) == expected.shape


def test_equals_the_convolution_of_keras():
    images = np.random.default_rng(0).normal(size=(2, 8, 12, 3)).astype("float32")
    layer, outputs = embed(images, {"patch_size": 4, "embedding_dim": 5})
    convolution = keras.layers.Conv2D(5, 4, strides=4)
    convolution.build(images.shape)
    kernel, bias = layer.get_weights()
    convolution.set_weights([kernel.reshape(4, 4, 3, 5), bias])
    np.testing.assert_allclose(
        outputs, np.reshape(convolution(images), (2, 6, 5)), rtol=1e-4, atol=1e-5
    )


def test_images_of_unknown_size():
    layer = layers.PatchEmbedding(patch_size=2, embedding_dim=5)
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    assert model.output_shape == (None, None, 5)
    for height, width in ((4, 6), (8, 2)):
        images = np.ones((2, height, width, 3), "float32")
        outputs = tf.function(model, input_signature=[tf.TensorSpec((None, None, None, 3))])(images)
        np.testing.assert_allclose(outputs, layer(images), rtol=1e-5)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 8, 9, 3\) for patch_size=4.*multiples"):
        layers.PatchEmbedding(4, 5)(np.zeros((2, 8, 9, 3)))
    with pytest.raises(ValueError, match=r"\(2, 6, 8, 3\) for patch_size=4.*multiples"):
        layers.PatchEmbedding(4, 5).build((2, 6, 8, 3))
    with pytest.raises(ValueError, match="patch_height=0"):
        layers.PatchEmbedding(0, 5)
    with pytest.raises(ValueError, match="patch_width=-1"):
        layers.PatchEmbedding((2, -1), 5)
    with pytest.raises(ValueError, match=r"patch_size=\(2, 2, 2\)"):
        layers.PatchEmbedding((2, 2, 2), 5)
    with pytest.raises(ValueError, match="embedding_dim=0"):
        layers.PatchEmbedding(2, 0)


def test_pair_survives_the_config():
    layer = layers.PatchEmbedding((2, 3), 5)
    config = keras.saving.serialize_keras_object(layer)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == layer.get_config()
    assert again.patch_size == (2, 3)
