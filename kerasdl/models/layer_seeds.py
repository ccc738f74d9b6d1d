"""Seeds of initializers."""

import keras


class LayerSeeds:
    """A seed of its own for each initializer, and others for the next `seed`.

    Args:
        seed: The seed of the model; None for weights that differ every time.
        first: Number of the first initializer, where several networks share `seed`.
    """

    def __init__(self, seed: int | None, first: int = 0) -> None:
        self._next = None if seed is None else 1000 * seed + first

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
        taken = self._next
        if taken is not None:
            self._next = taken + 1
        return taken
