"""Greedy and beam search against all sequences, one by one."""

import itertools
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from kerasdl.ops.decoding import beam_search, greedy_search, length_normalization

START, END, VOCABULARY, LENGTH = 0, 1, 4, 4


def table(seed: int, batch: int = 3, end_bonus: float = 0.0) -> np.ndarray:
    """Log-probabilities `[batch, step, previous token, token]` of a model with a memory of one."""
    logits = np.random.default_rng(seed).normal(size=(batch, LENGTH, VOCABULARY, VOCABULARY)) * 2
    logits[..., END] += end_bonus
    logits[..., START] = -1e9
    return (logits - np.log(np.exp(logits).sum(-1, keepdims=True))).astype("float32")


def steps(probabilities: np.ndarray) -> tuple[Any, dict[str, Any]]:
    """A step that reads the table of its own row, at a time of its own."""
    held = ops.convert_to_tensor(probabilities)

    def step(tokens: Any, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        now = ops.take(state["table"], state["time"], axis=1)
        logits = ops.take_along_axis(now, ops.reshape(tokens, (-1, 1, 1)), axis=1)[:, 0]
        return logits + 3.0, {"table": state["table"], "time": state["time"] + 1}

    return step, {"table": held, "time": ops.zeros((), "int32")}


def all_sequences() -> list[tuple[int, ...]]:
    """Every sequence that ends within `LENGTH` tokens."""
    words = [token for token in range(VOCABULARY) if token not in (START, END)]
    return [
        (*words_before, END)
        for length in range(LENGTH)
        for words_before in itertools.product(words, repeat=length)
    ]


def score(probabilities: np.ndarray, sequence: tuple[int, ...], penalty: float) -> float:
    total, previous = 0.0, START
    for time, token in enumerate(sequence):
        total += float(probabilities[time, previous, token])
        previous = token
    return total / ((5 + len(sequence)) / 6) ** penalty


def padded(sequence: tuple[int, ...]) -> list[int]:
    return [*sequence, *[0] * (LENGTH - len(sequence))]


@pytest.mark.parametrize("penalty", [0.0, 0.6, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_wide_beam_finds_the_best_of_all_sequences(seed: int, penalty: float) -> None:
    probabilities = table(seed)
    step, state = steps(probabilities)
    tokens, scores = beam_search(
        step,
        state,
        3,
        start_token=START,
        end_token=END,
        max_length=LENGTH,
        beam_width=2 ** (LENGTH - 1) * 2,
        length_penalty=penalty,
    )
    for row in range(3):
        best = max(all_sequences(), key=lambda s: score(probabilities[row], s, penalty))
        assert ops.convert_to_numpy(tokens)[row].tolist() == padded(best)
        assert float(scores[row]) == pytest.approx(
            score(probabilities[row], best, penalty), abs=1e-5
        )


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_narrow_beam_is_the_textbook_loop(seed: int, width: int) -> None:
    probabilities, penalty = table(seed), 0.8
    step, state = steps(probabilities)
    tokens, scores = beam_search(
        step,
        state,
        3,
        start_token=START,
        end_token=END,
        max_length=LENGTH,
        beam_width=width,
        length_penalty=penalty,
    )
    for row in range(3):
        going: list[tuple[int, ...]] = [()]
        ended: list[tuple[int, ...]] = []
        for _ in range(LENGTH):
            longer = [(*s, t) for s in going for t in range(VOCABULARY) if t != START]
            longer.sort(key=lambda s: score(probabilities[row], s, 0.0), reverse=True)
            longer = longer[: 2 * width]
            ended += [s for s in longer if s[-1] == END]
            going = [s for s in longer if s[-1] != END][:width]
        best = max(ended or going, key=lambda s: score(probabilities[row], s, penalty))
        assert ops.convert_to_numpy(tokens)[row].tolist() == padded(best)
        assert float(scores[row]) == pytest.approx(
            score(probabilities[row], best, penalty), abs=1e-5
        )


@pytest.mark.parametrize("end_bonus", [0.0, 3.0, -1e9])
def test_greedy_takes_the_best_token_each_time(end_bonus: float) -> None:
    probabilities = table(5, end_bonus=end_bonus)
    step, state = steps(probabilities)
    tokens, scores = greedy_search(
        step,
        state,
        3,
        start_token=START,
        end_token=END,
        max_length=LENGTH,
        length_penalty=0.6,
    )
    for row in range(3):
        sequence: list[int] = []
        previous = START
        while len(sequence) < LENGTH and END not in sequence:
            previous = int(probabilities[row, len(sequence), previous].argmax())
            sequence.append(previous)
        assert ops.convert_to_numpy(tokens)[row].tolist() == padded(tuple(sequence))
        assert float(scores[row]) == pytest.approx(
            score(probabilities[row], tuple(sequence), 0.6), abs=1e-5
        )


def test_what_never_ends_is_cut() -> None:
    probabilities = table(2, end_bonus=-1e9)
    step, state = steps(probabilities)
    tokens, scores = beam_search(
        step, state, 3, start_token=START, end_token=END, max_length=LENGTH, beam_width=16
    )
    words = [token for token in range(VOCABULARY) if token not in (START, END)]
    for row in range(3):
        best = max(
            itertools.product(words, repeat=LENGTH),
            key=lambda s: score(probabilities[row], s, 0.0),
        )
        assert ops.convert_to_numpy(tokens)[row].tolist() == list(best)
        assert float(scores[row]) == pytest.approx(score(probabilities[row], best, 0.6), abs=1e-5)


def test_inside_a_graph_of_unknown_batch() -> None:
    probabilities = table(1)
    arguments = {"start_token": START, "end_token": END, "max_length": LENGTH}

    @tf.function(
        input_signature=[tf.TensorSpec([None, LENGTH, VOCABULARY, VOCABULARY], tf.float32)],
        autograph=False,
    )
    def search(held: Any) -> Any:
        step, state = steps(probabilities)
        state["table"] = held
        beam = beam_search(step, state, ops.shape(held)[0], beam_width=2, **arguments)
        return beam, greedy_search(step, state, ops.shape(held)[0], **arguments)

    step, state = steps(probabilities)
    beam = beam_search(step, state, 3, beam_width=2, **arguments)
    greedy = greedy_search(step, state, 3, **arguments)
    for found, expected in zip(search(probabilities), (beam, greedy), strict=True):
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-6)


def test_length_normalization() -> None:
    assert length_normalization(1, 0.6) == 1.0
    assert length_normalization(13, 0.5) == pytest.approx(3**0.5)


@pytest.mark.parametrize(("name", "value"), [("max_length", 0), ("beam_width", 0)])
def test_sizes_are_positive(name: str, value: int) -> None:
    arguments: dict[str, Any] = {"max_length": 2, "beam_width": 2} | {name: value}
    with pytest.raises(ValueError, match=f"`{name}` must be 1 or more"):
        beam_search(lambda t, s: (t, s), (), 1, start_token=0, end_token=1, **arguments)


def test_greedy_length_is_positive() -> None:
    with pytest.raises(ValueError, match="`max_length` must be 1 or more"):
        greedy_search(lambda t, s: (t, s), (), 1, start_token=0, end_token=1, max_length=0)
