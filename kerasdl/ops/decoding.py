"""Searches for the most probable sequence of a model that gives one token after another."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Step = Callable[[Any, Any], tuple[Any, Any]]

_NEVER = -1e9
"""Stands for log 0, and stays finite whatever is added to it."""


def greedy_search(
    step: Step,
    state: Any,
    batch_size: Any,
    *,
    start_token: int,
    end_token: int,
    max_length: int,
    length_penalty: float = 0.0,
) -> tuple[Any, Any]:
    """Takes the most probable token at each step.

    Args:
        step: From tokens int32 `[batch]` and the state to the logits of the next token
            `[batch, vocabulary]` and the new state.
        state: Structure of tensors of unchanging shapes: all that `step` must know of the
            past. The first axis of each is `batch`, but for scalars.
        batch_size: Number of sequences; an integer or a scalar tensor.
        start_token: What `step` is given first.
        end_token: Ends a sequence.
        max_length: Number of tokens after which a sequence ends in any case.
        length_penalty: Exponent of `length_normalization`.

    Returns:
        Tokens int32 `[batch, max_length]`, zeros after the end token, and their scores
        float32 `[batch]`: log-probability, over the length's normalization.

    Raises:
        ValueError: If `max_length` is not positive.

    Example:

    >>> import numpy as np
    >>> likes = np.log([[.1, .2, .7], [.1, .2, .7], [.1, .6, .3]]).astype("float32")
    >>> def step(tokens, state):
    ...     return ops.take(likes, tokens, axis=0), state
    >>> tokens, scores = greedy_search(
    ...     step, (), 1, start_token=0, end_token=1, max_length=4)
    >>> np.asarray(tokens).tolist(), round(float(np.exp(scores[0])), 2)
    ([[2, 1, 0, 0]], 0.42)
    """
    _check_positive("max_length", max_length)
    positions = ops.arange(max_length)

    def go_on(index: Any, previous: Any, *rest: Any) -> Any:
        return ops.any(ops.logical_or(index == 0, previous != end_token))

    def advance(index: Any, previous: Any, tokens: Any, scores: Any, state: Any) -> Any:
        logits, state = step(previous, state)
        probabilities = _log_softmax(logits)
        ended = ops.logical_and(index > 0, previous == end_token)
        chosen = ops.where(ended, end_token, ops.cast(ops.argmax(logits, axis=-1), "int32"))
        taken = ops.take_along_axis(probabilities, ops.expand_dims(chosen, -1), axis=-1)[:, 0]
        written = ops.logical_and(positions == index, ops.expand_dims(~ended, -1))
        tokens = ops.where(written, ops.expand_dims(chosen, -1), tokens)
        scores = scores + ops.where(ended, 0.0, taken)
        return index + 1, chosen, tokens, scores, state

    start = (
        ops.zeros((), "int32"),
        ops.full((batch_size,), start_token, "int32"),
        ops.zeros((batch_size, max_length), "int32"),
        ops.zeros((batch_size,), "float32"),
        state,
    )
    _, _, tokens, scores, _ = _while(go_on, advance, start, max_length)
    lengths = ops.sum(ops.cast(_counted(tokens, end_token), "float32"), axis=-1)
    return tokens, scores / length_normalization(lengths, length_penalty)


def beam_search(
    step: Step,
    state: Any,
    batch_size: Any,
    *,
    start_token: int,
    end_token: int,
    max_length: int,
    beam_width: int,
    length_penalty: float = 0.6,
) -> tuple[Any, Any]:
    """Follows the `beam_width` most probable beginnings, and returns the best sequence.

    Sequences that have ended are kept apart from those that go on, and compete by their
    score: log-probability over `length_normalization`, so that short ones are not preferred
    (Wu et al. 2016, https://arxiv.org/abs/1609.08144, section 7). The search stops where
    nothing that goes on can become better than what has ended. With a beam as wide as
    there are beginnings, the result is the best of all sequences.

    Args:
        step: As in `greedy_search`, with `batch * beam_width` rows.
        state: As in `greedy_search`, for `batch` rows; it is repeated for the beams.
        batch_size: Number of sequences; an integer or a scalar tensor.
        start_token: What `step` is given first.
        end_token: Ends a sequence, and counts as one of its tokens.
        max_length: Largest number of tokens. A sequence that has not ended there is
            returned only where none has.
        beam_width: Number of beginnings that are followed.
        length_penalty: Exponent of `length_normalization`.

    Returns:
        Tokens int32 `[batch, max_length]`, zeros after the end token, and their scores
        float32 `[batch]`.

    Raises:
        ValueError: If `max_length` or `beam_width` is not positive.

    Example:

    >>> import numpy as np
    >>> likes = np.log([[.1, .4, .5], [.1, .2, .7], [.4, .3, .3]]).astype("float32")
    >>> def step(tokens, state):
    ...     return ops.take(likes, tokens, axis=0), state
    >>> tokens, scores = beam_search(
    ...     step, (), 1, start_token=0, end_token=1, max_length=3, beam_width=2, length_penalty=0.)
    >>> np.asarray(tokens).tolist(), round(float(np.exp(scores[0])), 2)
    ([[1, 0, 0]], 0.4)
    """
    _check_positive("max_length", max_length)
    _check_positive("beam_width", beam_width)
    positions = ops.arange(max_length)
    rows = ops.expand_dims(ops.arange(batch_size), -1) * beam_width

    def flat(x: Any) -> Any:
        return ops.reshape(x, (-1,))

    def pick(x: Any, beams: Any) -> Any:
        index = ops.expand_dims(beams, -1) if len(x.shape) == 3 else beams
        return ops.take_along_axis(x, index, axis=1)

    def go_on(index: Any, previous: Any, alive: Any, going: Any, ended: Any, *rest: Any) -> Any:
        # Log-probabilities only fall, and the longest sequence divides them by the most.
        bound = alive[:, 0] / length_normalization(float(max_length), length_penalty)
        return ops.any(ended[:, 0] < bound)

    def advance(
        index: Any, previous: Any, alive: Any, going: Any, ended: Any, done: Any, state: Any
    ) -> Any:
        logits, state = step(flat(previous), state)
        vocabulary = logits.shape[-1]
        totals = ops.reshape(_log_softmax(logits), (-1, beam_width, vocabulary))
        totals = totals + ops.expand_dims(alive, -1)
        # Each beginning can end in one way only: twice as many leave enough that go on.
        count = min(2 * beam_width, beam_width * vocabulary)
        totals, chosen = ops.top_k(ops.reshape(totals, (-1, beam_width * vocabulary)), count)
        tokens = ops.cast(chosen % vocabulary, "int32")
        beams = ops.cast(chosen // vocabulary, "int32")
        sequences = ops.where(positions == index, ops.expand_dims(tokens, -1), pick(going, beams))
        ends = tokens == end_token

        length = ops.cast(index + 1, "float32")
        scores = ops.where(ends, totals / length_normalization(length, length_penalty), _NEVER)
        ended = ops.concatenate([ended, scores], axis=1)
        done = ops.concatenate([done, sequences], axis=1)
        ended, best = ops.top_k(ended, beam_width)
        done = pick(done, ops.cast(best, "int32"))

        alive, best = ops.top_k(ops.where(ends, _NEVER, totals), beam_width)
        best = ops.cast(best, "int32")
        origin = flat(rows + pick(beams, best))
        state = keras.tree.map_structure(
            lambda x: ops.take(x, origin, axis=0) if len(x.shape) else x, state
        )
        return index + 1, pick(tokens, best), alive, pick(sequences, best), ended, done, state

    repeated = keras.tree.map_structure(
        lambda x: ops.repeat(x, beam_width, axis=0) if len(x.shape) else x, state
    )
    # All beams begin alike: but for the first they must not count.
    alone = ops.where(ops.arange(beam_width) == 0, 0.0, _NEVER)
    empty = ops.zeros((batch_size, beam_width, max_length), "int32")
    nothing = ops.full((batch_size, beam_width), _NEVER, "float32")
    start = (
        ops.zeros((), "int32"),
        ops.full((batch_size, beam_width), start_token, "int32"),
        nothing * 0.0 + alone,
        empty,
        nothing,
        empty,
        repeated,
    )
    _, _, alive, going, ended, done, _ = _while(go_on, advance, start, max_length)
    has_ended = ended[:, 0] > _NEVER / 2
    unended = alive[:, 0] / length_normalization(float(max_length), length_penalty)
    tokens = ops.where(ops.expand_dims(has_ended, -1), done[:, 0], going[:, 0])
    return tokens, ops.where(has_ended, ended[:, 0], unended)


def length_normalization(length: Any, penalty: float) -> Any:
    """What a sequence's log-probability is divided by: `((5 + length) / 6) ** penalty`.

    Wu et al. 2016, https://arxiv.org/abs/1609.08144, equation 14.

    Args:
        length: Number of tokens; a number or a tensor.
        penalty: 0: no normalization; 1: almost the mean over the tokens.

    Example:

    >>> length_normalization(7, 1.0)
    2.0
    """
    return ((5.0 + length) / 6.0) ** penalty


def _while(
    go_on: Callable[..., Any], advance: Callable[..., Any], start: tuple[Any, ...], limit: int
) -> Any:
    """`ops.while_loop` over nested structures."""
    tensors = keras.tree.flatten(start)

    def packed(function: Callable[..., Any]) -> Callable[..., Any]:
        def of_tensors(*flat: Any) -> Any:
            return function(*keras.tree.pack_sequence_as(start, list(flat)))

        return of_tensors

    found = ops.while_loop(
        packed(go_on),
        lambda *flat: tuple(keras.tree.flatten(packed(advance)(*flat))),
        tuple(tensors),
        maximum_iterations=limit,
    )
    return keras.tree.pack_sequence_as(start, list(found))


def _counted(tokens: Any, end_token: int) -> Any:
    """Which positions are part of a sequence: all up to its end token."""
    ends = ops.cast(tokens == end_token, "int32")
    return ops.cumsum(ends, axis=-1) - ends == 0


def _log_softmax(logits: Any) -> Any:
    return ops.log_softmax(ops.cast(logits, "float32"), axis=-1)


def _check_positive(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"`{name}` must be 1 or more. Received: {name}={value}")
