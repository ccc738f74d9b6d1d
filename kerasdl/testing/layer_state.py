"""What is inside a layer: other layers, and the state of its random numbers."""

from typing import Any

import keras

from kerasdl.layers.random_layer import RandomLayer


def sublayers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """All layers inside a layer, at any depth."""
    return list(layer._flatten_layers(include_self=False, recursive=True))


def seed_states(layer: keras.layers.Layer) -> list[Any]:
    """The state variables of all seed generators inside a layer."""
    return [v for v in layer.variables if v.name == "seed_generator_state"]


def goes_on(layer: keras.layers.Layer) -> bool:
    """Whether all random numbers of a layer go on where they stood when it was saved."""
    owners = [
        inner
        for inner in (layer, *sublayers(layer))
        if any(isinstance(value, keras.random.SeedGenerator) for value in vars(inner).values())
    ]
    return bool(owners) and all(isinstance(owner, RandomLayer) for owner in owners)


def copy_state(source: keras.layers.Layer, target: keras.layers.Layer) -> None:
    """Copies all variables, seed states included, between layers of the same structure."""
    for mine, other in zip(source.variables, target.variables, strict=True):
        other.assign(mine.value)
