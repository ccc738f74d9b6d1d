"""A classifier of texts as a `Servable`."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kerasdl.data.piece_tokenizer import UNKNOWN, PieceTokenizer
from kerasdl.data.sequence_tokenizer import pad
from kerasdl.exporting.class_probabilities import (
    answer,
    as_bytes,
    check_labels,
    class_of,
    classify_response,
    reference_answer,
    require_logits,
)
from kerasdl.exporting.in_float32 import in_float32
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3


def text_classifier(
    model: "keras.Model",
    tokenizer: PieceTokenizer,
    class_names: Sequence[str],
    samples: Sequence[str],
    length: int,
) -> Servable:
    """Describes a classifier of texts for export and prediction; the tokenizer is in the graph.

    Its signatures:

    - `serving_default`: `tokens`, int32 `[n, time]`, token ids, filled up with zeros ->
      `probabilities` float32 `[n, k]`, `class` int64 `[n]`, `label` string `[n]`. An id that is
      none counts as an unknown token.
    - `serve_text`: `text`, string `[n]` -> the same; the first `length` tokens count.
    - `classify`: `inputs`, string `[n]`, serialized `tf.train.Example`s with a feature `text`
      -> `classes` string `[n, k]`, `scores` float32 `[n, k]`, the contract of TensorFlow
      Serving's Classify method.

    A model trained in mixed precision is served in float32, where classes that are equally
    probable do not change places with how a program rounds.

    Args:
        model: From int32 tokens `[n, time]`, 0 for padding, to logits `[n, k]`.
        tokenizer: Made the tokens that it was trained on.
        class_names: The k labels, in the order of the logits.
        samples: Texts that an export is checked with, one at least.
        length: Number of tokens that are kept of a text.

    Returns:
        The `Servable`.

    Raises:
        ValueError: If the model or the labels do not fit this, or there is no sample.
    """
    import keras
    import tensorflow as tf

    found = [(x.name, x.dtype, tuple(x.shape)) for x in model.inputs]
    if found != [("tokens", "int32", (None, None))]:
        raise ValueError(
            f"Received a model with inputs {found}. Expected one int32 input named 'tokens' of "
            "shape (None, None)."
        )
    labels = check_labels(class_names)
    require_logits(model, len(labels))
    model = in_float32(model)
    if not samples:
        raise ValueError("Received no sample. Expected one text at least.")
    texts = [samples[index % len(samples)] for index in range(SAMPLE_SIZE)]
    encode, table = tokenizer.graph(length)
    tokens_spec = tf.TensorSpec([None, None], tf.int32, name="tokens")
    strings_spec = tf.TensorSpec([None], tf.string)

    # One traced function under all signatures, so that the artefact holds the model once.
    @tf.function(input_signature=[tokens_spec], autograph=False)
    def serving_default(tokens: tf.Tensor) -> dict[str, tf.Tensor]:
        is_token = (tokens >= 0) & (tokens < tokenizer.size)
        return answer(model(tf.where(is_token, tokens, UNKNOWN), training=False), labels)

    def serve_text(text: tf.Tensor) -> dict[str, tf.Tensor]:
        return serving_default(encode(text))

    def classify(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        feature = tf.io.FixedLenFeature([], tf.string)
        scores = serve_text(tf.io.parse_example(inputs, {"text": feature})["text"])
        return {
            "classes": tf.tile([labels], [tf.shape(inputs)[0], 1]),
            "scores": scores["probabilities"],
        }

    def first_texts(inputs: Arrays) -> list[str]:
        """The texts that the tokens of a request were made of."""
        return texts[: len(inputs["tokens"])]

    def reference(inputs: Arrays) -> Arrays:
        tokens = keras.ops.convert_to_tensor(inputs["tokens"], "int32")
        return reference_answer(model(tokens, training=False))

    def reference_of_texts(strings: Iterable[str]) -> Arrays:
        """Keras's answer to what the tokenizer makes of texts in Python."""
        outputs = reference({"tokens": _pad(tokenizer, strings, length)})
        return outputs | class_of(labels)(outputs)

    return Servable(
        kind="text_classifier",
        model=model,
        signatures={
            "serving_default": Signature(serving_default, {"tokens": tokens_spec}),
            "serve_text": Signature(
                serve_text,
                {"text": strings_spec},
                request=lambda inputs: {"text": as_bytes(first_texts(inputs))},
                reference=lambda inputs: reference_of_texts(t.decode() for t in inputs["text"]),
            ),
            "classify": Signature(
                classify,
                {"inputs": strings_spec},
                request=lambda inputs: {"inputs": _examples(first_texts(inputs))},
                reference=lambda inputs: classify_response(labels)(
                    reference_of_texts(map(_text_of, inputs["inputs"]))
                ),
            ),
        },
        sample={"tokens": _pad(tokenizer, texts, length)},
        reference=reference,
        derive=class_of(labels),
        labels=labels,
        details={"length": length},
        files={tokenizer.file: tokenizer.to_text()},
        resources=(table,),
    )


def _pad(tokenizer: PieceTokenizer, texts: Iterable[str], length: int) -> np.ndarray:
    return pad([tokenizer.encode(text)[:length] for text in texts])


def _examples(texts: Sequence[str]) -> np.ndarray:
    import tensorflow as tf

    def encode(text: str) -> bytes:
        feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()]))
        features = tf.train.Features(feature={"text": feature})
        return tf.train.Example(features=features).SerializeToString()

    return np.array([encode(text) for text in texts], dtype=object)


def _text_of(example: bytes) -> str:
    import tensorflow as tf

    features = tf.train.Example.FromString(example).features.feature
    return features["text"].bytes_list.value[0].decode()
