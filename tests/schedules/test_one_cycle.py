import math

import pytest

from kerasdl.schedules import OneCycle


def anneal(form, start, end, fraction):
    if form == "linear":
        return start * (1 - fraction) + end * fraction
    return start + (end - start) * (1 - math.cos(math.pi * fraction)) / 2


@pytest.mark.parametrize("form", ["cosine", "linear"])
@pytest.mark.parametrize("warmup_fraction", [0.0, 0.25, 0.3, 0.99])
def test_closed_form(form, warmup_fraction):
    schedule = OneCycle(0.2, 1000, warmup_fraction, 20.0, 1e3, form)
    warmup_steps = 1000 * warmup_fraction
    for step in range(0, 1001, 25):
        if step < warmup_steps:
            expected = anneal(form, 0.01, 0.2, step / warmup_steps)
        else:
            expected = anneal(form, 0.2, 2e-4, (step - warmup_steps) / (1000 - warmup_steps))
        # float32 resolves fractions of the peak, hence the absolute tolerance.
        assert float(schedule(step)) == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_stays_at_the_final_rate():
    schedule = OneCycle(0.1, 100)
    assert float(schedule(100)) == pytest.approx(1e-5)
    assert [float(schedule(step)) for step in (101, 10**6)] == [float(schedule(100))] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_learning_rate": 0}, "max_learning_rate=0.*number above 0"),
        ({"max_learning_rate": float("nan")}, "max_learning_rate=nan.*number above 0"),
        ({"total_steps": 0}, "total_steps=0.*number above 0"),
        ({"initial_divisor": -1}, "initial_divisor=-1.*number above 0"),
        ({"final_divisor": float("inf")}, "final_divisor=inf.*number above 0"),
        ({"warmup_fraction": 1.0}, r"warmup_fraction=1.0.*\[0, 1\)"),
        ({"warmup_fraction": -0.1}, r"warmup_fraction=-0.1.*\[0, 1\)"),
        ({"annealing": "cosinus"}, r"annealing='cosinus'.*one of \('cosine', 'linear'\)"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        OneCycle(**{"max_learning_rate": 0.1, "total_steps": 10} | arguments)
