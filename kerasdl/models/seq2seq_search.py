"""Sequences from an encoder-decoder: one token after another, and what it looks at."""

from typing import Any

import keras
from keras import ops

from kerasdl.layers.blocks.transformer_decoder_block import TransformerDecoderBlock
from kerasdl.models.seq2seq import PADDING
from kerasdl.ops.decoding import Step, beam_search, greedy_search


def search(
    model: keras.Model,
    source: Any,
    *,
    start_token: int,
    end_token: int,
    max_length: int,
    beam_width: int = 1,
    length_penalty: float = 0.6,
) -> tuple[Any, Any]:
    """Finds a target for each source, by greedy or beam search.

    Each step computes one position: the LSTM from its states, the transformer from the
    cached keys and values of those before.

    Args:
        model: What `seq2seq_lstm` or `seq2seq_transformer` returned.
        source: Token ids `[batch, source time]`, 0 for padding.
        start_token: What the decoder is given first.
        end_token: Ends a sequence.
        max_length: Largest number of tokens of a target, with its end token.
        beam_width: Number of beginnings that are followed; 1: greedy search.
        length_penalty: Exponent of `kerasdl.ops.decoding.length_normalization`.

    Returns:
        Tokens int32 `[batch, max_length]`, zeros after the end token, and their scores
        float32 `[batch]`: log-probability, over the length's normalization.

    Example:

    >>> import numpy as np
    >>> from kerasdl.models import seq2seq_lstm
    >>> model = seq2seq_lstm(vocabulary_size=20, units=8)
    >>> tokens, scores = search(
    ...     model, np.array([[5, 4, 0]]), start_token=1, end_token=2, max_length=6, beam_width=3)
    >>> tuple(tokens.shape), tuple(scores.shape)
    ((1, 6), (1,))
    """
    state, step = decoding(model, source, max_length)
    return _search(
        step, state, source, start_token, end_token, max_length, beam_width, length_penalty
    )


def search_by_prefix(
    model: keras.Model,
    source: Any,
    *,
    start_token: int,
    end_token: int,
    max_length: int,
    beam_width: int = 1,
    length_penalty: float = 0.6,
) -> tuple[Any, Any]:
    """What `search` finds, with the whole model on the whole beginning at each step.

    Slow, and for any model from `source` and `target` to logits: what `search` is held
    against.
    """
    positions = ops.arange(max_length)

    def step(tokens: Any, state: Any) -> tuple[Any, Any]:
        here = ops.equal(positions, state["index"])
        prefix = ops.where(here, ops.expand_dims(tokens, -1), state["prefix"])
        logits = model({"source": state["source"], "target": prefix}, training=False)
        logits = ops.take(logits, state["index"], axis=1)
        return logits, {**state, "prefix": prefix, "index": state["index"] + 1}

    source = ops.cast(source, "int32")
    state = {
        "source": source,
        "prefix": ops.zeros((ops.shape(source)[0], max_length), "int32"),
        "index": ops.zeros((), "int32"),
    }
    return _search(
        step, state, source, start_token, end_token, max_length, beam_width, length_penalty
    )


def decoding(model: keras.Model, source: Any, max_length: int) -> tuple[Any, Step]:
    """Encodes sources, and returns how their targets are decoded.

    Args:
        model: What `seq2seq_lstm` or `seq2seq_transformer` returned.
        source: Token ids `[batch, source time]`, 0 for padding.
        max_length: Largest number of steps.

    Returns:
        The first state, and the step from tokens `[batch]` and a state to the logits of
        the next tokens and the next state, as `kerasdl.ops.beam_search` takes them.
    """
    source = ops.cast(source, "int32")
    mask = ops.not_equal(source, PADDING)
    if _blocks(model):
        return _transformer_decoding(model, source, mask, max_length)
    return _lstm_decoding(model, source, mask)


