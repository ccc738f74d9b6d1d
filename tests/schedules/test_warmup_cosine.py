import math

import keras
import pytest

from kerasdl.schedules import WarmupCosine


@pytest.mark.parametrize(("warmup_steps", "final"), [(0, 0.0), (10, 0.0), (50, 0.02)])
def test_closed_form(warmup_steps, final):
    schedule = WarmupCosine(0.2, 200, warmup_steps, final)
    for step in range(0, 201, 5):
        if step < warmup_steps:
            expected = 0.2 * step / warmup_steps
        else:
            angle = math.pi * (step - warmup_steps) / (200 - warmup_steps)
            expected = final + (0.2 - final) * math.cos(angle / 2) ** 2
        assert float(schedule(step)) == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_against_cosine_decay_of_keras():
    schedule = WarmupCosine(0.2, total_steps=130, warmup_steps=30)
    peer = keras.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.2, warmup_steps=30)
    for step in range(0, 200, 10):
        assert float(schedule(step)) == pytest.approx(float(peer(step)), rel=1e-5, abs=1e-7)


def test_stays_at_the_final_rate():
    schedule = WarmupCosine(0.2, 100, 10, 0.05)
    assert [float(schedule(step)) for step in (100, 101, 10**6)] == pytest.approx([0.05] * 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_learning_rate": -1}, "max_learning_rate=-1.*number above 0"),
        ({"total_steps": 0}, "total_steps=0.*number above 0"),
        ({"warmup_steps": -1}, "warmup_steps=-1.*number of at least 0"),
        ({"warmup_steps": 10}, "warmup_steps must be fewer than total_steps.*=10, total_steps=10"),
        ({"final_learning_rate": -1}, "final_learning_rate=-1.*number of at least 0"),
        ({"final_learning_rate": 1}, "final_learning_rate must be at most max_learning_rate.*=1,"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        WarmupCosine(**{"max_learning_rate": 0.1, "total_steps": 10} | arguments)
