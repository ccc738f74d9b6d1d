"""How images are cut into patches."""

from collections.abc import Sequence

from kerasdl.data.data_error import DataError


def choose_patch_size(image_shape: Sequence[int], patch_size: int | None = None) -> int:
    """Returns the height and width of square patches that fill images without a rest.

    Args:
        image_shape: height, width and channels of the images.
        patch_size: what was asked for; None for a quarter of the height.

    Returns:
        The height and width of a patch.

    Raises:
        DataError: if such patches leave a rest; it lists the sizes that do not.

    Example:

        >>> choose_patch_size((28, 28, 1)), choose_patch_size((28, 28, 1), 4)
        (7, 4)
    """
    height, width, _ = image_shape
    size = max(height // 4, 1) if patch_size is None else patch_size
    fitting = [some for some in range(1, height + 1) if height % some == width % some == 0]
    if size not in fitting:
        sizes = ", ".join(map(str, fitting))
        raise DataError(
            f"images of {height}x{width} cannot be cut into patches of {size}x{size}; use "
            f"--patch-size with one of {sizes}, or --image-size with a multiple of {size}"
        )
    return size
