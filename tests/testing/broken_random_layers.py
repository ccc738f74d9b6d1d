"""A good random layer, and the same with exactly one bug each."""

import itertools
from typing import Any

import keras
import numpy as np
from keras import ops

from kerasdl.layers.random_layer import RandomLayer


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


class GoesOn(RandomLayer):
    """A good layer, whose random numbers go on after loading."""

    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.rate = rate
        self.supports_masking = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training:
            return inputs
        chance = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator)
        return ops.where(chance < self.rate, -inputs, inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}


class StartsOver(GoesOn):
    """Loses the state when it is loaded."""

    def load_own_variables(self, store: Any) -> None:
        before = ops.convert_to_numpy(self.seed_generator.state)
        super().load_own_variables(store)
        self.seed_generator.state.assign(before)


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


class DrawsItsSeed(Noise):
    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed, **kwargs)
        drawn = int(np.random.default_rng().integers(9**9))
        self.seed_generator = keras.random.SeedGenerator(drawn)


class TakesNoSeed(Noise):
    def __init__(self, rate: float = 0.5, **kwargs: Any) -> None:
        super().__init__(rate, seed=5, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {**keras.layers.Layer.get_config(self), "rate": self.rate}


class OwnsNoGenerator(Unseeded):
    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs: Any) -> None:
        keras.layers.Layer.__init__(self, **kwargs)
        self.rate = rate
        self.seed = seed
        self.supports_masking = True


class _BreaksWhenTraced(Noise):
    def _flip(self, inputs: Any) -> Any:
        if keras.backend.backend() == "jax":
            import jax

            traced = isinstance(self.seed_generator.state.value, jax.core.Tracer)
        else:
            import tensorflow as tf

            traced = not tf.executing_eagerly()
        if not traced:
            return super()._flip(inputs)
        chance = keras.random.uniform(ops.shape(inputs), seed=self._traced_seed())
        return ops.where(chance < self.rate, -inputs, inputs)

    def _traced_seed(self) -> int:
        raise NotImplementedError


class FixedSeedWhenTraced(_BreaksWhenTraced):
    def _traced_seed(self) -> int:
        return 5


class CountsWhenTraced(_BreaksWhenTraced):
    """Its two calls in one trace differ, but every run of the trace is the same."""

    def build(self, input_shape: Any) -> None:
        self.calls = itertools.count()

    def _traced_seed(self) -> int:
        return next(self.calls)


for _layer in [value for value in vars().values() if isinstance(value, type)]:
    if issubclass(_layer, keras.layers.Layer) and _layer.__module__ == __name__:
        keras.saving.register_keras_serializable(package=__name__)(_layer)
