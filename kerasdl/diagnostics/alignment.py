"""Which tokens of a source each token of its translation looks at."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from kerasdl.data.sequence_tokenizer import START, SequenceTokenizer, pad


class Alignments(NamedTuple):
    """The attention of an encoder-decoder, example by example.

    Args:
        weights: float32 `[target tokens, source tokens]`, whose rows sum to one.
        source_tokens: the source, token by token.
        target_tokens: the translation, token by token.
    """

    weights: list[np.ndarray]
    source_tokens: list[list[str]]
    target_tokens: list[list[str]]


def alignments(
    model: Any, tokenizer: SequenceTokenizer, sources: Sequence[str], translations: Sequence[str]
) -> Alignments:
    """Returns where an encoder-decoder looks while it writes.

    Args:
        model: what `kerasdl.models.seq2seq_lstm` or `seq2seq_transformer` returned.
        tokenizer: the one that it was trained with.
        sources: some texts.
        translations: what the decoder writes, or could have written.

    Returns:
        The weights, and the tokens that they are between.
    """
    import keras

    from kerasdl.models.seq2seq_search import attention_weights

    read = [tokenizer.encode(text) for text in sources]
    written = [tokenizer.encode(text) for text in translations]
    given = pad([np.concatenate([[START], tokens[:-1]]) for tokens in written])
    weights = keras.ops.cast(attention_weights(model, pad(read), given), "float32")
    return Alignments(
        [
            values[: len(rows), : len(columns)]
            for values, rows, columns in zip(
                keras.ops.convert_to_numpy(weights), written, read, strict=True
            )
        ],
        [tokenizer.pieces(text) for text in sources],
        [tokenizer.pieces(text) for text in translations],
    )
