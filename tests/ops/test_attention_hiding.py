import numpy as np
import pytest

from kerasdl.ops.attention_hiding import finish, hide, visible_rows

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("offset", [-2, 0, 9])
def test_visible_rows(offset, causal, rows):
    mask = RNG.random((4, 2, rows, 6)) > 0.6
    mask[0] = False
    seen = np.broadcast_to(mask, (4, 2, 5, 6))
    if causal:
        seen = seen & (np.arange(6) <= np.arange(5)[:, None] + offset)
    received = np.array(visible_rows(mask, causal, 5, offset))
    np.testing.assert_array_equal(
        np.broadcast_to(received, (4, 2, 5, 1)), seen.any(axis=-1, keepdims=True)
    )


def test_nothing_hidden_nothing_changed():
    x = RNG.normal(size=(1, 1, 3, 2))
    x[0, 0, 0] = np.nan
    query, key, value, rows = hide(x, x, x, None, causal=False)
    assert query is key is value is x
    assert finish(x, rows) is x


def test_hidden_zeros_and_poisoned_rows():
    query = RNG.normal(size=(1, 2, 3, 2)).astype("float32")
    key = RNG.normal(size=(1, 1, 3, 2)).astype("float32")
    value = key.copy()
    key[0, 0, 0], value[0, 0, 2] = np.inf, np.nan
    mask = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)[None, None]
    hidden_query, hidden_key, hidden_value, rows = hide(query, key, value, mask, causal=False)
    for hidden, original in ((hidden_key, key), (hidden_value, value)):
        expected = original.copy()
        expected[0, 0, [0, 2]] = 0.0
        np.testing.assert_array_equal(hidden, expected)
    np.testing.assert_array_equal(np.array(hidden_query)[:, :, 2], np.zeros((1, 2, 2)))
    np.testing.assert_array_equal(np.array(hidden_query)[:, :, :2], query[:, :, :2])
    finished = np.array(finish(np.ones((1, 2, 3, 2), "float32"), rows))
    assert np.isnan(finished[:, :, 0]).all()  # attends to the infinite key
    assert (finished[:, :, 1] == 1).all()
    assert (finished[:, :, 2] == 0).all()  # attends to nothing
