"""What every language model is measured by, and compared with."""

from typing import TYPE_CHECKING

from kerasdl.diagnostics.ngrams import bigram_cross_entropy, unigram_cross_entropy

if TYPE_CHECKING:
    import keras

    from kerasdl.data import TextData


def nats_per_character(model: "keras.Model", data: "TextData", batch_size: int) -> float:
    """Cross-entropy of the test split by character, whatever the tokens are.

    Every token but the first is predicted, from those before it in its window.

    Args:
        model: a compiled language model, whose loss is the cross-entropy of a token.
        data: what it was trained on.
        batch_size: so many windows are computed at once.
    """
    loss = model.evaluate(data.test_batches(batch_size), verbose=0, return_dict=True)["loss"]
    return float(loss) * data.tokens_per_character("test")


def ngram_baselines(data: "TextData") -> dict[str, dict[str, float]]:
    """What counting tokens, and pairs of them, in the training split reaches on the test split."""
    train, test, size = data.tokens["train"], data.tokens["test"], data.tokenizer.size
    per_character = data.tokens_per_character("test")
    return {
        name: {"nats_per_character": cross_entropy(train, test, size) * per_character}
        for name, cross_entropy in (
            ("unigram", unigram_cross_entropy),
            ("bigram", bigram_cross_entropy),
        )
    }
