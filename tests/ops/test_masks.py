import numpy as np
import pytest

from kerasdl.ops import causal_mask, merge_masks, padding_mask, sliding_window_mask


def test_padding_mask_of_lengths() -> None:
    mask = padding_mask([0, 2, 3], max_length=3)
    expected = [[t < length for t in range(3)] for length in (0, 2, 3)]
    np.testing.assert_array_equal(mask, expected)


def test_padding_mask_of_tokens() -> None:
    tokens = np.array([[7, 9, 5], [9, 9, 1]])
    np.testing.assert_array_equal(padding_mask(tokens=tokens, padding_token=9), tokens != 9)


@pytest.mark.parametrize("offset", [0, 2, -1])
def test_causal_mask(offset: int) -> None:
    mask = np.array(causal_mask(4, 5, offset))
    expected = [[[j <= i + offset for j in range(5)] for i in range(4)]]
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [1, 2, 9])
def test_sliding_window_mask(window: int, causal: bool) -> None:
    mask = np.array(sliding_window_mask(4, 6, window=window, causal=causal, offset=1))
    expected = [
        [
            [abs(i + 1 - j) < window and (not causal or j <= i + 1) for j in range(6)]
            for i in range(4)
        ]
    ]
    np.testing.assert_array_equal(mask, expected)


def test_merge_masks_is_and() -> None:
    rng = np.random.default_rng(0)
    three, four = rng.random((2, 3, 4)) > 0.3, rng.random((1, 5, 3, 4)) > 0.3
    queries, keys = rng.random((2, 3)) > 0.3, rng.random((2, 4)) > 0.3
    merged = merge_masks(three, None, four, query_mask=queries, key_mask=keys)
    expected = three[:, None] & four & queries[:, None, :, None] & keys[:, None, None, :]
    np.testing.assert_array_equal(merged, expected)


def test_merge_masks_takes_integers() -> None:
    merged = merge_masks(np.array([[[1, 0]]]))
    np.testing.assert_array_equal(merged, [[[[True, False]]]])


def test_merging_nothing_gives_nothing() -> None:
    assert merge_masks(None) is None


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="either `lengths` or `tokens`"):
        padding_mask()
    with pytest.raises(ValueError, match="either `lengths` or `tokens`"):
        padding_mask([1], 2, tokens=[[1, 2]])
    with pytest.raises(ValueError, match="needs `max_length`"):
        padding_mask([1])
    with pytest.raises(ValueError, match=r"`lengths` must be of rank 1.*\(1, 1\)"):
        padding_mask([[1]], max_length=2)
    with pytest.raises(ValueError, match=r"`tokens` must be of rank 2.*\(3,\)"):
        padding_mask(tokens=[1, 2, 3])
    for window in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match=f"window={window}.*integer of at least 1"):
            sliding_window_mask(3, window=window)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"Received shape \(2, 3\).*`key_mask`"):
        merge_masks(np.ones((2, 3), bool))
    with pytest.raises(ValueError, match=r"must be boolean.*float32.*`bias`"):
        merge_masks(np.ones((1, 2, 3), "float32"))
    with pytest.raises(ValueError, match=r"`query_mask` must be of rank 2.*\(2,\)"):
        merge_masks(query_mask=np.ones(2, bool))
    with pytest.raises(ValueError, match=r"`key_mask` must be of rank 2.*\(1, 1, 2\)"):
        merge_masks(key_mask=np.ones((1, 1, 2), bool))
