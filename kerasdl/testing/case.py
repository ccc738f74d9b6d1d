"""One way to make and call a layer: what every check starts from."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

import keras
import numpy as np

from kerasdl.testing.input_spec import is_nested, is_shape, leaves_of, to_array
from kerasdl.testing.layer_state import seed_states
from kerasdl.testing.mask_spec import MaskSpec
from kerasdl.testing.tensors import to_numpy, to_tensors

Arrays = dict[str, Any]  # call argument -> array, or a nested structure of arrays

POLICIES = ("float32", "float64", "mixed_float16", "mixed_bfloat16")


@dataclasses.dataclass(frozen=True, eq=False)
class LayerCase:
    """A layer with constructor arguments and inputs.

    Args:
        layer: The layer class, or a function that makes the layer from `arguments` and passes
            further keyword arguments (`name`, `dtype`, `seed`...) on to it.
        arguments: Constructor arguments, every one different from its default.
        inputs: What the layer is called on. Each input is a full shape such as `(2, 5, 4)`
            (float32), a `RandomInput` (other dtypes and bounds) or an array. One input; or
            a list of inputs, in the order of `call`; or a dict from the name of the `call`
            argument to an input or a list of inputs.
        call_arguments: Further arguments of `call` that are not tensors.
        mask: `"ignore"`, `"pass"`, `"stop"` or a `MaskSpec`; `None` for layers that know no masks.
        random: Whether training is random; by default, whether the layer has a `SeedGenerator`.
        variable_axes: The axes whose size may be `None` and may change from call to call, for all
            inputs or by input. By default the batch, and also the time axis of `(batch, time,
            features)`, `(batch, time)` integers or booleans and `(batch, time, time)` booleans.
        variable_step: By how much sizes other than the batch grow when they change.
        defaults_ok: Constructor argument -> the reason why it stays at its default here.
        no_gradient: Weights (by the end of their path) and inputs that get no gradient.
        output_dtype: The outputs' dtype where it is not the layer's compute dtype.
        policies: The dtype policies that the layer supports.
        tolerance: Policy -> largest accepted deviation, relative to `1 + max|output|`.
        imports: Modules that a fresh process imports, besides `kerasdl`, to know the layer.
        id: Tells cases of the same layer apart.
    """

    layer: Callable[..., keras.layers.Layer]
    arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    inputs: Any = ()
    call_arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    mask: MaskSpec | Literal["ignore", "pass", "stop"] | None = None
    random: bool | None = None
    variable_axes: Mapping[str, tuple[int, ...]] | tuple[int, ...] | None = None
    variable_step: int = 2
    defaults_ok: Mapping[str, str] = dataclasses.field(default_factory=dict)
    no_gradient: tuple[str, ...] = ()
    output_dtype: str | None = None
    policies: tuple[str, ...] = POLICIES
    tolerance: Mapping[str, float] = dataclasses.field(default_factory=dict)
    imports: tuple[str, ...] = ()
    id: str = ""

    @property
    def name(self) -> str:
        """The layer's name with the case's id, for messages and test ids."""
        name = getattr(self.layer, "__name__", type(self.layer).__name__)
        return f"{name}-{self.id}" if self.id else name

    def make(self, **overrides: Any) -> keras.layers.Layer:
        """Returns a new, unbuilt layer."""
        layer = self.layer(**{**self.arguments, **overrides})
        if not isinstance(layer, keras.layers.Layer):
            raise TypeError(
                f"Received: {self.name} makes a {type(layer).__name__}. Expected: a Keras layer. "
                "Pass a layer class, or a function that returns a layer."
            )
        return layer

    def make_built(self, **overrides: Any) -> keras.layers.Layer:
        """Returns a new layer, built by a symbolic call, with the same test weights each time.

        Zeros and ones, which most biases and scales start from, would hide a weight that is
        lost or never used, so the trainable weights are overwritten.
        """
        layer = self.make(**overrides)
        self.call(layer, self.symbolic_inputs())
        random = np.random.default_rng(0)
        for weight in layer.trainable_weights:
            start = to_numpy(weight)
            if np.all(start == start.flat[0]):
                values = start + 0.1 * random.standard_normal(start.shape)
            else:
                fan_in = max(1, int(np.prod(start.shape[:-1])))
                values = random.standard_normal(start.shape) / np.sqrt(fan_in)
            weight.assign(values)
        return layer

    def is_random(self, layer: keras.layers.Layer) -> bool:
        """Whether the layer is said to be random in training."""
        return bool(seed_states(layer)) if self.random is None else self.random

    def arrays(self, batch: int | None = None, grow: bool = False) -> Arrays:
        """Returns the inputs as NumPy arrays by the name of the call argument.

        Args:
            batch: The batch size, if another than the case's.
            grow: Whether every other variable axis is larger than the case says.
        """
        arrays: Arrays = {}
        for name, spec in self._named_inputs().items():
            leaves = [to_array(leaf, f"{name}_{i}") for i, leaf in enumerate(leaves_of(spec))]
            leaves = [self._resize(name, leaf, batch, grow) for leaf in leaves]
            arrays[name] = leaves if is_nested(spec) else leaves[0]
        return arrays

    def symbolic_inputs(self) -> Arrays:
        """Returns `keras.Input`s like `arrays()`, with `None` on every variable axis."""
        arrays = self.arrays()
        shapes = self.shapes(arrays, dynamic=True)

        def make(array: Any, shape: tuple[int | None, ...], name: str) -> keras.KerasTensor:
            return keras.Input(batch_shape=shape, dtype=array.dtype.name, name=name)

        return {
            name: [
                make(leaf, shape, f"{name}_{i}")
                for i, (leaf, shape) in enumerate(zip(value, shapes[name], strict=True))
            ]
            if isinstance(value, list)
            else make(value, shapes[name], name)
            for name, value in arrays.items()
        }

    def call(
        self,
        layer: keras.layers.Layer,
        arrays: Arrays | None = None,
        training: bool | None = False,
        **more: Any,
    ) -> Any:
        """Calls the layer on `arrays` (tensors and symbolic ones do as well)."""
        arrays = self.arrays() if arrays is None else arrays
        first, *others = arrays.items()
        return layer(
            to_tensors(first[1]),
            **{name: to_tensors(value) for name, value in others},
            **self.call_arguments,
            **more,
            training=training,
        )

    def variable_axes_of(self, name: str, array: np.ndarray) -> tuple[int, ...]:
        """The axes of an input whose size may change."""
        if isinstance(self.variable_axes, Mapping):
            if name in self.variable_axes:
                return tuple(self.variable_axes[name])
        elif self.variable_axes is not None:
            return tuple(axis for axis in self.variable_axes if axis < array.ndim)
        if array.dtype == bool:
            return tuple(range(array.ndim))
        if array.ndim == 3 or (array.ndim == 2 and np.issubdtype(array.dtype, np.integer)):
            return (0, 1)
        return (0,) if array.ndim else ()

    def shapes(self, arrays: Arrays, dynamic: bool = False) -> dict[str, Any]:
        """The shapes of `arrays` by name, with `None` on variable axes where `dynamic`."""

        def shape(name: str, array: np.ndarray) -> tuple[int | None, ...]:
            unknown = self.variable_axes_of(name, array) if dynamic else ()
            return tuple(None if i in unknown else size for i, size in enumerate(array.shape))

        return {
            name: [shape(name, leaf) for leaf in value]
            if isinstance(value, list)
            else shape(name, value)
            for name, value in arrays.items()
        }

    def _named_inputs(self) -> dict[str, Any]:
        if isinstance(self.inputs, Mapping):
            return dict(self.inputs)
        several = isinstance(self.inputs, list) or (
            isinstance(self.inputs, tuple) and not is_shape(self.inputs)
        )
        inputs = list(self.inputs) if several else [self.inputs]
        layer_class = self.layer if isinstance(self.layer, type) else type(self.make())
        names = list(inspect.signature(layer_class.call).parameters)[1:]  # type: ignore[attr-defined]
        if len(names) < len(inputs):
            raise ValueError(
                f"Received: {len(inputs)} inputs for {self.name}. Expected: at most the "
                f"{len(names)} arguments of its `call`, {names}."
            )
        return dict(zip(names, inputs, strict=False))

    def _resize(self, name: str, array: np.ndarray, batch: int | None, grow: bool) -> np.ndarray:
        for axis in self.variable_axes_of(name, array):
            size = array.shape[axis]
            if axis == 0 and batch is not None:
                size = batch
            elif axis != 0 and grow:
                size += self.variable_step
            if size != array.shape[axis]:
                array = np.take(array, np.arange(size) % array.shape[axis], axis=axis)
        return array