def attention_weights(model: keras.Model, source: Any, target: Any) -> Any:
    """Where the decoder looks in the source while it writes the target.

    Args:
        model: What `seq2seq_lstm` or `seq2seq_transformer` returned.
        source: Token ids `[batch, source time]`, 0 for padding.
        target: Token ids `[batch, target time]` that the decoder is given, the start token
            first.

    Returns:
        Weights `[batch, target time, source time]` that sum to one over the source; those of
        a transformer are means over the heads of its last block.
    """
    source, target = ops.cast(source, "int32"), ops.cast(target, "int32")
    mask = ops.not_equal(source, PADDING)
    blocks = _blocks(model)
    if not blocks:
        state, _ = _lstm_decoding(model, source, mask)
        x, _, _ = model.get_layer("decoder")(
            model.get_layer("embedding")(target), initial_state=[state["h"], state["c"]]
        )
        _, weights = model.get_layer("attention")(
            x, state["memory"], value_mask=mask, return_attention_scores=True
        )
        return weights
    memory = _transformer_memory(model, source, mask)
    x = _embed(model, target)
    for block in blocks[:-1]:
        x = block(x, memory, memory_mask=mask, training=False)
    last = blocks[-1]
    attended = last.self_attention(last.before("attention", x), training=False)
    x = last.after("attention", x, attended, False)
    _, weights = last.memory_attention(
        last.before("memory", x),
        memory,
        value_mask=mask,
        training=False,
        return_attention_scores=True,
    )
    return ops.mean(weights, axis=1)


def _search(
    step: Step,
    state: Any,
    source: Any,
    start_token: int,
    end_token: int,
    max_length: int,
    beam_width: int,
    length_penalty: float,
) -> tuple[Any, Any]:
    arguments: dict[str, Any] = {
        "start_token": start_token,
        "end_token": end_token,
        "max_length": max_length,
        "length_penalty": length_penalty,
    }
    batch_size = ops.shape(source)[0]
    if beam_width == 1:
        return greedy_search(step, state, batch_size, **arguments)
    return beam_search(step, state, batch_size, beam_width=beam_width, **arguments)


def _lstm_decoding(model: keras.Model, source: Any, mask: Any) -> tuple[Any, Step]:
    embedding, decoder = model.get_layer("embedding"), model.get_layer("decoder")
    memory, *last = model.get_layer("encoder")(embedding(source), mask=mask, training=False)
    forward_h, forward_c, backward_h, backward_c = last
    first = {
        "h": model.get_layer("state_h")(ops.concatenate([forward_h, backward_h], axis=-1)),
        "c": model.get_layer("state_c")(ops.concatenate([forward_c, backward_c], axis=-1)),
        "memory": memory,
        "mask": mask,
    }

    def step(tokens: Any, state: Any) -> tuple[Any, Any]:
        x = embedding(ops.expand_dims(tokens, -1))
        x, h, c = decoder(x, initial_state=[state["h"], state["c"]], training=False)
        context = model.get_layer("attention")(x, state["memory"], value_mask=state["mask"])
        x = model.get_layer("combined")(ops.concatenate([x, context], axis=-1))
        return model.get_layer("logits")(x)[:, 0], {**state, "h": h, "c": c}

    return first, step


def _transformer_decoding(
    model: keras.Model, source: Any, mask: Any, max_length: int
) -> tuple[Any, Step]:
    memory = _transformer_memory(model, source, mask)
    blocks = _blocks(model)
    batch_size = ops.shape(source)[0]
    first = [block.init_cache(batch_size, max_length, memory, mask) for block in blocks]

    def step(tokens: Any, caches: Any) -> tuple[Any, Any]:
        x = _embed(model, ops.expand_dims(tokens, -1))
        new = []
        for block, cache in zip(blocks, caches, strict=True):
            x, cache = block(x, cache=cache, training=False)
            new.append(cache)
        x = model.get_layer("decoder_normalization")(x)
        return model.get_layer("embedding")(x, reverse=True)[:, 0], new

    return first, step


def _transformer_memory(model: keras.Model, source: Any, mask: Any) -> Any:
    attended = ops.expand_dims(mask, 1)
    x = _embed(model, source)
    for index in range(len(_blocks(model))):
        x = model.get_layer(f"encoder_{index}")(x, attention_mask=attended, training=False)
    return model.get_layer("encoder_normalization")(x)


def _embed(model: keras.Model, tokens: Any) -> Any:
    embedding = model.get_layer("embedding")
    return embedding(tokens) * embedding.output_dim**0.5


def _blocks(model: keras.Model) -> list[TransformerDecoderBlock]:
    return [layer for layer in model.layers if isinstance(layer, TransformerDecoderBlock)]
