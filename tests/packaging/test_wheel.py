"""The wheel holds what a user needs, and nothing that would be in another's way."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    # Only what git knows, so that a file that somebody forgot to add is missed here.
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


def test_contents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kerasdl"}
    expected = {
        f"kerasdl/{path.relative_to(ROOT / 'kerasdl')}" for path in (ROOT / "kerasdl").rglob("*.py")
    } | {f"kerasdl/recipes/{path.name}" for path in (ROOT / "recipes").glob("*.py")}
    assert {name for name in names if name.endswith(".py")} == expected
    assert "kerasdl/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_installed_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """A clean environment, another folder: list, show, copy and run."""
    environment = tmp_path / "environment"
    # The dependencies are those of this environment; kerasdl itself is the wheel's.
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    here = subprocess.run(
        [
            sys.executable,
            "-c",
            "import numpy, pathlib; print(pathlib.Path(numpy.__file__).parents[1])",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    there = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    # A .pth file adds the folder behind the environment's own, without its editable kerasdl.
    Path(there, "dependencies.pth").write_text(f"import sys; sys.path.append({here!r})\n")
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def kerasdl(*words: str) -> str:
        done = subprocess.run(
            [environment / "bin" / "kerasdl", *words],
            cwd=tmp_path,
            env=clean,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [python, "-c", "import kerasdl, kerasdl.recipes; print(kerasdl.__file__)"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(where.strip()).is_relative_to(there)
    assert "\nmnist " in kerasdl("recipe")
    assert kerasdl("show", "mnist") == (ROOT / "recipes" / "mnist.py").read_text()
    out = kerasdl("recipe", "mnist", "--smoke", "--no-jit-compile", "--hidden-units", "16")
    assert "Test: accuracy 0." in out
    assert "SavedModel: saved_models/mnist/1" in out
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    assert kerasdl("predict", str(folder), str(min((folder / "samples").iterdir())))
