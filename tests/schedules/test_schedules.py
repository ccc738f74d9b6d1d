"""What all schedules have in common."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import schedules

# One of each, with no argument at its default.
EXAMPLES = [
    schedules.OneCycle(0.3, 100, 0.4, 10.0, 1e3, "linear", name="one"),
    schedules.WarmupCosine(0.3, 100, 10, 0.01, name="warmup"),
    schedules.StepDecay(0.3, (10, 20), 0.5, name="decay"),
    schedules.Cyclical(0.1, 0.3, 25, "triangular2", name="cycle"),
    schedules.InverseSqrt(0.3, 10, name="root"),
]

every_schedule = pytest.mark.parametrize("schedule", EXAMPLES, ids=lambda s: type(s).__name__)


def test_every_schedule_has_an_example():
    classes = {value for value in vars(schedules).values() if isinstance(value, type)}
    assert {type(schedule) for schedule in EXAMPLES} == classes
    assert {cls.__name__ for cls in classes} | {"linear_scaling"} == set(schedules.__all__)


@every_schedule
def test_config_round_trip(schedule):
    config = schedule.get_config()
    assert {name: getattr(schedule, name) for name in config} == config
    again = type(schedule).from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    data = json.loads(json.dumps(keras.saving.serialize_keras_object(schedule)))
    assert data["registered_name"] == f"kerasdl>{type(schedule).__name__}"
    assert keras.saving.deserialize_keras_object(data).get_config() == config


@every_schedule
@pytest.mark.parametrize("compiled", [False, True])
def test_same_rate_from_any_kind_of_step(schedule, compiled):
    in_graph = tf.function(schedule, jit_compile=compiled)
    for step in (0, 7, 10, 33, 100, 1000):
        rate = schedule(step)
        assert rate.shape == ()
        assert rate.dtype == "float32"
        for dtype in ("int32", "int64"):
            np.testing.assert_allclose(in_graph(tf.constant(step, dtype)), rate, rtol=1e-6)


@every_schedule
def test_drives_an_optimizer(schedule):
    weight = keras.Variable(1.0)
    optimizer = keras.optimizers.SGD(schedule)
    optimizer.build([weight])
    for step in range(3):
        before = float(weight.value)
        rate = float(optimizer.learning_rate)
        assert rate == pytest.approx(float(schedule(step)))
        optimizer.apply([tf.constant(1.0)])
        assert before - float(weight.value) == pytest.approx(rate, abs=1e-6)


@every_schedule
def test_saved_and_loaded_with_a_model(schedule, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    assert int(loaded.optimizer.iterations) == 2
    assert float(loaded.optimizer.learning_rate) == float(model.optimizer.learning_rate)
