"""A good layer of each kind, and the same with exactly one bug each."""

import itertools
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops


class Projection(keras.layers.Layer):
    """A good layer: a dense sublayer and a bias of its own."""

    def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.scale = scale

    def build(self, input_shape: Any) -> None:
        self.inner = keras.layers.Dense(self.units, dtype=self.dtype_policy, name="inner")
        self.inner.build(input_shape)
        self.offset = self.add_weight(shape=(self.units,), name="offset")

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs) * self.scale + self.offset

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "scale": self.scale}


class ForgetsArgument(Projection):
    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["scale"]
        return config


class StoresWrongArgument(Projection):
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": 1.0}


class HidesArgument(Projection):
    def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(units, scale, **kwargs)
        del self.scale
        self.factor = scale

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs) * self.factor + self.offset

    def get_config(self) -> dict[str, Any]:
        config = keras.layers.Layer.get_config(self)
        return {**config, "units": self.units, "scale": self.factor}


class DropsKeywords(Projection):
    def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(units, scale)


class MakesAnother(Projection):
    """Its configuration is complete, but `from_config` does not use all of it."""

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        return cls(**{**config, "scale": 1.0})


class RewritesAttributeInBuild(Projection):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.scale = self.scale / 2


class CreatesStateInCall(Projection):
    def build(self, input_shape: Any) -> None:
        self.inner = keras.layers.Dense(self.units, dtype=self.dtype_policy, name="inner")

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs) * self.scale


class KeepsOutput(Projection):
    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        self.last_shape = tuple(outputs.shape)
        return outputs


class SaysWrongShape(Projection):
    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units + 1)


class SaysNoShape(Projection):
    compute_output_shape = keras.layers.Layer.compute_output_shape


class FixesTime(Projection):
    """Remembers the time it was built with."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.time = input_shape[1]

    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        return outputs if self.time is None else outputs[:, : self.time]


class ForgetsDtypeOfSublayer(Projection):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.inner = keras.layers.Dense(self.units, name="inner", dtype="float32")
        self.inner.build(input_shape)


class ReturnsFloat32(Projection):
    def call(self, inputs: Any) -> Any:
        return ops.cast(super().call(inputs), "float32")


class ComputesInFloat16(Projection):
    def call(self, inputs: Any) -> Any:
        half = ops.cast(inputs, "float16")
        return super().call(ops.cast(half, self.compute_dtype))


class IgnoresWeight(Projection):
    def call(self, inputs: Any) -> Any:
        return self.inner(inputs) * self.scale


class StopsGradient(Projection):
    def call(self, inputs: Any) -> Any:
        return self.inner(inputs) * self.scale + ops.stop_gradient(self.offset)


class WrongGradient(Projection):
    def call(self, inputs: Any) -> Any:
        @ops.custom_gradient
        def twice(x: Any) -> Any:
            def gradient(*args: Any, upstream: Any = None) -> Any:
                return (args[0] if upstream is None else upstream) * 1.01

            return x * 1.0, gradient

        return twice(super().call(inputs))


class NanGradient(Projection):
    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        # The logarithm's gradient at zero is infinite, and `where` multiplies it by zero.
        zeros = outputs - ops.stop_gradient(outputs)
        return ops.where(zeros > 0, ops.log(zeros), outputs)


class Warns(Projection):
    def call(self, inputs: Any) -> Any:
        warnings.warn("something is odd", UserWarning, stacklevel=2)
        return super().call(inputs)


class Prints(Projection):
    def call(self, inputs: Any) -> Any:
        print("shape", inputs.shape)
        return super().call(inputs)


class DiffersWhenTraced(Projection):
    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        if keras.backend.backend() == "jax":
            import jax

            return outputs * 2 if isinstance(inputs, jax.core.Tracer) else outputs
        return outputs if hasattr(inputs, "numpy") else outputs * 2


class LosesWeightOnSave(Projection):
    def save_own_variables(self, store: Any) -> None:
        pass

    def load_own_variables(self, store: Any) -> None:
        pass


class RefusesToLoad(Projection):
    """Can be made from its configuration, but not from a file's."""

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        raise TypeError("no way back")


class DiffersInNumPy(Projection):
    """Cannot be exported faithfully: part of it is computed once, outside the graph."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.calls = itertools.count(1)

    def call(self, inputs: Any) -> Any:
        return super().call(inputs) * float(next(self.calls))


class CountsInComputeDtype(Projection):
    """bfloat16 does not know integers above 256."""

    def call(self, inputs: Any) -> Any:
        positions = ops.arange(ops.shape(inputs)[1], dtype=self.compute_dtype) + 1001
        return super().call(inputs) + ops.sin(positions)[:, None]


class InvertsMask(Projection):
    def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(units, scale, **kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return None if previous_mask is None else ops.logical_not(previous_mask)


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


class Noise(keras.layers.Layer):
    """A good layer: multiplies by random signs in training."""

    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return self._flip(inputs) if training else inputs

    def _flip(self, inputs: Any) -> Any:
        chance = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator)
        return ops.where(chance < self.rate, -inputs, inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class NoisyInference(Noise):
    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return self._flip(inputs)


class UsesSeedsAtInference(Noise):
    def call(self, inputs: Any, training: bool | None = None) -> Any:
        noisy = self._flip(inputs)
        return noisy if training else inputs


class Unseeded(Noise):
    """Draws from Keras's global generator."""

    def _flip(self, inputs: Any) -> Any:
        chance = keras.random.uniform(ops.shape(inputs))
        return ops.where(chance < self.rate, -inputs, inputs)


class IgnoresSeed(Noise):
    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed, **kwargs)
        self.seed_generator = keras.random.SeedGenerator(5)


class FixedSeed(Noise):
    def _flip(self, inputs: Any) -> Any:
        chance = keras.random.uniform(ops.shape(inputs), seed=self.seed)
        return ops.where(chance < self.rate, -inputs, inputs)


class DrawsInPython(Noise):
    """NumPy draws once, when the function is traced."""

    def _flip(self, inputs: Any) -> Any:
        chance = np.random.default_rng().random(inputs.shape)
        return ops.where(chance < self.rate, -inputs, inputs)


class CountsInPython(Noise):
    """Its two calls in one trace differ, but every run of the trace is the same."""

    def build(self, input_shape: Any) -> None:
        self.calls = itertools.count()

    def _flip(self, inputs: Any) -> Any:
        chance = keras.random.uniform(ops.shape(inputs), seed=next(self.calls))
        return ops.where(chance < self.rate, -inputs, inputs)


class DropsMask(Noise):
    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return None


class MixesPositions(Noise):
    """Says that it is elementwise, but is not."""

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return super().call(inputs - ops.mean(inputs, axis=1, keepdims=True), training)


for _layer in [value for value in vars().values() if isinstance(value, type)]:
    if issubclass(_layer, keras.layers.Layer):
        keras.saving.register_keras_serializable(package="broken_layers")(_layer)
