"""A user's mistake is one line, exit code 2, no traceback, and nothing half-written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MISTAKES = {
    "unknown command": (["recpie"], ["No such command 'recpie'", "Did you mean 'recipe'"]),
    "unknown recipe": (["recipe", "mnits"], ["Unknown recipe 'mnits'", "id you mean 'mnist'"]),
    "no such recipe file": (["recipe", "mine.py"], ["There is no file 'mine.py'"]),
    "unknown option": (["recipe", "mnist", "--epoch", "3"], ["No such option", "--epochs"]),
    "unknown data": (["recipe", "mnist", "--data", "mnits"], ["mnits", "id you mean 'mnist'"]),
    "no whole number": (["recipe", "mnist", "--epochs", "x"], ["--epochs", "'x'", "integer"]),
    "no epochs": (["recipe", "mnist", "--epochs", "0"], ["--epochs", "greater than or equal to 1"]),
    "negative rate": (["recipe", "mnist", "--learning-rate", "-1"], ["--learning-rate", "than 0"]),
    "rate not finite": (["recipe", "mnist", "--learning-rate", "nan"], ["--learning-rate", "fini"]),
    "dropout of all": (["recipe", "mnist", "--dropout-rate", "1"], ["--dropout-rate", "less than"]),
    "no widths": (["recipe", "mnist", "--hidden-units", "5,x"], ["--hidden-units", "integer"]),
    "zero width": (["recipe", "mnist", "--hidden-units", "5,0"], ["--hidden-units", "greater"]),
    "device": (["recipe", "mnist", "--device", "tpu"], ["--device", "auto, cpu, gpu, gpu:N"]),
    "precision": (["recipe", "mnist", "--precision", "half"], ["--precision", "mixed_bfloat16"]),
    "no GPU": (["recipe", "mnist", "--device", "gpu"], ["no GPU", "--device cpu"]),
    "resume nothing": (["recipe", "mnist", "--resume", "runs"], ["'runs' is no folder"]),
    "resume and config": (
        ["recipe", "mnist", "--resume", "a", "--config", "b"],
        ["leave out --config"],
    ),
    "smoke and config": (
        ["recipe", "mnist", "--smoke", "--config", "b"],
        ["--smoke brings its own"],
    ),
    "dry run as JSON": (["recipe", "mnist", "--dry-run", "--json"], ["--dry-run goes with"]),
    "config nowhere": (["recipe", "mnist", "--config", "no.json"], ["Cannot read", "no.json"]),
    "show unknown": (["show", "mnits"], ["id you mean 'mnist'"]),
    "copy to no .py": (["copy", "mnist", "mine.txt"], ["neither a folder nor a .py file"]),
    "evaluate nothing": (["evaluate", "nowhere"], ["'nowhere' is no folder"]),
    "predict with nothing": (["predict", "nowhere", "x.png"], ["'nowhere' is no folder"]),
    "predict without inputs": (["predict", "nowhere"], ["Missing argument 'INPUTS"]),
    "export nothing": (["export", "nowhere"], ["'nowhere' is no folder"]),
    "export quantize": (
        ["export", "x", "--format", "onnx", "--quantize", "int8"],
        ["--quantize is for --format litert"],
    ),
    "export format": (["export", "x", "--format", "h5"], ["'h5' is not", "saved_model"]),
    "size not finite": (
        ["serve", "--max-request-megabytes", "inf"],
        ["--max-request-megabytes", "'inf' is no finite number"],
    ),
    "time not a number": (["serve", "--poll-seconds", "nan"], ["'nan' is no finite number"]),
    "limits of no batching": (
        ["serve", "--no-batching", "--max-batch-size", "3"],
        ["Give --max-batch-size or --no-batching, not both"],
    ),
    "file of no batching": (
        ["serve", "--no-batching", "--batching-parameters-file", "/nope"],
        ["Give --batching-parameters-file or --no-batching, not both"],
    ),
    "data unknown": (["data", "show", "mnits"], ["mnits", "id you mean 'mnist'"]),
}


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake(mistake: str, kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    words, fragments = MISTAKES[mistake]
    outcome = kerasdl_command(*words)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert "Error: " in outcome.err
    for fragment in fragments:
        assert fragment in outcome.err
    assert list(tmp_path.iterdir()) == []


DO_NOT_FIT = {
    "LeNet-5": (["cnn", "--data", "digits", "--image-size", "8"], ["12 x 12", "(8, 8, 1)"]),
    "VGG": (
        ["cnn", "--data", "digits", "--model", "vgg", "--image-size", "2"],
        ["at least 4 pixels", "(2, 2, 1)"],
    ),
    "heads": (["gpt", "--smoke", "--num-heads", "3"], ["width=32, num_heads=3"]),
    "heads of one number": (["gpt", "--smoke", "--num-heads", "32"], ["multiple of 2 * num_heads"]),
    "heads, learned positions": (
        ["gpt", "--smoke", "--num-heads", "3", "--positions", "learned"],
        ["width 32", "num_heads=3"],
    ),
    "transformer": (
        ["seq2seq", "--smoke", "--model", "transformer", "--width", "36"],
        ["width=36, num_heads=4"],
    ),
    "crop": (["resnet", "--smoke", "--image-size", "8", "--crop", "8"], ["--crop with at most 7"]),
    "crop of all": (["resnet", "--smoke", "--crop", "32"], ["28x28", "--crop with at most 27"]),
    "patches": (["vit", "--smoke", "--patch-size", "5"], ["use --patch-size with one of"]),
    "moons": (
        ["autoencoder", "--data", "moons", "--latent-size", "2"],
        ["are for images, not for"],
    ),
    "examples": (["text_classify", "--max-examples", "1"], ["--max-examples 1 leaves no"]),
}


@pytest.mark.parametrize("dry", [True, False])
@pytest.mark.parametrize("case", DO_NOT_FIT)
def test_options_that_do_not_go_together(
    case: str, dry: bool, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    words, fragments = DO_NOT_FIT[case]
    outcome = kerasdl_command("recipe", *words, *(["--dry-run"] if dry else []))
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    (line,) = [line for line in outcome.err.splitlines() if line.startswith("Error: ")]
    assert outcome.err.rstrip().endswith(line)
    for fragment in fragments:
        assert fragment in line
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_where_a_model_could_not_be_built(kerasdl_command: Callable[..., Any]) -> None:
    outcome = kerasdl_command(
        "recipe", "cnn", "--data", "digits", "--image-size", "8", "--dry-run", "--debug"
    )
    assert outcome.code == 2
    assert "lenet5.py" in outcome.err


def test_debug_shows_where_a_mistake_was_found(kerasdl_command: Callable[..., Any]) -> None:
    outcome = kerasdl_command("recipe", "mnist", "--resume", "nowhere", "--debug")
    assert outcome.code == 2
    assert "Traceback" in outcome.err


BAD_CONFIGS = {
    "unknown key": ({"recipe": "mnist", "epoch": 3}, ["config.json", "'epoch'", "mean 'epochs'"]),
    "bad value": ({"recipe": "mnist", "epochs": 0}, ["config.json", "--epochs"]),
    "other recipe": ({"recipe": "resnet", "epochs": 1}, ["for recipe 'resnet'", "--config"]),
    "no recipe": ({"epochs": 1}, ["key 'recipe'"]),
    "no object": ([1], ["key 'recipe'"]),
}


@pytest.mark.parametrize("case", BAD_CONFIGS)
def test_bad_config(case: str, kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    content, fragments = BAD_CONFIGS[case]
    (tmp_path / "config.json").write_text(json.dumps(content))
    outcome = kerasdl_command("recipe", "mnist", "--config", "config.json")
    assert outcome.code == 2
    for fragment in fragments:
        assert fragment in outcome.err


@pytest.mark.parametrize(
    ("content", "fragment"), [(b"{", "is not JSON"), (b"\xff\xfe\x00", "not UTF-8")]
)
def test_unreadable_config(
    content: bytes, fragment: str, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_bytes(content)
    outcome = kerasdl_command("recipe", "mnist", "--config", "config.json")
    assert outcome.code == 2
    assert fragment in outcome.err


BAD_RECIPES = {
    "bytes": ("\0", "Cannot import the recipe"),
    "syntax": ("def (:", "Cannot import the recipe"),
    "import": ("import no_such_module_of_mine", "Cannot import the recipe"),
    "empty": ("", "is not a recipe: it lacks Config, load_data, build_model"),
    "config": (
        "Config = dict\ndef load_data(config): ...\ndef build_model(config, data): ...",
        "must be a subclass of",
    ),
    "best": (
        "from kerasdl.training import RecipeConfig as Config\nBEST = 'val_loss'\n"
        "def load_data(config): ...\ndef build_model(config, data): ...",
        "'highest METRIC' or 'lowest METRIC'",
    ),
}


@pytest.mark.parametrize("case", BAD_RECIPES)
def test_bad_recipe_file(case: str, kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    source, fragment = BAD_RECIPES[case]
    (tmp_path / "mine.py").write_text(source)
    outcome = kerasdl_command("recipe", "mine.py")
    assert outcome.code == 2
    assert fragment in outcome.err


def test_copy_does_not_replace(kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    target = tmp_path / "mine.py"
    target.write_text("mine")
    outcome = kerasdl_command("copy", "mnist", target)
    assert outcome.code == 2
    assert "--force" in outcome.err
    assert target.read_text() == "mine"


def test_copy_into_a_file_as_folder(kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = kerasdl_command("copy", "mnist", tmp_path / "file" / "mine.py")
    assert outcome.code == 2
    assert "Cannot write" in outcome.err
