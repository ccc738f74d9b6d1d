"""The base class of all layers that draw random numbers."""

from typing import Any

import keras

_STATE = "seed_generator_state"


class RandomLayer(keras.layers.Layer):
    """A layer with a seed generator of its own, whose state is saved with the weights.

    Keras saves a generator's seed but not how often it was asked: after loading, its
    own `Dropout` starts once more with the masks of the first steps. With this class, a
    training that is saved and resumed goes on as if it had never stopped.

    Args:
        seed: Integer that makes the random numbers reproducible; None for another
            stream every time.
        **kwargs: Arguments of `keras.layers.Layer`.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def save_own_variables(self, store: Any) -> None:
        """Adds the generator's state to what is saved."""
        super().save_own_variables(store)
        store[_STATE] = self.seed_generator.state

    def load_own_variables(self, store: Any) -> None:
        """Takes the generator's state, if there is one, from what was saved."""
        weights = {name: store[name] for name in store.keys()}  # noqa: SIM118 - no mapping
        # Weights of a layer of Keras, or of an older version, come without it.
        state = weights.pop(_STATE, None)
        super().load_own_variables(weights)
        if state is not None:
            self.seed_generator.state.assign(state)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        return super().get_config() | {"seed": self.seed}
