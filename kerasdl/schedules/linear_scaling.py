"""The linear scaling rule."""

from kerasdl.arguments import check_positive


def linear_scaling(base_learning_rate: float, batch_size: int, base_batch_size: int = 256) -> float:
    """The learning rate for a batch size, given the one for another.

    A batch k times as large makes k times fewer steps; k times the rate makes up for
    that, as long as a warm-up precedes it and the batch is not too large (some
    thousands). Goyal et al. (2017), "Accurate, large minibatch SGD". For SGD; with Adam,
    the square root of k is nearer the mark.

    Args:
        base_learning_rate: The rate that is right for `base_batch_size`.
        batch_size: Examples in a batch, over all devices.
        base_batch_size: Batch size of the base rate.

    Returns:
        `base_learning_rate * batch_size / base_batch_size`.

    Raises:
        ValueError: If an argument is not positive.

    Example:

    >>> linear_scaling(0.1, batch_size=1024)
    0.4
    """
    check_positive(
        base_learning_rate=base_learning_rate,
        batch_size=batch_size,
        base_batch_size=base_batch_size,
    )
    return base_learning_rate * batch_size / base_batch_size
