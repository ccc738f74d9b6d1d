import pytest

from kerasdl.schedules import linear_scaling


def test_is_proportional_to_the_batch_size():
    # The paper's setting: 0.1 for 256 examples, 3.2 for 8192.
    assert linear_scaling(0.1, 8192) == pytest.approx(3.2)
    assert linear_scaling(0.1, 256) == 0.1
    assert linear_scaling(0.4, 32, base_batch_size=128) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1, 1), "base_learning_rate=0.*number above 0"),
        ((0.1, 0, 1), "batch_size=0.*number above 0"),
        ((0.1, 1, -1), "base_batch_size=-1.*number above 0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        linear_scaling(*arguments)
