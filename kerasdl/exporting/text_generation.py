"""Generation of tokens as one TensorFlow function, that a server can run."""

from typing import Any

import tensorflow as tf

from kerasdl.models.next_token import NextToken
from kerasdl.ops.sampling import sample_token

# The most tokens that one request may ask for.
LONGEST = 10_000

OPTIONS = {
    "length": tf.int32,
    "temperature": tf.float32,
    "top_k": tf.int32,
    "top_p": tf.float32,
    "seed": tf.int32,
}


def generator(model: Any, context: int) -> Any:
    """Makes a function that draws tokens, each from what the model says of those before.

    Keys and values are kept, so that a token costs one step of the model. Where they fill
    the context of a transformer, its later half is read anew and generation goes on
    from there: the model always sees at least half of its context, and never more
    than it was trained on.

    Args:
        model: a language model, see `NextToken`.
        context: as many tokens as a transformer may look back on.

    Returns:
        A `tf.function`, traced once, of

        - `prompt`, int32 `[prompt length]`; of a transformer's, the last `context` tokens count.
          Empty: token 0;
        - `length`, int32 scalar, cut at 10,000;
        - `temperature`, float32 scalar, 0 for the likeliest token;
        - `top_k`, int32 scalar, 0 for all tokens;
        - `top_p`, float32 scalar, 1 for all tokens;
        - `seed`, int32 scalar,

        that returns the continuation, int32 `[length]`.
    """
    step = NextToken(model)
    kept = max(1, context // 2)
    row_spec = tf.TensorSpec([None], tf.int32)

    # Traced once, for the prompt and for each half of a context.
    @tf.function(input_signature=[row_spec], autograph=False)
    def read(tokens: tf.Tensor) -> tuple[tf.Tensor, Any]:
        logits, state = step(tokens[tf.newaxis], step.initial_state(1, context))
        return logits[0, -1], state

    options = [tf.TensorSpec([], dtype) for dtype in OPTIONS.values()]

    @tf.function(input_signature=[row_spec, *options], autograph=False)
    def generate(
        prompt: tf.Tensor,
        length: tf.Tensor,
        temperature: tf.Tensor,
        top_k: tf.Tensor,
        top_p: tf.Tensor,
        seed: tf.Tensor,
    ) -> tf.Tensor:
        length = tf.clip_by_value(length, 0, LONGEST)
        prompt = tf.cond(tf.size(prompt) > 0, lambda: prompt, lambda: tf.zeros([1], tf.int32))
        prompt = prompt[-context:] if step.needs_length else prompt
        begin = tf.size(prompt)

        def go_on(done: tf.Tensor, row: tf.Tensor, used: tf.Tensor, logits: Any, state: Any) -> Any:
            token = sample_token(logits, tf.stack([seed, done]), temperature, top_k, top_p)
            row = tf.tensor_scatter_nd_update(row, [[begin + done]], [token])

            def next_step() -> Any:
                new_logits, new_state = step(tf.reshape(token, [1, 1]), state)
                return used + 1, new_logits[0, -1], new_state

            def next_half() -> Any:
                end = begin + done + 1
                return kept, *read(row[end - kept : end])

            if step.needs_length:
                used, logits, state = tf.cond(used < context, next_step, next_half)
            else:
                used, logits, state = next_step()
            return done + 1, row, used, logits, state

        row = tf.concat([prompt, tf.zeros([length], tf.int32)], axis=0)
        _, row, *_ = tf.while_loop(
            lambda done, *_: done < length,
            go_on,
            (tf.constant(0), row, begin, *read(prompt)),
            parallel_iterations=1,
        )
        return row[begin:]

    return generate
