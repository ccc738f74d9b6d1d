import pytest

from kerasdl.schedules import InverseSqrt


@pytest.mark.parametrize("step", [0, 1, 100, 3998, 3999, 4000, 5000, 100_000])
def test_is_the_papers_schedule(step):
    # Equation 3 of "Attention is all you need" for its base model.
    d_model, warmup_steps = 512, 4000
    schedule = InverseSqrt((d_model * warmup_steps) ** -0.5, warmup_steps)
    step_num = step + 1
    expected = d_model**-0.5 * min(step_num**-0.5, step_num * warmup_steps**-1.5)
    assert float(schedule(step)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_learning_rate": 0}, "max_learning_rate=0.*number above 0"),
        ({"warmup_steps": 0}, "warmup_steps=0.*number above 0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        InverseSqrt(**{"max_learning_rate": 0.1, "warmup_steps": 10} | arguments)
