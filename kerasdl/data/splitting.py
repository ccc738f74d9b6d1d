"""Splits that are pure functions of a seed."""

import numpy as np

from kerasdl.data.labelled_images import LabelledImages

# The test examples must not depend on the seed of a run.
TEST_SEED = 0


def random_stream(*seed: int) -> np.random.RandomState:
    """Returns random numbers that depend on the seed alone; zeros at its end do not count.

    `RandomState` because its streams are frozen, and data must be the same with
    every version of NumPy; `SeedSequence` because it takes seeds of any size.

    >>> random_stream(1, 2).randint(100) == random_stream(1, 2).randint(100)
    True
    """
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))


def random_order(count: int, *seed: int) -> np.ndarray:
    """Returns the numbers below `count` in an order that depends on the seed alone.

    >>> sorted(random_order(4, 1).tolist())
    [0, 1, 2, 3]
    """
    return random_stream(*seed).permutation(count)


def carve(
    examples: LabelledImages, fraction: float, seed: int, *, by_class: bool = False
) -> tuple[LabelledImages, LabelledImages]:
    """Returns the rest and the part that was carved, both in their original order.

    Args:
        examples: what to divide.
        fraction: how much to carve, between 0 and 1; at least one example is
            carved, and one is left.
        seed: decides which examples.
        by_class: whether to carve so much of each class; the only example of a class is
            left.

    Raises:
        ValueError: if the fraction is not between 0 and 1, or there are fewer
            than two examples.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"the fraction must be between 0 and 1; received {fraction}")
    if len(examples) < 2:
        raise ValueError(f"two examples or more are needed to divide; received {len(examples)}")
    labels = examples.labels if by_class else np.zeros(len(examples), int)
    carved = stratified_part(labels, fraction, seed)
    return examples.take(np.flatnonzero(~carved)), examples.take(np.flatnonzero(carved))


def stratified_part(
    labels: np.ndarray,
    fraction: float,
    seed: int,
    *,
    stream: int = 0,
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Returns which examples to carve: of each class its share, and at least one.

    The only example of a class is left.

    Args:
        labels: class indices.
        fraction: the share of a class.
        seed: decides which examples.
        stream: another number for another choice with the same seed.
        among: which examples may be chosen, a boolean for each; by default all.

    Returns:
        A boolean for each example.

    Example:

        >>> int(stratified_part(np.array([0, 0, 0, 0, 1, 1]), 0.25, seed=1).sum())
        2
    """
    chosen = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        size = min(max(round(len(members) * fraction), 1), len(members) - 1)
        free = members if among is None else members[among[members]]
        chosen[free[random_order(len(free), seed, int(label), stream)[:size]]] = True
    return chosen


def stratified_split(
    labels: np.ndarray, seed: int, validation_fraction: float = 0.15, test_fraction: float = 0.15
) -> dict[str, np.ndarray]:
    """Returns which examples are for training, validation and test, class by class.

    Each class has its share in every part, and at least one example. The test
    examples are the same for every seed.

    Args:
        labels: class indices; each class has three examples or more.
        seed: decides which examples are for validation.
        validation_fraction: the share of a class for validation.
        test_fraction: the share of a class for the test.

    Returns:
        The indices of `"train"`, `"validation"` and `"test"`, each in ascending order.

    Example:

        >>> parts = stratified_split(np.array([0, 0, 0, 0, 1, 1, 1]), seed=0)
        >>> {name: len(part) for name, part in parts.items()}
        {'train': 3, 'validation': 2, 'test': 2}
    """
    test = stratified_part(labels, test_fraction, TEST_SEED)
    validation = stratified_part(labels, validation_fraction, seed, stream=1, among=~test)
    parts = {"train": ~test & ~validation, "validation": validation, "test": test}
    return {name: np.flatnonzero(part) for name, part in parts.items()}
