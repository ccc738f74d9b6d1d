"""The recipe `memory`: three towers learn to add, and do not disturb each other."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerasdl.cli import recipes
from kerasdl.recipes import memory

TOWERS = ["gru", "lstm", "simple_rnn"]
TINY: dict[str, Any] = {
    "length": 8,
    "examples": 384,
    "batch_size": 64,
    "epochs": 2,
    "units": 4,
    "steps_per_execution": 2,
    "jit_compile": False,
}


def test_model_is_the_one_that_is_claimed() -> None:
    config = memory.Config()
    model = memory.build_model(config, memory.load_data(config))
    claim = recipes.facts("memory")["model"]
    assert f"{model.count_params():,} parameters" in claim
    assert f"{model.get_layer('lstm_layer').units} units" in claim
    assert model.optimizer._learning_rate.total_steps == 16 * 250


def test_a_tower_learns_as_if_it_were_alone() -> None:
    config = memory.Config(**TINY, learning_rate=0.05)
    data = memory.load_data(config)

    def trained(name: str | None) -> dict[str, list[Any]]:
        model = memory.build_model(config, data)
        if name:
            # The others are given nothing to learn.
            weights = {tower: float(tower == name) for tower in TOWERS}
            losses = dict.fromkeys(TOWERS, "mean_squared_error")
            model.compile(optimizer=model.optimizer, loss=losses, loss_weights=weights)
        for epoch in range(2):
            model.fit(data.epoch_batches(64, 0, epoch), shuffle=False, verbose=0)
        return {tower: model.get_layer(f"{tower}_layer").get_weights() for tower in TOWERS}

    together, start = trained(None), memory.build_model(config, data)
    for name in TOWERS:
        alone = trained(name)
        for one, other in zip(together[name], alone[name], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
        begin = start.get_layer(f"{name}_layer").get_weights()
        assert not np.allclose(begin[0], alone[name][0], atol=1e-2)


def test_it_learns_to_add() -> None:
    config = memory.Config(**{**TINY, "units": 16, "examples": 8_000}, learning_rate=0.02)
    config = config.model_copy(update={"epochs": 3, "length": 4})
    data = memory.load_data(config)
    model = memory.build_model(config, data)
    for epoch in range(3):
        model.fit(data.epoch_batches(64, 0, epoch), shuffle=False, verbose=0)
    losses = model.evaluate(data.test_batches(1_000), verbose=0, return_dict=True)
    simple = memory.baselines(config, data)["the mean, always"]
    assert sorted(simple) == [f"{name}_loss" for name in TOWERS]
    for name, loss in simple.items():
        assert losses[name] < loss / 5


def test_the_picture_shows_every_tower_and_the_mean() -> None:
    config = memory.Config(batch_size=10)
    history = {"steps": [3, 3]} | {f"val_{name}_loss": [0.2, 0.1] for name in TOWERS}
    (figure,) = memory.learning_curves(config, history).values()
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert list(lines) == ["SimpleRNN", "GRU", "LSTM", "the mean, always: 0.167"]
    np.testing.assert_array_equal(lines["GRU"].get_xdata(), [30, 60])


@pytest.mark.parametrize("data", ["points.csv", "mnist"])
def test_other_data_is_refused(
    data: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kerasdl.cli.main import main

    monkeypatch.chdir(tmp_path)
    Path("points.csv").write_text("x\n1\n")
    with pytest.raises(SystemExit) as caught:
        main(["recipe", "memory", "--data", data])
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"--data: '{data}'. Input should be 'auto' or 'adding'." in line


def test_the_recorded_run_is_what_was_to_be_reached() -> None:
    report = (Path(__file__).parents[2] / "docs" / "results" / "memory.md").read_text()
    found = dict(re.findall(r"\| test (\w+)_loss \| (.+) \|", report))
    losses = {name: float(loss) for name, loss in found.items()}
    assert sorted(losses) == TOWERS
    assert max(losses["gru"], losses["lstm"]) < 0.01
    assert losses["simple_rnn"] == pytest.approx(1 / 6, rel=0.05)
    expect = recipes.facts("memory")["expect"]
    assert all(loss in expect for loss in found.values())
