"""Every recipe's model in every format, and the table of docs/export.md that says so."""

import importlib
from pathlib import Path
from typing import Any

import keras
import pytest

from kerasdl.cli import recipes
from kerasdl.exporting import ExportError, Servable, export, task_sample
from kerasdl.exporting.formats import FORMATS
from kerasdl.training.recipe import Recipe

PAGE = Path(__file__).parents[2] / "docs" / "export.md"
# As small as it gets; nothing is trained.
TINY: dict[str, dict[str, Any]] = {
    "char_lm": {"units": 8, "embedding_width": 8},
    "gpt": {"width": 16, "num_heads": 2},
    "mnist": {"hidden_units": (8,)},
    "seq2seq": {"width": 8},
}


def tiny_servable(name: str, folder: Path) -> tuple[Servable, Any]:
    module = importlib.import_module(f"kerasdl.recipes.{name}")
    config = Recipe(module).configure(TINY.get(name, {}), smoke=True)
    keras.utils.set_random_seed(0)
    data = module.load_data(config)
    data.write_samples(folder)
    return module.servable(module.build_model(config, data), data.info, folder), data


def table() -> dict[str, dict[str, str]]:
    """By recipe and column, what the page says."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines() if "|" in line]
    start = next(i for i, cells in enumerate(lines) if cells[0] == "recipe")
    header, rows = lines[start], lines[start + 2 :]
    return {
        cells[0].strip("`"): dict(zip(header[1:], cells[1:], strict=True))
        for cells in rows
        if len(cells) == len(header)
    }


def test_the_table_names_every_recipe() -> None:
    assert set(table()) == set(recipes.names())


@pytest.mark.parametrize("name", recipes.names())
def test_a_recipe_in_every_format(name: str, tmp_path: Path) -> None:
    servable, data = tiny_servable(name, tmp_path / "samples")
    shown = task_sample(servable.kind, data.arrays("validation"), 16)
    assert shown is not None, "each recipe's exports are measured"
    said = {}
    for format_ in FORMATS:
        for quantize in (None, "int8") if format_ == "litert" else (None,):
            column = format_ if quantize is None else f"{format_} {quantize}"
            folder = tmp_path / column
            try:
                report = export(
                    servable,
                    folder,
                    format_,
                    quantize=quantize,
                    representative=shown.inputs,
                    # Weights that were not trained lose their way in 8 bits.
                    tolerance=None if quantize is None else float("inf"),
                )
            except ExportError:
                said[column] = "no"
                assert not folder.exists()
            else:
                said[column] = "yes"
                assert report.location.is_file()
    cells = table()[name]
    expected = {column: "no" if "refused" in cells[column] else "yes" for column in said}
    assert said == expected
