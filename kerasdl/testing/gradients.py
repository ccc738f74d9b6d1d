"""Gradients: every weight and input has one, and it is the right one."""

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase
from kerasdl.testing.comparison import has_float64, require
from kerasdl.testing.differentiation import Gradients, differentiate, scalar_loss
from kerasdl.testing.tensors import is_float, outputs_of, to_numpy

CHECK = "gradients"

STEP = 1e-6  # rounding then costs central differences some 1e-9, truncation less
TOLERANCE = 1e-6
DIRECTIONS = 2


def check_gradients(case: LayerCase) -> None:
    """Checks that gradients exist, are finite and equal central differences in float64.

    Derivatives along random directions, in which all weights and float inputs move, are
    compared; for random layers in training too, with the same seeds each time. On JAX, where
    Keras has no float64, only that gradients exist and are finite is checked.

    Args:
        case: The layer.
    """
    layer = case.make_built(dtype="float64" if has_float64() else "float32")
    arrays = {
        name: [_float64(leaf) for leaf in value] if isinstance(value, list) else _float64(value)
        for name, value in case.arrays().items()
    }
    modes = (False, True) if case.is_random(layer) else (False,)
    start = [to_numpy(v) for v in layer.variables]
    results = {}
    for training in modes:
        results[training] = differentiate(case, layer, arrays, training=training)
        _restore(layer, start)
    _check_connected(case, list(results.values()))
    if has_float64():
        for training, result in results.items():
            _check_differences(case, layer, arrays, training, start, result)


def _check_connected(case: LayerCase, results: list[Gradients]) -> None:
    for name in [*results[0].weights, *results[0].inputs]:
        gradients = [{**result.weights, **result.inputs}[name] for result in results]
        known = [gradient for gradient in gradients if gradient is not None]
        finite = all(bool(np.isfinite(gradient).all()) for gradient in known)
        require(finite, CHECK, case, f"the gradient of {name} is not finite.")
        if not name.endswith(case.no_gradient):
            # JAX has no disconnected gradients, but exact zeros.
            present = any(bool(np.any(gradient != 0)) for gradient in known)
            require(
                present,
                CHECK,
                case,
                f"{name} gets no gradient; if that is meant, name it in `no_gradient`.",
            )


def _check_differences(
    case: LayerCase,
    layer: keras.layers.Layer,
    arrays: Arrays,
    training: bool,
    start: list[np.ndarray],
    result: Gradients,
) -> None:
    """Compares along random directions in which everything moves; names the culprit if needed."""
    gradients = {
        name: gradient
        for name, gradient in {**result.weights, **result.inputs}.items()
        if gradient is not None
    }
    weights = {weight.path: weight for weight in layer.trainable_weights}
    random = np.random.default_rng(2)

    def loss(steps: dict[str, np.ndarray]) -> float:
        for name, step in steps.items():
            if name in weights:
                weights[name].assign(to_numpy(weights[name]) + step)
        outputs = outputs_of(case.call(layer, _moved(arrays, steps), training))
        _restore(layer, start)
        return float(to_numpy(scalar_loss(outputs)))

    def error(names: list[str]) -> tuple[float, float]:
        """The derivative along one direction, by the gradients and by differences."""
        directions = {name: _unit(random, gradients[name].shape) for name in names}
        steps = {name: STEP * direction for name, direction in directions.items()}
        back = {name: -step for name, step in steps.items()}
        analytic = sum(float(np.sum(gradients[name] * directions[name])) for name in names)
        return analytic, (loss(steps) - loss(back)) / (2 * STEP)

    def agree(analytic: float, numeric: float) -> bool:
        return abs(analytic - numeric) <= TOLERANCE * (1 + abs(analytic) + abs(numeric))

    everything = list(gradients)
    if not everything or all(agree(*error(everything)) for _ in range(DIRECTIONS)):
        return
    for names in [*([name] for name in everything), everything]:
        analytic, numeric = error(names)
        require(
            agree(analytic, numeric),
            CHECK,
            case,
            f"the derivative by {', '.join(names)} (training={training}) is {analytic:.9g}, "
            f"but central differences give {numeric:.9g}.",
        )


def _unit(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    direction = random.standard_normal(shape)
    return direction / np.linalg.norm(direction)


def _moved(arrays: Arrays, steps: dict[str, np.ndarray]) -> Arrays:
    def move(name: str, leaf: np.ndarray) -> np.ndarray:
        return leaf + steps[name] if name in steps else leaf

    return {
        name: [move(f"{name}_{i}", leaf) for i, leaf in enumerate(value)]
        if isinstance(value, list)
        else move(name, value)
        for name, value in arrays.items()
    }


def _float64(array: np.ndarray) -> np.ndarray:
    return array.astype("float64") if is_float(array) and has_float64() else array


def _restore(layer: keras.layers.Layer, values: list[np.ndarray]) -> None:
    for variable, value in zip(layer.variables, values, strict=True):
        variable.assign(value)
