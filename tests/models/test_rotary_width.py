"""What rotary positions ask of the width of a transformer."""

import pytest

from kerasdl.models.rotary_width import check_rotary_width


@pytest.mark.parametrize(
    ("width", "num_heads", "message"),
    [
        (8, 8, r"multiple of 2 \* num_heads: positions rotate .* width=8, num_heads=8"),
        (36, 4, r"multiple of 2 \* num_heads: positions rotate .* width=36, num_heads=4"),
        (0, 4, "width=0. Expected an integer of at least 1"),
        (8, 0, "num_heads=0. Expected an integer of at least 1"),
    ],
)
def test_width_without_pairs_for_each_head(width: int, num_heads: int, message: str) -> None:
    check_rotary_width(8, 4)
    with pytest.raises(ValueError, match=message):
        check_rotary_width(width, num_heads)
