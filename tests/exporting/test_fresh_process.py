"""The process that reads an export back, and what it may have loaded."""

import json
import subprocess
import sys

import numpy as np
import pytest

from kerasdl.exporting import ExportError, fresh_process, reload


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
        np.array([1.5, np.nan, -np.inf], np.float32),
        np.array(7, np.int64),
        np.zeros((0, 4), np.float32),
        np.array([b"\0trailing\0", b"", b"\xff"], dtype=object).reshape(3, 1),
        np.array([], dtype=object),
    ],
)
def test_arrays_survive_the_journey(array):
    found = reload.decode(json.loads(json.dumps(reload.encode(array))))
    np.testing.assert_array_equal(found, array)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)


def test_text_arrives_as_bytes():
    assert reload.decode(reload.encode(np.array(["é"]))).tolist() == ["é".encode()]


def test_packages_are_told_from_the_standard_library():
    packages = reload.loaded_packages()
    assert {"numpy", "kerasdl", "pytest"} <= set(packages)
    assert not {"json", "sys", "numpy.linalg"} & set(packages)


def test_a_package_made_unimportable_is_not_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    assert "tf_keras" not in reload.loaded_packages()


@pytest.mark.parametrize("exported", ["grey"], indirect=True)
def test_the_script_stands_alone(exported, tmp_path):
    """In isolated mode, from another folder, with Keras and kerasdl unimportable."""
    check = "import sys; sys.argv = ['reload.py']; import runpy; "
    check += f"runpy.run_path({reload.__file__!r}, run_name='__main__'); "
    check += "import importlib.util as u; sys.stderr.write(repr([sys.modules[n] for n in "
    check += "('keras', 'kerasdl')]))"
    request = {"saved_model": str(exported.path), "path": [], "calls": []}
    process = subprocess.run(
        [sys.executable, "-I", "-c", check],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert process.stderr.endswith("[None, None]")
    response = json.loads(process.stdout)
    assert response["outputs"] == []
    assert not {"keras", "kerasdl"} & set(response["modules"])


def respond_with(monkeypatch, *, returncode=0, stdout="", stderr=""):
    def run(command, **_):
        assert command[1:] == ["-I", reload.__file__]
        return subprocess.CompletedProcess(command, returncode, stdout, stderr)

    monkeypatch.setattr(subprocess, "run", run)


def test_an_export_that_needs_keras_is_refused(monkeypatch, tmp_path):
    response = {"outputs": [], "modules": ["keras", "numpy", "tensorflow"]}
    respond_with(monkeypatch, stdout=json.dumps(response))
    with pytest.raises(ExportError, match="the export needs keras to be read"):
        fresh_process.ask_fresh_process(tmp_path, [])


def test_an_error_is_told_in_one_line(monkeypatch, tmp_path):
    respond_with(monkeypatch, stdout=json.dumps({"error": "OSError: no such file"}))
    with pytest.raises(ExportError, match=r"read back in a fresh process: OSError: no such file$"):
        fresh_process.ask_fresh_process(tmp_path, [])


@pytest.mark.parametrize(
    ("stderr", "reason"), [("noise\nImportError: x\n\n", "ImportError: x"), ("", "exit code 134")]
)
def test_a_crash(monkeypatch, tmp_path, stderr, reason):
    respond_with(monkeypatch, returncode=134, stderr=stderr)
    with pytest.raises(ExportError, match=f"reads the export back failed: {reason}$"):
        fresh_process.ask_fresh_process(tmp_path, [])


def test_an_answer_that_is_none(monkeypatch, tmp_path):
    respond_with(monkeypatch, stdout="{")
    with pytest.raises(ExportError, match="reads the export back failed: no answer"):
        fresh_process.ask_fresh_process(tmp_path, [])


def test_a_process_that_hangs_is_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(fresh_process, "TIMEOUT_SECONDS", 0.01)
    with pytest.raises(ExportError, match=r"no answer after 0\.01 seconds, and was stopped$"):
        fresh_process.ask_fresh_process(tmp_path, [])


def test_no_python_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ExportError, match=r"reads the export back failed: .*No such file"):
        fresh_process.ask_fresh_process(tmp_path, [])


def test_importing_the_package_loads_neither_keras_nor_tensorflow():
    code = "import kerasdl.exporting, sys; print({'keras', 'tensorflow'} & set(sys.modules))"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert process.stdout == "set()\n"
