"""A small GPT that learns to write, character by character.

A decoder-only transformer (Radford et al., 2019) with rotary positions (Su et al.,
2021), RMS normalization and an embedding that is also the last projection, trained
with AdamW under warm-up and cosine decay. The setting is the one that nanoGPT
recommends for a CPU: 4 layers, 4 heads, 128 wide, 64 characters of context, 2,000
steps of 12 windows. It writes text from a prompt, with keys and values cached.

Task: language modelling
Data: Tiny Shakespeare (without it: sources of Python's standard library)
Model: GPT, 4 layers, 4 heads, 128 wide, 795,904 parameters
Expect: 1.72 nats per character on the test text, 1.62 in validation, in 2 min 41 s on 2 CPU cores
Command: kerasdl recipe gpt
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import kerasdl
from kerasdl.training import TextRecipeConfig


class Config(TextRecipeConfig):
    """What you may choose."""

    epochs: int = Field(8, ge=1)
    """How often the model is measured; an epoch is `steps_per_epoch` steps."""

    batch_size: int = Field(12, ge=1)
    """Windows in one step, over all devices."""

    context: int = Field(64, ge=2)
    """Tokens in a window: as many as the model looks back on."""

    num_layers: int = Field(4, ge=1)
    """Decoder blocks."""

    num_heads: int = Field(4, ge=1)
    """Attention heads; the width is a multiple of twice their number."""

    width: int = Field(128, ge=2)
    """Width of the embedding and of every block."""

    positions: Literal["rotary", "learned"] = "rotary"
    """How the model knows the order of the tokens."""

    dropout_rate: float = Field(0.0, ge=0, lt=1)
    """Rate of dropout; worth it in trainings that see the text many times."""

    weight_decay: float = Field(0.1, ge=0)
    """Decay of the weight matrices in AdamW."""


SMOKE = {
    "data": "python_sources",
    "epochs": 2,
    "steps_per_epoch": 10,
    "num_layers": 1,
    "width": 32,
    "context": 32,
    "dropout_rate": 0.1,
}


def load_data(config: Config) -> Any:
    """Tiny Shakespeare, or what `config.data` names, as windows of tokens."""
    return kerasdl.data.load_text(
        config.data,
        preferred="tiny_shakespeare",
        fallback="python_sources",
        **config.text_options,
    )


def build_model(config: Config, data: Any) -> Any:
    """The network, and what is optimised: the cross-entropy of the next token, in nats."""
    import keras

    model = kerasdl.models.gpt(
        vocabulary_size=data.tokenizer.size,
        context=config.context,
        num_layers=config.num_layers,
        num_heads=config.num_heads,
        width=config.width,
        positions=config.positions,
        dropout_rate=config.dropout_rate,
        seed=config.seed,
    )
    steps = config.epochs * config.steps_per_epoch
    learning_rate = kerasdl.schedules.WarmupCosine(config.learning_rate, steps, steps // 20)
    optimizer = keras.optimizers.AdamW(
        learning_rate, weight_decay=config.weight_decay, beta_2=0.99, global_clipnorm=1.0
    )
    optimizer.exclude_from_weight_decay(var_names=["scale", "bias"])
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=config.steps_per_execution,
        jit_compile=config.jit_compile,
    )
    return model


def measure(config: Config, model: Any, data: Any) -> dict[str, float]:
    """The test loss by character, which does not depend on the tokenizer."""
    nats = kerasdl.diagnostics.nats_per_character(model, data, config.batch_size)
    return {"nats_per_character": nats}


def baselines(config: Config, data: Any) -> dict[str, dict[str, float]]:
    """What counting characters, and pairs of them, achieves."""
    return kerasdl.diagnostics.ngram_baselines(data)


def texts(config: Config, model: Any, data: Any) -> dict[str, str]:
    """A text that the model writes."""
    from kerasdl.prediction import continuations

    return continuations(model, data, length=500)


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: tokens in, logits of the next out; a prompt in, text out."""
    tokenizer = kerasdl.data.tokenizer_from_files(info.details["tokenizer"])
    prompts = kerasdl.exporting.read_texts(samples)
    return kerasdl.exporting.language_model(model, tokenizer, info.details["context"], prompts)


if __name__ == "__main__":
    kerasdl.run_script(__file__)
