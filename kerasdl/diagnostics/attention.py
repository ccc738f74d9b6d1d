"""What a transformer looks at."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import keras


def attention_weights(model: "keras.Model", inputs: Any) -> np.ndarray:
    """The attention weights of every `TransformerEncoderBlock` of a model.

    Args:
        model: a functional `keras.Model` with such blocks among its layers.
        inputs: a batch of what the model takes; keep it small, the weights are not.

    Returns:
        float64 `[blocks, batch, heads, time, time]`: how much each position (second to last
        axis) takes from each (last axis); the last axis adds up to one.

    Raises:
        ValueError: if the model has no such block, or blocks of different size.

    Example:
        >>> import numpy as np
        >>> from kerasdl.models import vit
        >>> model = vit((28, 28, 1), num_classes=10, patch_size=7)
        >>> attention_weights(model, np.zeros((2, 28, 28, 1), "uint8")).shape
        (4, 2, 4, 17, 17)
    """
    import keras

    from kerasdl.layers import TransformerEncoderBlock

    blocks = [layer for layer in model.layers if isinstance(layer, TransformerEncoderBlock)]
    if not blocks:
        raise ValueError(
            f"the model {model.name!r} has no TransformerEncoderBlock among its layers; "
            f"received {sorted({type(layer).__name__ for layer in model.layers})}"
        )
    read = keras.Model(model.input, [block.input for block in blocks])
    weights = []
    for block, states in zip(blocks, read(inputs, training=False), strict=True):
        _, scores = block.attention(
            block.before("attention", states), return_attention_scores=True, training=False
        )
        scores = keras.ops.cast(scores, "float32")  # NumPy knows no bfloat16
        weights.append(np.asarray(keras.ops.convert_to_numpy(scores), np.float64))
    shapes = {array.shape for array in weights}
    if len(shapes) > 1:
        raise ValueError(f"the blocks must attend to the same positions; received {shapes}")
    return np.stack(weights)


def attention_rollout(weights: ArrayLike) -> np.ndarray:
    """How much of each input position reaches each output position, through all blocks.

    Heads are averaged, a residual connection counts as attending to oneself with half of
    the weight, and the blocks' matrices are multiplied (Abnar and Zuidema 2020,
    https://arxiv.org/abs/2005.00928). What feed-forward layers do is not seen: it tells
    where a model looks, not why it decides.

    Args:
        weights: as `attention_weights` returns them, `[blocks, batch, heads, time, time]`.

    Returns:
        float64 `[batch, time, time]`; rows add up to one.

    Raises:
        ValueError: if `weights` has another shape.

    Example:
        >>> import numpy as np
        >>> attends_to_the_other = np.array([[0.0, 1.0], [1.0, 0.0]])
        >>> attention_rollout(attends_to_the_other[None, None, None])
        array([[[0.5, 0.5],
                [0.5, 0.5]]])
    """
    weights = np.asarray(weights, np.float64)
    if weights.ndim != 5 or weights.shape[-1] != weights.shape[-2]:
        raise ValueError(
            "weights must have shape [blocks, batch, heads, time, time], "
            f"received shape {weights.shape}"
        )
    time = weights.shape[-1]
    matrices = (weights.mean(axis=2) + np.eye(time)) / 2
    rollout = np.broadcast_to(np.eye(time), matrices.shape[1:])
    for matrix in matrices:
        rollout = matrix @ rollout
    return rollout
