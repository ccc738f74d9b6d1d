"""Seeds for the random layers inside a layer."""

import zlib


def derive_seed(seed: int | None, name: str) -> int | None:
    """A seed for one of several random sublayers, different for each name.

    Sublayers with one and the same seed would draw the same numbers: two
    dropouts would drop the same elements.

    Args:
        seed: Seed of the layer, or None.
        name: Name of the sublayer.

    Returns:
        An integer below 2**31, the same for the same arguments; None if there is no
        seed.

    Example:

    >>> from kerasdl.layers.seeds import derive_seed
    >>> derive_seed(1, "dropout") == derive_seed(1, "drop_path")
    False
    """
    if seed is None:
        return None
    return zlib.crc32(f"{seed}/{name}".encode()) & 0x7FFFFFFF
