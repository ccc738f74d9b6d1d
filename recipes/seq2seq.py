"""One text from another: an encoder-decoder that learns to read dates, or to translate.

An LSTM with the attention of Bahdanau et al. (2015), or a transformer of the shape of T5
(Raffel et al., 2020); greedy or beam search with length normalisation (Wu et al., 2016).
Reads dates as people write them and answers in ISO 8601, or learns from parallel text of
your own: a folder with train.SOURCE and train.TARGET, or two columns of a table.

Task: translation
Data: generated dates in 23 formats
Model: LSTM with attention, 345,792 parameters; or transformer
Expect: 100.0 % exact match on unseen dates after 3 minutes of CPU time
Command: kerasdl recipe seq2seq
"""

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

import kerasdl
from kerasdl.data import catalogue
from kerasdl.training import RecipeConfig


class Config(RecipeConfig):
    """What you may choose."""

    tasks: ClassVar[tuple[str, ...]] = (catalogue.TRANSLATION,)

    epochs: int = Field(3, ge=1)
    """Passes over the training data."""

    learning_rate: float = Field(3e-3, gt=0)
    """Highest learning rate of the one-cycle schedule."""

    model: Literal["lstm", "transformer"] = "lstm"
    """LSTM with additive attention, or transformer."""

    width: int = Field(128, ge=8, multiple_of=2)
    """Numbers that stand for a token, inside the model."""

    num_layers: int = Field(2, ge=1)
    """Blocks in the transformer's encoder, and in its decoder."""

    num_heads: int = Field(4, ge=1)
    """Attention heads of the transformer."""

    dropout_rate: float = Field(0.1, ge=0, lt=1)
    """Share of values that are dropped in each training step."""

    source: str | None = None
    """Your data: the ending of the source files (train.en: en), or the column."""

    target: str | None = None
    """Your data: the ending of the target files, or the column."""

    tokenizer: Literal["auto", "characters", "words", "bpe"] = "auto"
    """What a token is; auto: characters for dates, byte pair encoding for your data."""

    vocabulary_size: int = Field(4000, ge=1)
    """Largest number of different tokens, of source and target together."""

    max_length: int = Field(64, ge=2)
    """Largest number of tokens of a text; longer training pairs are left out."""

    max_examples: int | None = Field(None, ge=1)
    """Use the first so many pairs of each split."""

    beam_width: int = Field(4, ge=1)
    """Beginnings that the search follows; 1 is greedy."""

    length_penalty: float = Field(0.6, ge=0)
    """How much longer translations are preferred in the search; 0 is not at all."""


SMOKE = {
    "data": "dates",
    "max_examples": 256,
    "epochs": 1,
    "width": 32,
    "batch_size": 32,
    "jit_compile": False,
}


def load_data(config: Config) -> Any:
    """Generated dates, or the pairs of texts that `config.data` names."""
    data = kerasdl.data.load_pairs(
        config.data,
        source=config.source,
        target=config.target,
        tokenizer=config.tokenizer,
        vocabulary_size=config.vocabulary_size,
        max_length=config.max_length,
        max_examples=config.max_examples,
        seed=config.seed,
        search={"beam_width": config.beam_width, "length_penalty": config.length_penalty},
    )
    if data.tokenizer.characters is None:
        kerasdl.diagnostics.require_sacrebleu()  # rather before the training than after it
    return data


def build_model(config: Config, data: Any) -> Any:
    """The network, and what is optimised."""
    import keras

    size = data.tokenizer.size
    if config.model == "lstm":
        model = kerasdl.models.seq2seq_lstm(
            size, config.width, config.dropout_rate, seed=config.seed
        )
    else:
        model = kerasdl.models.seq2seq_transformer(
            size,
            config.width,
            num_layers=config.num_layers,
            num_heads=config.num_heads,
            dropout_rate=config.dropout_rate,
            seed=config.seed,
        )
    steps = config.epochs * data.steps_per_epoch(config.batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(
            kerasdl.schedules.OneCycle(config.learning_rate, steps),
            beta_2=0.98,
            global_clipnorm=1.0,
        ),
        # The data's weights are zero where there is padding.
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        steps_per_execution=config.steps_per_execution,
        jit_compile=config.jit_compile,
    )
    return model


def measure(config: Config, model: Any, data: Any) -> dict[str, float]:
    """How good the translations are that the exported model would give."""
    return scores(data, kerasdl.prediction.translate(model, data, data.test.sources))


def baselines(config: Config, data: Any) -> dict[str, dict[str, float]]:
    """The source as it is, and the target of the most similar training source."""
    known, sources = data.train.first(20_000), data.test.sources
    nearest = kerasdl.diagnostics.nearest_targets(known.sources, known.targets, sources)
    return {
        "copy of the source": scores(data, sources),
        "target of the most similar source": scores(data, nearest),
    }


def scores(data: Any, found: Any) -> dict[str, float]:
    """What is measured of the test split: exactly right ones and, for words, BLEU."""
    wanted, diagnostics = data.test.targets, kerasdl.diagnostics
    exact = {"exact_match": diagnostics.exact_match(found, wanted)}
    has_words = data.tokenizer.characters is None
    return exact | ({"bleu": diagnostics.bleu(found, wanted)} if has_words else {})


def pictures(config: Config, model: Any, data: Any) -> dict[str, Any]:
    """Where the decoder looks while it writes."""
    from kerasdl import diagnostics, plots, prediction

    some = sorted(data.test.sources[:20], key=len)
    sources = some[len(some) // 5 :: max(len(some) // 5, 1)][:3]
    found = prediction.translate(model, data, sources)
    aligned = diagnostics.alignments(model, data.tokenizer, sources, found)
    return {"alignment.png": plots.alignments(*aligned)}


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: a text or its tokens in, the best translation out."""
    tokenizer = kerasdl.data.SequenceTokenizer.from_files(info.details["files"])
    texts = (samples / kerasdl.data.SOURCES_FILE).read_text(encoding="utf-8").splitlines()
    return kerasdl.export.translator(model, tokenizer, texts, **info.details["search"])


if __name__ == "__main__":
    kerasdl.run_script(__file__)
