"""Where the hand-written loops are compiled with XLA, and that it changes nothing."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kerasdl import ops
from kerasdl.ops import recurrent_tensorflow

WEIGHTS = {"simple_rnn": (1, (4,)), "lstm": (4, (16,)), "gru": (3, (2, 12))}


def weights_of(cell: str) -> list[Any]:
    gates, bias_shape = WEIGHTS[cell]
    random = np.random.default_rng(2)
    shapes = [(2, gates * 4), (4, gates * 4), bias_shape]
    return [tf.constant(random.normal(size=shape).astype("float32")) for shape in shapes]


def function_of(cell: str, time: int | None, training: bool, **options: Any) -> Any:
    weights = weights_of(cell)

    def gradient(inputs: Any, mask: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([inputs, *weights])
            outputs, _ = getattr(ops, cell)(
                inputs, *weights, mask=mask, training=training, **options
            )
            loss = tf.reduce_sum(outputs * outputs)
        return outputs, tape.gradient(loss, [inputs, *weights])

    signature = [tf.TensorSpec((None, time, 2)), tf.TensorSpec((None, time), "bool")]
    return tf.function(gradient, input_signature=signature, autograph=False)


def asks_for_xla(function: Any) -> bool:
    definition = function.get_concrete_function().graph.as_graph_def()
    return any(
        "_XlaMustCompile" in f.attr and f.attr["_XlaMustCompile"].b
        for f in definition.library.function
    )


@pytest.mark.parametrize(
    ("time", "training", "expected"),
    [(5, True, True), (None, True, False), (5, False, False), (None, False, False)],
)
def test_xla_is_for_training_with_sequences_of_known_length(
    time: int | None, training: bool, expected: bool
) -> None:
    assert asks_for_xla(function_of("lstm", time, training)) is expected


@pytest.mark.parametrize("cell", WEIGHTS)
def test_values_and_gradients_are_the_same_on_all_paths(cell: str) -> None:
    random = np.random.default_rng(4)
    inputs = tf.constant(random.normal(size=(3, 5, 2)).astype("float32"))
    mask = np.array([[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]], bool)
    compiled = function_of(cell, 5, training=True)(inputs, mask)
    for time, training in ((None, True), (5, False), (None, False)):
        other = function_of(cell, time, training)(inputs, mask)
        for a, b in zip(tf.nest.flatten(compiled), tf.nest.flatten(other), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_one_function_serves_all_lengths_and_batches() -> None:
    function = function_of("gru", None, training=True)
    random = np.random.default_rng(4)
    for batch, time in ((1, 1), (3, 5), (2, 9)):
        inputs = random.normal(size=(batch, time, 2)).astype("float32")
        outputs, slopes = function(inputs, np.ones((batch, time), bool))
        assert outputs.shape == (batch, time, 4)
        assert slopes[0].shape == inputs.shape
        assert np.all(np.isfinite(slopes[0]))


@pytest.mark.parametrize("cell", WEIGHTS)
def test_sizes_do_not_disturb_each_other(cell: str) -> None:
    random = np.random.default_rng(4)
    gates, bias_shape = WEIGHTS[cell]
    for units in (4, 6, 3):
        bias_shape = (*bias_shape[:-1], gates * units)
        shapes = [(2, gates * units), (units, gates * units), bias_shape]
        weights = [tf.constant(random.normal(size=shape).astype("float32")) for shape in shapes]
        for batch, time in ((2, 5), (3, 4), (1, 7)):
            inputs = tf.constant(random.normal(size=(batch, time, 2)).astype("float32"))
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                outputs, _ = getattr(ops, cell)(inputs, *weights, training=True)
            assert outputs.shape == (batch, time, units)
            assert tape.gradient(outputs, inputs).shape == inputs.shape


def test_layers_side_by_side_raise_no_alarm(caplog: pytest.LogCaptureFixture) -> None:
    """TensorFlow warns of a function that it traces again and again."""
    recurrent_tensorflow._functions.cache_clear()  # what other tests have traced
    tf.get_logger().addHandler(caplog.handler)
    try:
        with caplog.at_level("WARNING", logger="tensorflow"):
            for cell in WEIGHTS:
                for batch, time in ((1, 3), (2, 3), (3, 4)):
                    getattr(ops, cell)(tf.ones([batch, time, 2]), *weights_of(cell))
    finally:
        tf.get_logger().removeHandler(caplog.handler)
    assert "retracing" not in caplog.text


@pytest.mark.parametrize("training", [False, True])
def test_loops_run_inside_a_function_compiled_with_xla(training: bool) -> None:
    weights = weights_of("lstm")
    inputs = tf.constant(np.random.default_rng(4).normal(size=(3, 5, 2)).astype("float32"))

    def gradient(inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs, _ = ops.lstm(inputs, *weights, training=training)
            loss = tf.reduce_sum(outputs * outputs)
        return tape.gradient(loss, inputs)

    compiled = tf.function(gradient, jit_compile=True, autograph=False)(inputs)
    np.testing.assert_allclose(compiled, gradient(inputs), rtol=1e-5, atol=1e-5)
