"""Gradients: every weight and input has one, and it is the right one."""

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase, is_float, outputs_of, to_numpy
from kerasdl.testing.comparison import has_float64, require
from kerasdl.testing.differentiation import Gradients, differentiate, scalar_loss
from kerasdl.testing.functional_model import flat

CHECK = "gradients"

STEP = 1e-5  # the truncation error of a central difference is then some 1e-10
TOLERANCE = 1e-5


def check_gradients(case: LayerCase) -> None:
    """Checks that gradients exist, are finite and equal central differences in float64.

    The derivative along a random direction of each weight and each float input is compared;
    for random layers in training too, with the same seeds each time. On JAX, where Keras has
    no float64, only that gradients exist and are finite is checked.

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
    random = np.random.default_rng(2)

    def loss(inputs: Arrays) -> float:
        value = to_numpy(scalar_loss(outputs_of(case.call(layer, inputs, training))))
        for variable, values in zip(layer.variables, start, strict=True):
            if not variable.trainable:  # seeds and moving averages
                variable.assign(values)
        return float(value)

    def compare(name: str, gradient: np.ndarray, direction: np.ndarray, numeric: float) -> None:
        analytic = float(np.sum(gradient * direction))
        allowed = TOLERANCE * (1 + abs(analytic) + abs(numeric))
        require(
            abs(analytic - numeric) <= allowed,
            CHECK,
            case,
            f"the derivative by {name} (training={training}) is {analytic:.8g}, but central "
            f"differences give {numeric:.8g}.",
        )

    for weight in layer.trainable_weights:
        gradient = result.weights.get(weight.path)
        if gradient is None:
            continue
        values = to_numpy(weight)
        direction = _unit(random, values.shape)
        weight.assign(values + STEP * direction)
        above = loss(arrays)
        weight.assign(values - STEP * direction)
        below = loss(arrays)
        weight.assign(values)
        compare(weight.path, gradient, direction, (above - below) / (2 * STEP))

    for name, leaf in flat(arrays).items():
        input_gradient = result.inputs.get(name)
        if not is_float(leaf) or input_gradient is None:
            continue
        direction = _unit(random, leaf.shape)
        above = loss(_moved(arrays, name, STEP * direction))
        below = loss(_moved(arrays, name, -STEP * direction))
        compare(name, input_gradient, direction, (above - below) / (2 * STEP))


def _unit(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    direction = random.standard_normal(shape)
    return direction / np.linalg.norm(direction)


def _moved(arrays: Arrays, moved: str, step: np.ndarray) -> Arrays:
    return {
        name: [leaf + step if f"{name}_{i}" == moved else leaf for i, leaf in enumerate(value)]
        if isinstance(value, list)
        else (value + step if name == moved else value)
        for name, value in arrays.items()
    }


def _float64(array: np.ndarray) -> np.ndarray:
    return array.astype("float64") if is_float(array) and has_float64() else array


def _restore(layer: keras.layers.Layer, values: list[np.ndarray]) -> None:
    for variable, value in zip(layer.variables, values, strict=True):
        variable.assign(value)
