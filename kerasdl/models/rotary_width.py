"""What rotary positions ask of the width of a transformer."""

from kerasdl.arguments import check_positive_integers


def check_rotary_width(width: int, num_heads: int) -> None:
    """Checks that each attention head has pairs of numbers, which positions rotate.

    Raises:
        ValueError: If `width` is not a multiple of `2 * num_heads`, or one of them not positive.
    """
    check_positive_integers(width=width, num_heads=num_heads)
    if width % (2 * num_heads):
        raise ValueError(
            "width must be a multiple of 2 * num_heads: positions rotate pairs of each head's "
            f"numbers. Received: width={width}, num_heads={num_heads}"
        )
