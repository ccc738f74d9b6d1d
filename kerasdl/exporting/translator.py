"""An encoder-decoder for text as a `Servable`."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.data.sequence_tokenizer import END, FIRST, START, UNKNOWN, SequenceTokenizer, pad
from kerasdl.exporting.class_probabilities import as_bytes
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

SAMPLE_SIZE = 3


def translator(
    model: "keras.Model",
    tokenizer: SequenceTokenizer,
    samples: Sequence[str],
    *,
    source_length: int,
    target_length: int,
    beam_width: int = 1,
    length_penalty: float = 0.6,
) -> Servable:
    """Describes an encoder-decoder for export and prediction; the search is part of the graph.

    Its signatures:

    - `serving_default`: `source`, int32 `[n, time]`, token ids with the end token, then zeros
      -> `tokens` int32 `[n, target_length]` and `score` float32 `[n]`: the log-probability over
      the normalization of the length.
    - `translate`, where tokens are characters: `text`, string `[n]` -> `translation`
      string `[n]` and `score` float32 `[n]`.

    The tokenizer is one of the artefact's files. A model trained in mixed precision is
    served in float32.

    Args:
        model: What `kerasdl.models.seq2seq_lstm` or `seq2seq_transformer` returned.
        tokenizer: Made the tokens that it was trained on.
        samples: Source texts that an export is checked with, one at least.
        source_length: Number of tokens that the model has seen in a source at most.
        target_length: Largest number of tokens of a target.
        beam_width: Number of beginnings that the search follows; 1: greedy.
        length_penalty: How much longer targets are preferred, see `kerasdl.ops.beam_search`.

    Returns:
        The `Servable`.

    Raises:
        ValueError: If the tokenizer is not the model's, or there is no sample.
    """
    import tensorflow as tf
    from keras import ops

    from kerasdl.exporting.in_float32 import in_float32
    from kerasdl.models.seq2seq_search import search, search_by_prefix

    if model.output_shape[-1] != tokenizer.size:
        raise ValueError(
            f"Received a tokenizer of {tokenizer.size} tokens for a model of "
            f"{model.output_shape[-1]}. Expected the one that it was trained with."
        )
    if not samples:
        raise ValueError("Received no sample. Expected one source text at least.")
    served = in_float32(model)
    settings: dict[str, Any] = {
        "start_token": START,
        "end_token": END,
        "max_length": target_length,
        "beam_width": beam_width,
        "length_penalty": length_penalty,
    }
    source_spec = tf.TensorSpec([None, None], tf.int32, name="source")

    @tf.function(input_signature=[source_spec], autograph=False)
    def serving_default(source: "tf.Tensor") -> "dict[str, tf.Tensor]":
        tokens, score = search(served, source, **settings)
        return {"tokens": tokens, "score": score}

    def reference(inputs: Arrays) -> Arrays:
        # The whole model on the whole beginning at each step: no cache, no state.
        tokens, score = search_by_prefix(served, inputs["source"], **settings)
        return {"tokens": ops.convert_to_numpy(tokens), "score": ops.convert_to_numpy(score)}

    def encoded(texts: Iterable[str]) -> np.ndarray:
        return pad([tokenizer.encode(text)[:source_length] for text in texts])

    def reference_of_texts(inputs: Arrays) -> Arrays:
        """What the tokenizer in Python and the search, both outside of the graph, answer."""
        tokens, score = search(served, encoded(t.decode() for t in inputs["text"]), **settings)
        found = [tokenizer.decode(row) for row in ops.convert_to_numpy(tokens).tolist()]
        return {"translation": as_bytes(found), "score": ops.convert_to_numpy(score)}

    texts = [samples[index % len(samples)] for index in range(SAMPLE_SIZE)]
    signatures = {"serving_default": Signature(serving_default, {"source": source_spec})}
    if tokenizer.characters is not None:
        encode, decode = _string_functions(tokenizer.characters, source_length)

        def translate(text: "tf.Tensor") -> "dict[str, tf.Tensor]":
            outputs = serving_default(encode(text))
            return {"translation": decode(outputs["tokens"]), "score": outputs["score"]}

        signatures["translate"] = Signature(
            translate,
            {"text": tf.TensorSpec([None], tf.string, name="text")},
            request=lambda inputs: {"text": as_bytes(texts[: len(inputs["source"])])},
            reference=reference_of_texts,
        )
    return Servable(
        kind="translator",
        model=served,
        signatures=signatures,
        sample={"source": encoded(texts)},
        reference=reference,
        details={
            "source_length": source_length,
            "target_length": target_length,
            "beam_width": beam_width,
            "length_penalty": length_penalty,
        },
        files=tokenizer.to_files(),
    )


def _string_functions(characters: Sequence[str], longest: int) -> tuple[Any, Any]:
    """From strings to token ids and back, as TensorFlow graphs."""
    import tensorflow as tf

    points = np.array([ord(character) for character in characters], np.int32)
    order = np.argsort(points)
    pieces = [""] * FIRST + list(characters)

    def encode(text: "tf.Tensor") -> "tf.Tensor":
        ragged = tf.strings.unicode_decode(text, "UTF-8")
        found = ragged.flat_values
        ordered = tf.constant(points[order])
        places = tf.minimum(tf.searchsorted(ordered, found), len(points) - 1)
        known = tf.equal(tf.gather(ordered, places), found)
        numbers = tf.gather(tf.constant(FIRST + order, tf.int32), places)
        ragged = ragged.with_flat_values(tf.where(known, numbers, UNKNOWN))
        ends = tf.fill([tf.shape(text)[0], 1], END)
        return tf.concat([ragged, ends], axis=1).to_tensor(default_value=0)[:, :longest]

    def decode(tokens: "tf.Tensor") -> "tf.Tensor":
        return tf.strings.reduce_join(tf.gather(tf.constant(pieces), tokens), axis=-1)

    return encode, decode
