"""Help, lists and mistakes are answered without TensorFlow, in a process of their own."""

import subprocess
import sys

import pytest

QUICK = [
    ["--help"],
    ["--version"],
    ["recipe"],
    ["recipe", "--json"],
    ["recipe", "--help"],
    ["recipe", "mnist", "--help"],
    ["recipe", "mnist", "--print-config"],
    ["recipe", "mnist", "--epochs", "0"],
    ["recipe", "mnist", "--data", "mnits"],
    ["recipe", "mnist", "--resume", "nowhere"],
    ["recipe", "gpt", "--help"],
    ["recipe", "gpt", "--data", "mnist"],
    ["recipe", "mnits"],
    ["recpie"],
    ["show", "mnist"],
    ["predict", "nowhere", "x.png"],
    ["predict", "nowhere", "--prompt", "x"],
    ["evaluate", "nowhere"],
    ["export", "nowhere"],
    ["serve", "nowhere"],
    ["serve", "--help"],
    ["data", "list"],
    ["data", "--help"],
]

SCRIPT = """
import sys
from kerasdl.cli import main
for words in {quick!r}:
    try:
        main(words)
    except SystemExit:
        pass
    heavy = {{"tensorflow", "keras", "tensorflow_datasets", "matplotlib"}} & set(sys.modules)
    if heavy:
        print("HEAVY", words, heavy)
print("END")
"""


def test_quick_commands_import_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(quick=QUICK)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.endswith("END\n")
    assert "HEAVY" not in done.stdout


def test_importing_kerasdl_imports_nothing_heavy() -> None:
    script = (
        "import sys, kerasdl, kerasdl.training, kerasdl.recipes.mnist;"
        "print(sorted({'tensorflow', 'keras', 'numpy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("keras_first", [True, False])
def test_importing_keras_and_kerasdl_in_either_order_registers_the_layers(
    keras_first: bool,
) -> None:
    order = ["import keras", "import kerasdl"]
    script = "; ".join(
        [
            *(order if keras_first else order[::-1]),
            "print(keras.saving.get_registered_object('kerasdl>InvertedDropout').__name__)",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "InvertedDropout\n"
