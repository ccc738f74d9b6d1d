"""The recipe `seq2seq` is what its page says."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.cli.main import main
from kerasdl.data import DataError, PairData
from kerasdl.recipes import seq2seq
from kerasdl.user_error import UserError

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def data() -> PairData:
    return seq2seq.load_data(seq2seq.Config(max_examples=300))


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> kerasdl.Run:
    folder = tmp_path_factory.mktemp("seq2seq")
    return kerasdl.train(
        seq2seq, smoke=True, quiet=True, runs_dir=folder / "r", saved_models_dir=folder / "s"
    )


def parallel_text(folder: Path, count: int = 80) -> list[str]:
    """Two plain files, and the options that name them."""
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    lines = [f"{a} and {b}" for a in numbers for b in numbers][:count]
    (folder / "train.en").write_text("\n".join(lines))
    (folder / "train.up").write_text("\n".join(line.upper() for line in lines))
    return ["--data", str(folder), "--source", "en", "--target", "up"]


def test_model_is_the_one_that_is_claimed() -> None:
    config = seq2seq.Config()
    model = seq2seq.build_model(config, seq2seq.load_data(config))
    assert f"{model.count_params():,} parameters" in recipes.facts("seq2seq")["model"]
    assert isinstance(model.get_layer("attention"), kerasdl.layers.AdditiveAttention)
    assert isinstance(model.get_layer("decoder"), kerasdl.layers.LSTM)


def test_what_is_optimised(data: PairData) -> None:
    config = seq2seq.Config(epochs=7, learning_rate=0.004, batch_size=100, model="transformer")
    model = seq2seq.build_model(config, data)
    schedule = model.optimizer._learning_rate
    assert (schedule.max_learning_rate, schedule.total_steps) == (0.004, 7 * 3)
    # A loss that counts padding as well would fall where more of it is added.
    inputs, labels, weights = data.arrays("test")
    few = ({name: rows[:8] for name, rows in inputs.items()}, labels[:8], weights[:8])
    logits = np.asarray(model(few[0], training=False), np.float64)
    entropies = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(
        logits, labels[:8, :, None].astype(int), -1
    ).squeeze(-1)
    found = model.evaluate(*few[:2], sample_weight=few[2], verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(np.average(entropies, weights=weights[:8]), rel=1e-4)


def test_smoke_run_is_complete(smoke: kerasdl.Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 <= smoke.test["exact_match"] <= 1
    assert set(smoke.result["baselines"]) == {
        "copy of the source",
        "target of the most similar source",
    }
    assert (smoke.path / "alignment.png").is_file()
    answers = []
    for model in (smoke.path, smoke.export):
        with pytest.raises(SystemExit) as stopped:
            main(["predict", str(model), "3 March 2012", "--json"])
        assert not stopped.value.code
        answers.append(json.loads(capsys.readouterr().out))
    (ours,), (theirs,) = answers
    assert (ours["input"], ours["translation"]) == ("3 March 2012", theirs["translation"])
    assert theirs["score"] == pytest.approx(ours["score"], abs=1e-4)


def test_the_saved_model_needs_the_layers_alone(smoke: kerasdl.Run) -> None:
    model = keras.models.load_model(smoke.path / "best.keras")
    assert [layer for layer in model.layers if isinstance(layer, keras.layers.Lambda)] == []


def test_text_of_your_own_in_mixed_precision(tmp_path: Path) -> None:
    _, data, _, source, _, target = parallel_text(tmp_path)
    run = kerasdl.train(
        seq2seq,
        data=data,
        source=source,
        target=target,
        vocabulary_size=280,
        model="transformer",
        width=16,
        num_layers=1,
        num_heads=2,
        epochs=1,
        batch_size=16,
        jit_compile=False,
        precision="mixed_bfloat16",
        quiet=True,
        runs_dir=tmp_path / "r",
        saved_models_dir=tmp_path / "s",
    )
    assert set(run.test) == {"loss", "accuracy", "exact_match", "bleu"}
    assert run.result["baselines"]["copy of the source"]["bleu"] < 1
    assert run.environment["data"]["counts"] == {"train": 72, "validation": 4, "test": 4}
    assert (Path(run.export) / "assets.extra" / "tokenizer.json").is_file()
    report = json.loads((Path(run.export) / "export_report.json").read_text())
    assert report["compute_dtype"] == "float32"


def test_without_its_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    _, data, _, source, _, target = parallel_text(tmp_path)
    config = seq2seq.Config(data=data, source=source, target=target, vocabulary_size=280)
    with pytest.raises(UserError, match=r"BLEU needs .* pip install 'kerasdl\[text\]'"):
        seq2seq.load_data(config)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(DataError, match=r"pip install 'kerasdl\[text\]'"):
        seq2seq.load_data(config)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "mnist"], "is for image classification; expected one for translation: dates"),
        (["--data", "nowhere.tsv"], "unknown data set 'nowhere.tsv'"),
        (["--source", "en"], "--source and --target are for data of your own"),
        (["--width", "7"], "--width"),
        (["--beam-width", "0"], "--beam-width"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["recipe", "seq2seq", *words])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
