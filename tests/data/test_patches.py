import pytest

from kerasdl.data import DataError, choose_patch_size


@pytest.mark.parametrize("patch_size", [1, 2, 3, 6])
def test_common_divisors_fit(patch_size):
    assert choose_patch_size((12, 18, 3), patch_size) == patch_size


@pytest.mark.parametrize(("height", "patch_size"), [(28, 7), (32, 8), (2, 1)])
def test_a_quarter_of_the_image_by_default(height, patch_size):
    assert choose_patch_size((height, height, 3)) == patch_size


@pytest.mark.parametrize(
    ("image_shape", "patch_size", "message"),
    [
        ((28, 28, 1), 5, "28x28 cannot be cut into patches of 5x5; .* one of 1, 2, 4, 7, 14, 28,"),
        ((12, 18, 3), 9, "12x18 cannot be cut into patches of 9x9; .* one of 1, 2, 3, 6,"),
        (
            (4, 4, 3),
            8,
            "4x4 cannot be cut into patches of 8x8; .*--image-size with a multiple of 8",
        ),
        ((30, 30, 3), None, "30x30 cannot be cut into patches of 7x7; .* one of 1, 2, 3, 5, 6, 10"),
        ((31, 28, 3), 4, "31x28 cannot be cut into patches of 4x4; .* one of 1, or --image-size"),
    ],
)
def test_others_do_not(image_shape, patch_size, message):
    with pytest.raises(DataError, match=message):
        choose_patch_size(image_shape, patch_size)
