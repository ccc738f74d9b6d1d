"""The configuration: complete, unchanged by use, and enough to make the same layer again."""

import inspect
import json
from collections.abc import Sequence
from typing import Any

import keras

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import canonical, config_difference, differences, require
from kerasdl.testing.layer_state import copy_state
from kerasdl.testing.tensors import outputs_of

CHECK = "config"
_PLAIN = (bool, int, float, str, type(None))


def check_arguments(*cases: LayerCase) -> None:
    """Checks that the cases of one layer give every constructor argument a non-default value.

    Otherwise the other checks would not notice an argument that is lost on the way.

    Args:
        cases: Cases of the same layer; what one leaves at its default another may exercise.
    """
    layers = [case.make() for case in cases]
    left = set(_parameters(layers[0]))
    for case, layer in zip(cases, layers, strict=True):
        for name, parameter in _parameters(layer).items():
            if isinstance(case.layer, type):
                value = case.arguments.get(name, parameter.default)
            else:
                value = getattr(layer, name, parameter.default)
            required = parameter.default is inspect.Parameter.empty
            excused = name in case.defaults_ok
            if required or excused or canonical(value) != canonical(parameter.default):
                left.discard(name)
    names = ", ".join(case.name for case in cases)
    require(
        not left,
        "arguments",
        cases[0],
        f"{sorted(left)} stay at their defaults in every case ({names}). Give them other values, "
        "or name them in `defaults_ok` with the reason.",
    )


def check_config(case: LayerCase) -> None:
    """Checks that the configuration holds every argument, never changes, and makes the same layer.

    Args:
        case: The layer.
    """
    layer = case.make()
    config = layer.get_config()
    _check_complete(case, layer, config)

    case.call(layer, training=False)
    case.call(layer, training=True)
    changed = config_difference(layer.get_config(), config)
    require(not changed, CHECK, case, f"build and call changed the configuration: {changed}")
    _check_complete(case, layer, config)

    # What every layer takes besides: lost where `**kwargs` do not reach `super().__init__`.
    other = case.make(name="other_name", trainable=False, dtype="mixed_bfloat16")
    for key, value in {"name": "other_name", "trainable": False}.items():
        require(
            getattr(other, key) == value and other.get_config().get(key) == value,
            CHECK,
            case,
            f"`{key}={value!r}` is lost; pass **kwargs to super().__init__ and start get_config "
            "from super().get_config().",
        )
    require(
        other.dtype_policy.name == "mixed_bfloat16", CHECK, case, "the argument `dtype` is lost."
    )

    layer = case.make_built()
    expected = outputs_of(case.call(layer))
    for way, clone in {
        "from_config(get_config())": type(layer).from_config(layer.get_config()),
        "serialize, JSON, deserialize": _through_json(layer),
        "from_config of the other name and dtype": type(layer).from_config(other.get_config()),
    }.items():
        if way.startswith("from_config of"):
            lost = config_difference(clone.get_config(), other.get_config())
            require(not lost, CHECK, case, f"{way} gives another configuration: {lost}")
            continue
        lost = config_difference(clone.get_config(), layer.get_config())
        require(not lost, CHECK, case, f"{way} gives another configuration: {lost}")
        case.call(clone)
        copy_state(layer, clone)
        text = differences(outputs_of(case.call(clone)), expected)
        require(not text, CHECK, case, f"{way} and equal weights give other outputs: {text}")


def _check_complete(case: LayerCase, layer: keras.layers.Layer, config: dict[str, Any]) -> None:
    for name in _parameters(layer):
        require(name in config, CHECK, case, f"argument {name!r} is no key of get_config.")
        require(hasattr(layer, name), CHECK, case, f"argument {name!r} is no attribute.")
        value, stored = getattr(layer, name), config[name]
        if isinstance(value, _PLAIN) and isinstance(stored, _PLAIN):
            require(
                value == stored,
                CHECK,
                case,
                f"attribute {name!r} is {value!r}, but get_config says {stored!r}.",
            )
        given = case.arguments.get(name) if isinstance(case.layer, type) else None
        if isinstance(given, (int, float)) and isinstance(stored, _PLAIN):
            require(
                given == stored,
                CHECK,
                case,
                f"argument {name!r} was {given!r}, but get_config says {stored!r}.",
            )


def _parameters(layer: keras.layers.Layer) -> dict[str, inspect.Parameter]:
    """The constructor's own arguments: those that every layer takes come by `**kwargs`."""
    parameters = inspect.signature(type(layer).__init__).parameters
    own = dict(list(parameters.items())[1:])
    variable: Sequence[Any] = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {
        name: parameter
        for name, parameter in own.items()
        if parameter.kind not in variable and name not in ("name", "dtype", "trainable")
    }


def _through_json(layer: keras.layers.Layer) -> keras.layers.Layer:
    text = json.dumps(keras.saving.serialize_keras_object(layer))
    return keras.saving.deserialize_keras_object(json.loads(text))
