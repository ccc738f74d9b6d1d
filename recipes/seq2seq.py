"""One text from another: an encoder-decoder that learns to read dates, or to translate.

An LSTM with the attention of Bahdanau et al. (2015), or a transformer of the shape of T5
(Raffel et al., 2020); greedy or beam search with length normalisation (Wu et al., 2016).
Reads dates as people write them and answers in ISO 8601, or learns from parallel text of
your own: a folder with train.SOURCE and train.TARGET, or two columns of a table.

Task: translation
Data: generated dates in 23 formats
Model: LSTM with attention, 345,792 parameters; or transformer
Expect: 100.0 % exact match on unseen dates after 4 minutes on 2 CPU cores
Command: kerasdl recipe seq2seq
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import kerasdl
from kerasdl.training import PairRecipeConfig


class Config(PairRecipeConfig):
    """What you may choose."""

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
    """Attention heads of the transformer; the width is a multiple of twice their number."""

    dropout_rate: float = Field(0.1, ge=0, lt=1)
    """Share of values that are dropped in each training step."""

    beam_width: int = Field(4, ge=1)
    """Beginnings that the search follows; 1 is greedy."""

    length_penalty: float = Field(0.6, ge=0)
    """How much longer translations are preferred in the search; 0 is not at all."""


SMOKE = {
    "data": "dates",
    "max_examples": 256,
    "epochs": 2,
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
    schedule = kerasdl.schedules.OneCycle(config.learning_rate, steps)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule, beta_2=0.98, global_clipnorm=1.0),
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
    found = kerasdl.prediction.translate(model, data, data.test.sources)
    return kerasdl.diagnostics.translation_scores(data, found)


def baselines(config: Config, data: Any) -> dict[str, dict[str, float]]:
    """The source as it is, and the target of the most similar training source."""
    known, sources = data.train.first(20_000), data.test.sources
    nearest = kerasdl.diagnostics.nearest_targets(known.sources, known.targets, sources)
    found = {"copy of the source": sources, "target of the most similar source": nearest}
    scores = kerasdl.diagnostics.translation_scores
    return {name: scores(data, translations) for name, translations in found.items()}


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
    return kerasdl.exporting.translator(model, tokenizer, texts, **info.details["search"])


if __name__ == "__main__":
    kerasdl.run_script(__file__)
