import pytest

from kerasdl.schedules import StepDecay


def test_closed_form():
    schedule = StepDecay(0.4, [10, 30, 35], decay_rate=0.25)
    for step in range(50):
        decays = sum(step >= boundary for boundary in (10, 30, 35))
        assert float(schedule(step)) == pytest.approx(0.4 * 0.25**decays, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"initial_learning_rate": 0}, "initial_learning_rate=0.*number above 0"),
        ({"boundaries": ()}, r"boundaries must be increasing positive steps.*=\(\)"),
        ({"boundaries": (0, 5)}, r"boundaries must be increasing positive steps.*=\(0, 5\)"),
        ({"boundaries": (5, 5)}, r"boundaries must be increasing positive steps.*=\(5, 5\)"),
        ({"boundaries": (9, 5)}, r"boundaries must be increasing positive steps.*=\(9, 5\)"),
        ({"decay_rate": 0}, r"decay_rate must be in \(0, 1\].*=0"),
        ({"decay_rate": 2}, r"decay_rate must be in \(0, 1\].*=2"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        StepDecay(**{"initial_learning_rate": 0.1, "boundaries": (5,)} | arguments)
