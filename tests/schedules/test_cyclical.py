import pytest

from kerasdl.schedules import Cyclical


@pytest.mark.parametrize("mode", ["triangular", "triangular2"])
def test_closed_form(mode):
    schedule = Cyclical(0.01, 0.09, 20, mode)
    for step in range(200):
        # Smith's own formula, section 3 of the paper, whose cycles count from 1.
        cycle = step // 40 + 1
        height = max(0, 1 - abs(step / 20 - 2 * cycle + 1))
        if mode == "triangular2":
            height /= 2 ** (cycle - 1)
        assert float(schedule(step)) == pytest.approx(0.01 + 0.08 * height, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"min_learning_rate": 0}, "min_learning_rate=0.*number above 0"),
        ({"max_learning_rate": 0.05}, "max_learning_rate must be at least min_.*=0.05, min_.*=0.1"),
        ({"half_cycle_steps": 0}, "half_cycle_steps=0.*number above 0"),
        ({"mode": "exp"}, r"mode='exp'.*one of \('triangular', 'triangular2'\)"),
    ],
)
def test_bad_arguments(arguments, message):
    good = {"min_learning_rate": 0.1, "max_learning_rate": 0.2, "half_cycle_steps": 5}
    with pytest.raises(ValueError, match=message):
        Cyclical(**good | arguments)
