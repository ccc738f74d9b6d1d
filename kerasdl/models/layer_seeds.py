"""Seeds of the layers of a model, by number."""

import keras


def layer_seed(seed: int | None, number: int) -> int | None:
    """A seed that differs from layer to layer, and from those of the next `seed`.

    >>> layer_seed(1, 0), layer_seed(1, 1), layer_seed(2, 0), layer_seed(None, 0)
    (1000, 1001, 2000, None)
    """
    return None if seed is None else 1000 * seed + number


class LayerSeeds:
    """A seed of its own for each initializer, and others for the next `seed`.

    Args:
        seed: The seed of the model; None for weights that differ every time.
        first: Number of the first initializer, where several networks share `seed`.
    """

    def __init__(self, seed: int | None, first: int = 0) -> None:
        self._seed = seed
        self._number = first - 1

    def he_normal(self) -> keras.initializers.Initializer:
        """For layers with a rectifier after them (He et al. 2015)."""
        return keras.initializers.HeNormal(seed=self._take())

    def glorot_uniform(self) -> keras.initializers.Initializer:
        """For other layers (Glorot & Bengio 2010)."""
        return keras.initializers.GlorotUniform(seed=self._take())

    def orthogonal(self) -> keras.initializers.Initializer:
        """For what a recurrent layer multiplies its state with (Saxe et al. 2014)."""
        return keras.initializers.Orthogonal(seed=self._take())

    def _take(self) -> int | None:
        self._number += 1
        return layer_seed(self._seed, self._number)
