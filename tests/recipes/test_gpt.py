"""The recipe `gpt`: what it optimises, and all that it does with a run."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kerasdl
from kerasdl.cli import main, recipes
from kerasdl.data.text_tokenizers import from_files
from kerasdl.recipes import gpt
from kerasdl.training.run import Run
from kerasdl.user_error import UserError

TINY: dict[str, Any] = {
    "epochs": 2,
    "steps_per_epoch": 6,
    "steps_per_execution": 2,
    "context": 16,
    "num_layers": 1,
    "num_heads": 2,
    "width": 16,
    "jit_compile": False,
}
RHYME = "".join(f"{n} green bottles hanging on the wall,\n\n" for n in range(300))


@pytest.fixture(scope="module")
def rhyme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("text") / "rhyme.txt"
    file.write_text(RHYME)
    return file


def train(folder: Path, text: Path, **options: Any) -> Run:
    return kerasdl.train(
        gpt,
        data=str(text),
        quiet=True,
        runs_dir=folder / "runs",
        saved_models_dir=folder / "saved_models",
        **{**TINY, **options},
    )


@pytest.fixture(scope="module")
def run(rhyme: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(tmp_path_factory.mktemp("gpt"), rhyme)


def predict(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(["predict", *map(str, words)])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out, captured.err


def test_model_is_the_one_that_is_claimed() -> None:
    data = kerasdl.data.load_text("python_sources")
    model = gpt.build_model(gpt.Config(data="python_sources"), data)
    claim = recipes.facts("gpt")["model"]
    assert f"{len([x for x in model.layers if x.name.startswith('block')])} layers" in claim
    assert f"{model.get_layer('embedding').output_dim} wide" in claim
    assert f"{model.get_layer('block_1').num_heads} heads" in claim
    shakespeare = kerasdl.models.gpt(vocabulary_size=65)  # its characters
    assert f"{shakespeare.count_params():,} parameters" in claim


def test_what_is_optimised(rhyme: Path) -> None:
    config = gpt.Config(data=str(rhyme), **{**TINY, "learning_rate": 0.004})
    data = gpt.load_data(config)
    model = gpt.build_model(config, data)
    schedule = model.optimizer._learning_rate
    assert (schedule.max_learning_rate, schedule.total_steps) == (0.004, 12)
    model.optimizer.build(model.trainable_variables)
    decays = {v.path: model.optimizer._use_weight_decay(v) for v in model.trainable_variables}
    assert {len(v.shape) > 1 for v in model.trainable_variables} == {True, False}
    assert decays == {v.path: len(v.shape) > 1 for v in model.trainable_variables}


def test_a_run_is_measured_beside_counting(run: Run) -> None:
    result = run.result
    assert result["finished"]
    assert result["test"]["nats_per_character"] == pytest.approx(result["test"]["loss"])
    bigram, unigram = (
        result["baselines"][name]["nats_per_character"] for name in ("bigram", "unigram")
    )
    assert 0 < bigram < unigram < np.log(len(set(RHYME)))
    (title,) = result["texts"]
    assert f"## {title}" in run.folder.report.read_text()
    assert len(result["texts"][title]) > 500


def test_the_loss_is_of_every_token_once(run: Run, rhyme: Path) -> None:
    data = gpt.load_data(gpt.Config(data=str(rhyme), **TINY))
    tokens, context = data.tokens["test"].astype("int32"), data.context
    losses = []
    for start in range(0, len(tokens) - 1, context):
        end = min(start + context, len(tokens) - 1)
        begin = end - context  # the last window goes back for its context
        logits = np.asarray(run.model(tokens[None, begin:end]), np.float64)[0, start - begin :]
        logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        losses += (-logs[np.arange(end - start), tokens[start + 1 : end + 1]]).tolist()
    assert len(losses) == len(tokens) - 1
    assert (len(tokens) - 1) % context
    assert run.test["loss"] == pytest.approx(np.mean(losses), abs=1e-5)


def test_predict_writes_the_same_from_run_and_export(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--prompt", "7 green", "--length", 40, "--top-k", 5, "--seed", 3]
    answers = [predict(capsys, source, *options) for source in (run.path, run.export)]
    assert answers[0] == answers[1]
    code, text, _ = answers[0]
    assert code == 0
    assert text.startswith("7 green")
    assert len(text) == 7 + 40 + 1
    sample = run.folder.samples / "prompt_1.txt"
    code, text, _ = predict(capsys, run.export, sample, "--json", "--temperature", 0)
    assert json.loads(text)[0]["prompt"] == sample.read_text()


def test_predict_with_mistakes(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in [
        ([], "Missing argument 'INPUTS...'"),
        (["--prompt", "é"], "does not know the characters 'é'"),
        (["--prompt", "7", "--top-p", 2], "--top-p must be above 0, at most 1; received 2.0"),
    ]:
        code, _, error = predict(capsys, run.export, *words)
        assert code == 2
        assert message in error


@pytest.mark.parametrize(
    "options",
    [
        {"precision": "mixed_bfloat16", "positions": "learned", "dropout_rate": 0.1},
        {"tokenizer": "bpe", "vocabulary_size": 300, "context": 8},
    ],
    ids=["bfloat16", "bpe"],
)
def test_variants(options: dict[str, Any], rhyme: Path, tmp_path: Path) -> None:
    run = train(tmp_path, rhyme, **{**options, "epochs": 1})
    assert run.result["export_max_difference"] < 0.05
    info = run.environment["data"]
    tokenizer = from_files(info["details"]["tokenizer"])
    assert tokenizer.kind == options.get("tokenizer", "characters")
    if tokenizer.kind == "bpe":
        ratio = info["counts"]["test"] / (len(RHYME) - len(RHYME) * 95 // 100)
        assert run.test["nats_per_character"] == pytest.approx(run.test["loss"] * ratio)
        assert run.test["nats_per_character"] < run.test["loss"]


def test_too_short_a_text(rhyme: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--context 4096 needs 4,097"):
        train(tmp_path, rhyme, context=4096)
    with pytest.raises(UserError, match=r"'mnist' is for image classification; expected one for l"):
        train(tmp_path, Path("mnist"))
