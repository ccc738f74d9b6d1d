"""A good layer, and the same with exactly one bug each."""

import itertools
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops


def is_traced(tensor: Any) -> bool:
    """Whether a compiled function is being made."""
    if keras.backend.backend() == "jax":
        import jax

        return isinstance(tensor, jax.core.Tracer)
    return not hasattr(tensor, "numpy")


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
        return outputs * 2 if is_traced(inputs) else outputs


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


class ClipsArgument(Projection):
    def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(units, min(scale, 1.5), **kwargs)


class DropsDtype(Projection):
    def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
        kwargs.pop("dtype", None)
        super().__init__(units, scale, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config()}


class KeepsStateOutsideVariables(Projection):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.table = np.random.default_rng().random(self.units).astype("float32")

    def call(self, inputs: Any) -> Any:
        return super().call(inputs) + ops.cast(self.table, self.compute_dtype)


class BuildsByTime(Projection):
    """Has another weight where the time is known."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if input_shape[1] is not None:
            self.extra = self.add_weight(shape=(), name="extra")


class SaysWrongSpec(Projection):
    def compute_output_spec(self, inputs: Any, training: Any = None) -> Any:
        return keras.KerasTensor((*inputs.shape[:-1], self.units + 1), self.compute_dtype)


class ReturnsIntegers(Projection):
    def call(self, inputs: Any) -> Any:
        return ops.cast(super().call(inputs), "int32")


class NarrowWeight(Projection):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.narrow = self.add_weight(shape=(), dtype="float16", name="narrow")


class OverflowsInFloat16(Projection):
    def call(self, inputs: Any) -> Any:
        return super().call(inputs) * 1e4 * 1e4 / 1e4 / 1e4


class UnderflowsInFloat16(Projection):
    """The square of 1e-4 is 0 in float16, where the square root's gradient is infinite."""

    def call(self, inputs: Any) -> Any:
        return ops.sqrt(ops.square(super().call(inputs) * 1e-4))


class CountsTraces(Projection):
    """Every compiled function computes something else."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.traces = itertools.count(1)

    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        return outputs * float(next(self.traces)) if is_traced(inputs) else outputs


class CountsGradients(Projection):
    """The outputs stay, the gradient changes from one function to the next."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.traces = itertools.count(1)

    def call(self, inputs: Any) -> Any:
        outputs = super().call(inputs)
        return outputs + (outputs - ops.stop_gradient(outputs)) * float(next(self.traces))


class FailsInTraining(Projection):
    def call(self, inputs: Any, training: bool | None = None) -> Any:
        outputs = super().call(inputs)
        return outputs / 0.0 if training else outputs


for _layer in [value for value in vars().values() if isinstance(value, type)]:
    if issubclass(_layer, keras.layers.Layer) and _layer.__module__ == __name__:
        keras.saving.register_keras_serializable(package=__name__)(_layer)
