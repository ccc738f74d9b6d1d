"""Waiting for batches is measured where the step takes them."""

import time

import pytest
import tensorflow as tf
from tensorflow.python.framework import config as tf_config

from kerasdl.training.input_wait import InputWait
from kerasdl.training.progress import format_step


def slow_batches(count: int, seconds: float) -> tf.data.Dataset:
    def sleep(number: tf.Tensor) -> tf.Tensor:
        return tf.numpy_function(lambda n: (time.sleep(seconds), n)[1], [number], tf.int64)

    return tf.data.Dataset.range(count).map(sleep).prefetch(1)


def test_batches_are_the_same_and_their_number_is_known() -> None:
    batches = tf.data.Dataset.range(4).map(lambda n: ({"a": n}, (n, 2 * n)))
    measured = InputWait().measured(batches)
    assert measured.element_spec == batches.element_spec
    assert int(measured.cardinality()) == 4
    assert list(measured.as_numpy_iterator()) == list(batches.as_numpy_iterator())


def test_only_what_is_not_there_in_time_is_waited_for() -> None:
    hungry, sated = InputWait(), InputWait()
    for _ in hungry.measured(slow_batches(10, 0.02)):
        pass
    # At least the sleeping itself, but for the moments between two takes.
    assert hungry.seconds > 0.1
    for _ in sated.measured(slow_batches(10, 0.001)):
        time.sleep(0.02)
    assert sated.seconds < hungry.seconds / 2


def test_nothing_is_measured_on_several_devices_or_with_determinism() -> None:
    batches = tf.data.Dataset.range(2)
    shared = InputWait(replicas=2)
    assert shared.measured(batches) is batches
    assert shared.seconds is None
    tf_config.enable_op_determinism()
    try:
        wait = InputWait()
        assert wait.measured(batches) is batches
        assert wait.seconds is None
    finally:
        tf_config.disable_op_determinism()


@pytest.mark.parametrize(
    ("step", "wait", "text"),
    [
        (352.4, 0.2, "352 ms, waiting for input 0.20 ms of them"),
        (3.5, None, "3.50 ms, waiting for input not measured"),
        (None, None, "not measured"),
    ],
)
def test_in_words(step: float | None, wait: float | None, text: str) -> None:
    result = {"step_milliseconds": step, "input_wait_milliseconds": wait}
    assert format_step(result) == text
