"""Good layers that obey masks, and the same with exactly one bug each."""

from typing import Any

import keras
from keras import ops


class MaskedMean(keras.layers.Layer):
    """A good layer: subtracts the mean over the unmasked positions; zeros where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], input_shape[-1]), name="kernel")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        keep = mask[:, :, None]
        inputs = ops.where(keep, inputs, ops.zeros_like(inputs))
        count = ops.maximum(ops.sum(ops.cast(keep, inputs.dtype), axis=1), 1)
        mean = ops.sum(inputs, axis=1) / count
        return ops.matmul(mean, self.kernel)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return None

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], input_shape[-1])


class MultipliesByMask(MaskedMean):
    """0 * inf is NaN."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        keep = ops.cast(mask[:, :, None], inputs.dtype)
        mean = ops.sum(inputs * keep, axis=1) / ops.maximum(ops.sum(keep, axis=1), 1)
        return ops.matmul(mean, self.kernel)


class ProjectsBeforeMasking(MaskedMean):
    """Its outputs are right, but the kernel's gradient is 0 * inf."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        keep = mask[:, :, None]
        projected = ops.matmul(inputs, self.kernel)
        projected = ops.where(keep, projected, ops.zeros_like(projected))
        count = ops.maximum(ops.sum(ops.cast(keep, inputs.dtype), axis=1), 1)
        return ops.sum(projected, axis=1) / count


class IgnoresMask(MaskedMean):
    def call(self, inputs: Any, mask: Any = None) -> Any:
        return super().call(inputs)


class DividesByZero(MaskedMean):
    """A fully masked row is 0 / 0."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        keep = mask[:, :, None]
        inputs = ops.where(keep, inputs, ops.zeros_like(inputs))
        mean = ops.sum(inputs, axis=1) / ops.sum(ops.cast(keep, inputs.dtype), axis=1)
        return ops.matmul(mean, self.kernel)


class SaysWrongMask(MaskedMean):
    """Its output of rank 2 has no time that the mask could belong to."""

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return previous_mask


class DeniesMasking(MaskedMean):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = False


class Pooling(keras.layers.Layer):
    """A good layer: softmax attention of one learned query over the unmasked positions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        self.query = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="query")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        inputs = ops.where(mask[:, :, None], inputs, ops.zeros_like(inputs))
        scores = ops.sum(inputs * self.query, axis=-1)
        largest = ops.max(ops.where(mask, scores, -1e4), axis=1, keepdims=True)
        weights = ops.where(mask, ops.exp(ops.where(mask, scores - largest, 0.0)), 0.0)
        total = ops.sum(weights, axis=1, keepdims=True)
        weights = weights / ops.where(total > 0, total, 1.0)
        return ops.sum(inputs * weights[:, :, None], axis=1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return None

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], input_shape[-1])


class AddsMask(Pooling):
    """A large negative number, added: a larger score gets past it, and an empty row averages."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        scores = ops.sum(inputs * self.query, axis=-1)
        scores = scores + ops.where(mask, 0.0, -1e9)
        return ops.sum(inputs * ops.softmax(scores, axis=1)[:, :, None], axis=1)


class AveragesEmptyRow(Pooling):
    """Masked positions have no influence, but an empty row is a plain average of zeros + 1."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        outputs = super().call(inputs, mask)
        if mask is None:
            return outputs
        return ops.where(ops.any(mask, axis=1, keepdims=True), outputs, ops.ones_like(outputs))


class SeesMaskedInGradient(MaskedMean):
    """Its outputs are right, but masked positions get a gradient."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        outputs = super().call(inputs, mask)
        last = inputs[:, -1]
        return outputs + (last - ops.stop_gradient(last))


class GradientSeesMasked(MaskedMean):
    """Its outputs are right, but what masked positions hold scales the others' gradients."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        outputs = super().call(inputs, mask)
        scale = ops.stop_gradient(ops.sum(ops.clip(inputs, -9, 9), axis=(1, 2)))[:, None]
        return outputs + (outputs - ops.stop_gradient(outputs)) * scale


class LosesImplicitMask(MaskedMean):
    """Keras fills `mask` only where there is a single input."""

    def build(self, inputs_shape: Any, other_shape: Any = None) -> None:
        super().build(inputs_shape)

    def call(self, inputs: Any, other: Any, mask: Any = None) -> Any:
        return super().call(inputs, mask) + ops.mean(other)

    def compute_output_shape(self, inputs_shape: Any, other_shape: Any = None) -> Any:
        return super().compute_output_shape(inputs_shape)


class InfiniteGradientOfEmptyRow(MaskedMean):
    """The length of a vector has no gradient at zero."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        return ops.sqrt(ops.square(super().call(inputs, mask)))


class GradientOfEmptyRow(MaskedMean):
    """An empty row gives zeros, but passes a gradient on."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        outputs = super().call(inputs, mask)
        if mask is None:
            return outputs
        finite = ops.where(ops.abs(inputs) < 9, inputs, ops.zeros_like(inputs))
        extra = ops.sum(finite - ops.stop_gradient(finite), axis=1)
        return ops.where(ops.any(mask, axis=1, keepdims=True), outputs, extra)


for _layer in [value for value in vars().values() if isinstance(value, type)]:
    if issubclass(_layer, keras.layers.Layer) and _layer.__module__ == __name__:
        keras.saving.register_keras_serializable(package=__name__)(_layer)
