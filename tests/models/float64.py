"""The equations of vision models, in float64, from the weights of the layers."""

from typing import Any

import numpy as np
from scipy.special import erf, softmax


def array(weight: Any) -> np.ndarray:
    return np.asarray(weight, np.float64)


def dense(x: np.ndarray, layer: Any) -> np.ndarray:
    return x @ array(layer.kernel) + array(layer.bias)


def gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + erf(x / np.sqrt(2))) / 2


def layer_norm(x: np.ndarray, layer: Any) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-6)
    return scaled * array(layer.gamma) + array(layer.beta)


def feed_forward(x: np.ndarray, layer: Any) -> np.ndarray:
    return dense(gelu(dense(x, layer.hidden_dense)), layer.output_dense)


def patches(images: np.ndarray, size: int) -> np.ndarray:
    """One flat patch after the other, row by row, of pixels from 0 to 1."""
    _, height, width, _ = images.shape
    scaled = images / 255
    return np.stack(
        [
            scaled[:, top : top + size, left : left + size].reshape(len(images), -1)
            for top in range(0, height, size)
            for left in range(0, width, size)
        ],
        axis=1,
    )


def attention(x: np.ndarray, layer: Any) -> tuple[np.ndarray, np.ndarray]:
    """The outputs and the weights, `[batch, heads, time, time]`."""
    heads = layer.num_heads
    width = x.shape[-1] // heads
    query, key, value = (
        dense(x, part) for part in (layer.query_dense, layer.key_dense, layer.value_dense)
    )
    contexts, weights = [], []
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        scores = query[..., part] @ key[..., part].swapaxes(1, 2) / np.sqrt(width)
        weights.append(softmax(scores, axis=-1))
        contexts.append(weights[-1] @ value[..., part])
    return dense(np.concatenate(contexts, -1), layer.output_dense), np.stack(weights, 1)
