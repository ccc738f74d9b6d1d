"""A language model as a `Servable`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.data.text_tokenizers import Tokenizer, to_files
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

SAMPLE_SIZE = 3
# As many tokens are read, and generated, when an export is checked.
SAMPLE_LENGTH = 12


def language_model(
    model: "keras.Model", tokenizer: Tokenizer, context: int, prompts: Sequence[str]
) -> Servable:
    """Describes a language model for export and generation.

    Its signatures:

    - `serving_default`: `tokens`, int32 `[n, length]` -> `logits` float32 `[n, vocabulary]` of
      the next token; a transformer looks at the last `context` tokens.
    - `generate_tokens`: `tokens`, int32 `[n, length]`, and for each row `length`, `temperature`,
      `top_k`, `top_p` and `seed` -> `tokens`, int32 `[n, longest length]`, the
      continuation; where a row is shorter, -1.
    - `generate`, with a tokenizer of characters: `prompt`, string `[n]`, and the same
      options -> `text`, string `[n]`, the continuation. Characters that the model
      does not know are left out.

    The tokenizer is kept beside the model, as `characters.json` or `tokenizer.json`.

    Args:
        model: From int32 tokens `[n, length]` to logits `[n, length, vocabulary]`; see
            `kerasdl.models.NextToken`.
        tokenizer: What made the tokens.
        context: Tokens that the model was trained to look back on.
        prompts: Beginnings that the export is checked with.

    Returns:
        The `Servable`.

    Raises:
        ValueError: If the model does not answer with a logit for each token, or there is
            no prompt.
    """
    import keras
    import tensorflow as tf

    from kerasdl.exporting.text_generation import OPTIONS, generator
    from kerasdl.models.next_token import NextToken

    _require_logits(model, tokenizer.size)
    looks_back = context if NextToken(model).needs_length else 0
    row = tf.TensorSpec([None, None], tf.int32)
    options = {name: tf.TensorSpec([None], dtype) for name, dtype in OPTIONS.items()}

    def logits(tokens: Any) -> Any:
        return model(tokens[:, -looks_back:], training=False)[:, -1]

    @tf.function(input_signature=[row], autograph=False)
    def serving_default(tokens: "tf.Tensor") -> "dict[str, tf.Tensor]":
        return {"logits": tf.cast(logits(tokens), tf.float32)}

    # One traced function under both signatures, so that the artefact holds it once.
    generate_row = generator(model, context)
    generate_tokens = _generate_tokens(generate_row, [row, *options.values()])

    def keras_logits(inputs: Arrays) -> Arrays:
        values = keras.ops.cast(logits(inputs["tokens"]), "float32")
        return {"logits": keras.ops.convert_to_numpy(values)}

    def sample_options(count: int) -> Arrays:
        values = {"length": SAMPLE_LENGTH, "temperature": 0.8, "top_k": 0, "top_p": 1.0, "seed": 0}
        return {
            name: np.full([count], value, OPTIONS[name].as_numpy_dtype)
            for name, value in values.items()
        }

    def in_this_process(function: Any, inputs: dict[str, Any]) -> Any:
        """The very graph, run by Keras's process: that its loop is right, tests prove."""

        def reference(arrays: Arrays) -> Arrays:
            outputs = function(*(tf.constant(arrays[name], s.dtype) for name, s in inputs.items()))
            return {name: value.numpy() for name, value in outputs.items()}

        return reference

    token_inputs = {"tokens": row, **options}
    signatures = {
        "serving_default": Signature(serving_default, {"tokens": row}),
        "generate_tokens": Signature(
            generate_tokens,
            token_inputs,
            request=lambda inputs: inputs | sample_options(len(inputs["tokens"])),
            reference=in_this_process(generate_tokens, token_inputs),
        ),
    }
    if isinstance(tokenizer, CharacterTokenizer):
        text_inputs = {"prompt": tf.TensorSpec([None], tf.string), **options}
        generate = _generate(generate_row, tokenizer, list(text_inputs.values()))
        signatures["generate"] = Signature(
            generate,
            text_inputs,
            request=lambda inputs: {
                "prompt": np.array([tokenizer.decode(row) for row in inputs["tokens"]], object),
                **sample_options(len(inputs["tokens"])),
            },
            reference=in_this_process(generate, text_inputs),
        )
    return Servable(
        kind="language_model",
        model=model,
        signatures=signatures,
        sample={"tokens": _sample(tokenizer, prompts)},
        reference=keras_logits,
        details={"context": context, "tokenizer": tokenizer.kind},
        files=to_files(tokenizer),
    )


def _generate_tokens(generate_row: Any, inputs: list[Any]) -> Any:
    import tensorflow as tf

    from kerasdl.exporting.text_generation import LONGEST

    @tf.function(input_signature=inputs, autograph=False)
    def generate_tokens(tokens: tf.Tensor, *chosen: tf.Tensor) -> dict[str, tf.Tensor]:
        longest = tf.clip_by_value(tf.reduce_max(chosen[0]), 0, LONGEST)

        def one(example: tuple[tf.Tensor, ...]) -> tf.Tensor:
            drawn = generate_row(*example)
            return tf.pad(drawn, [[0, longest - tf.size(drawn)]], constant_values=-1)

        drawn = tf.map_fn(
            one, (tokens, *chosen), fn_output_signature=tf.TensorSpec([None], tf.int32)
        )
        return {"tokens": drawn}

    return generate_tokens


def _generate(generate_row: Any, tokenizer: CharacterTokenizer, inputs: list[Any]) -> Any:
    import tensorflow as tf

    points = np.array([ord(character) for character in tokenizer.characters], np.int32)
    order = np.argsort(points).astype(np.int32)
    in_order = points[order]

    def encode(prompt: tf.Tensor) -> tf.Tensor:
        decoded = tf.strings.unicode_decode(prompt, "UTF-8")
        places = tf.minimum(tf.searchsorted(in_order, decoded), len(points) - 1)
        is_known = tf.gather(in_order, places) == decoded
        return tf.gather(order, tf.boolean_mask(places, is_known))

    @tf.function(input_signature=inputs, autograph=False)
    def generate_text(prompt: tf.Tensor, *chosen: tf.Tensor) -> dict[str, tf.Tensor]:
        def one(example: tuple[tf.Tensor, ...]) -> tf.Tensor:
            drawn = generate_row(encode(example[0]), *example[1:])
            return tf.strings.unicode_encode(tf.gather(points, drawn), "UTF-8")

        texts = tf.map_fn(one, (prompt, *chosen), fn_output_signature=tf.TensorSpec([], tf.string))
        return {"text": texts}

    return generate_text


def _require_logits(model: "keras.Model", count: int) -> None:
    shapes = [tuple(x.shape) for x in model.outputs]
    if shapes != [(None, None, count)]:
        raise ValueError(
            f"Received a tokenizer of {count} tokens for a model with outputs of shape {shapes}. "
            f"Expected logits, (None, None, {count})."
        )


def _sample(tokenizer: Tokenizer, prompts: Sequence[str]) -> np.ndarray:
    rows = [tokenizer.encode(prompt) for prompt in prompts if prompt]
    rows = [row for row in rows if len(row)]
    if not rows:
        raise ValueError(f"Received prompts {list(prompts)}. Expected at least one with a token.")
    return np.stack([np.resize(rows[i % len(rows)], SAMPLE_LENGTH) for i in range(SAMPLE_SIZE)])
