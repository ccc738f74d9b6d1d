import os
import re
import resource
import stat
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from kerasdl import plots


@pytest.fixture
def figure():
    return plots.curves({"loss": [3.0, 1.0], "val_loss": [2.0, 1.5]}, title="Two epochs")


def test_the_file_is_the_figure_at_150_dots_per_inch(figure, tmp_path):
    path = plots.save(figure, tmp_path / "curves.png")

    assert path == tmp_path / "curves.png"
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == tuple(int(inches * 150) for inches in figure.get_size_inches())
        assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        assert len(np.unique(np.asarray(picture))) > 10  # something is drawn


def test_nothing_but_the_picture_is_in_the_file(figure, tmp_path):
    with Image.open(plots.save(figure, tmp_path / "curves.png")) as picture:
        assert set(picture.info) == {"dpi"}


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    matrix, names = np.eye(3, dtype=int), ["a", "b", "c"]

    paths = [
        plots.save(plots.confusion_matrix(matrix, names), tmp_path / name)
        for name in ("first.png", "second.png")
    ]

    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_older_picture_is_replaced_and_nothing_else_left(figure, tmp_path):
    path = tmp_path / "curves.png"
    path.write_bytes(b"old")

    plots.save(figure, str(path))

    assert path.read_bytes().startswith(b"\x89PNG")
    assert os.listdir(tmp_path) == ["curves.png"]


def test_the_file_has_the_usual_permissions(figure, tmp_path):
    usual = tmp_path / "usual"
    usual.touch()

    path = plots.save(figure, tmp_path / "curves.png")

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


def test_a_failing_write_leaves_the_old_picture_and_no_other_file(figure, tmp_path, monkeypatch):
    path = tmp_path / "curves.png"
    path.write_bytes(b"old")

    def no_space(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kerasdl.plots.saving.os.replace", no_space)

    with pytest.raises(OSError, match="No space left"):
        plots.save(figure, path)

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["curves.png"]


def test_a_disk_that_fills_up_leaves_nothing(figure, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.raises(OSError, match="File too large"):
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
            plots.save(figure, tmp_path / "curves.png")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(figure, tmp_path):
    with pytest.raises(OSError, match="No such file or directory"):
        plots.save(figure, tmp_path / "missing" / "curves.png")

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["curves", "curves.jpg"])
def test_another_format_is_refused(figure, tmp_path, name):
    with pytest.raises(
        ValueError, match=re.escape(f"must end in .png, received '{tmp_path / name}'")
    ):
        plots.save(figure, tmp_path / name)


def test_letters_that_the_font_lacks_are_no_warning(tmp_path):
    names = ["\u4f60\u597d", "\N{GRINNING FACE}"]
    figure = plots.confusion_matrix(np.eye(2, dtype=int), names)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plots.save(figure, tmp_path / "matrix.png")
    assert caught == []


def test_figures_are_drawn_in_threads(tmp_path):
    def draw(index):
        figure = plots.curves({"loss": [3.0, 1.0]}, title="The same")
        return plots.save(figure, tmp_path / f"{index}.png").read_bytes()

    with ThreadPoolExecutor(4) as threads:
        pictures = set(threads.map(draw, range(8)))

    assert len(pictures) == 1


def test_neither_tensorflow_nor_pyplot_is_imported():
    program = (
        "import sys, kerasdl\n"
        "assert 'matplotlib' not in sys.modules\n"
        "import kerasdl.plots, kerasdl.diagnostics\n"
        "kerasdl.plots.curves({'loss': [1.0]}).draw_without_rendering()\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib.pyplot', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")
