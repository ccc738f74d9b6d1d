"""How good translations are, and what one gets for nothing."""

from collections.abc import Sequence
from typing import Any

from kerasdl.user_error import UserError


def exact_match(translations: Sequence[str], references: Sequence[str]) -> float:
    """Returns the fraction of translations that are equal to their reference.

    Raises:
        ValueError: if there are more of one than of the other, or none.

    Example:

    >>> exact_match(["2012-03-03", "2012-03-04"], ["2012-03-03", "2012-03-05"])
    0.5
    """
    _check(translations, references)
    pairs = zip(translations, references, strict=True)
    return sum(translation == reference for translation, reference in pairs) / len(references)


def bleu(translations: Sequence[str], references: Sequence[str]) -> float:
    """Returns the BLEU of a corpus, from 0 to 100.

    Papineni et al. 2002, as sacrebleu computes it (Post 2018,
    https://arxiv.org/abs/1804.08771): case counts, tokens are those of `13a`.

    Raises:
        UserError: if the package sacrebleu is not installed.
        ValueError: if there are more of one than of the other, or none.

    Example:

    >>> round(bleu(["the cat sat on the mat"], ["the cat sat on a mat"]), 1)
    53.7
    """
    _check(translations, references)
    return float(require_sacrebleu().corpus_bleu(list(translations), [list(references)]).score)


def translation_scores(data: Any, translations: Sequence[str]) -> dict[str, float]:
    """Returns how good translations of the test sources are: exact matches and, for words, BLEU.

    Args:
        data: a `kerasdl.data.PairData`.
        translations: of `data.test.sources`, in their order.
    """
    scores = {"exact_match": exact_match(translations, data.test.targets)}
    if data.tokenizer.characters is None:
        scores["bleu"] = bleu(translations, data.test.targets)
    return scores


def nearest_targets(
    sources: Sequence[str], targets: Sequence[str], wanted: Sequence[str]
) -> list[str]:
    """Returns for each wanted text the target of the most similar source.

    A translation memory: similar is what shares rare sequences of two to four characters
    (TF-IDF, cosine). No model that learns anything is below it.

    Args:
        sources: the source texts that are known.
        targets: their targets.
        wanted: the texts to be translated.

    Example:

    >>> nearest_targets(["a red cat", "two dogs"], ["un chat roux", "deux chiens"], ["a cat"])
    ['un chat roux']
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    _check(targets, sources)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    known = vectorizer.fit_transform(sources)
    found: list[str] = []
    step = 100  # of the products of all with all, only so many rows are in memory
    asked = vectorizer.transform(wanted)
    for start in range(0, asked.shape[0], step):
        nearest = (asked[start : start + step] @ known.T).toarray().argmax(axis=1)
        found += [targets[index] for index in nearest]
    return found


def require_sacrebleu() -> Any:
    """Returns the module.

    Raises:
        UserError: if it is not installed.
    """
    try:
        import sacrebleu
    except ImportError:
        raise UserError("BLEU needs the package sacrebleu: pip install 'kerasdl[text]'") from None
    return sacrebleu


def _check(translations: Sequence[str], references: Sequence[str]) -> None:
    if len(translations) != len(references) or not references:
        raise ValueError(
            "expected one reference for each translation, at least one; received "
            f"{len(translations)} translations and {len(references)} references"
        )
