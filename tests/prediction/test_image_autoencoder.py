"""Reconstructions and samples, and the files they are written to."""

import json

import numpy as np
import pytest
from PIL import Image

from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import ImageAutoencoderPredictor

SHAPE = (4, 5, 1)


def served(sizes=None, **details):
    """A model that gives back half the brightness, and whose codes are brightnesses."""

    def ask(signature, inputs):
        if sizes is not None:
            sizes.append(len(next(iter(inputs.values()))))
        if signature == "decode":
            assert inputs["latents"].shape[1] == 2
            brightness = 1 / (1 + np.exp(-inputs["latents"][:, :1, np.newaxis, np.newaxis]))
            return {"pixels": np.broadcast_to(brightness, (len(brightness), *SHAPE))}
        pixels = inputs["image"] / 510
        return {"reconstruction": pixels, "error": np.mean(pixels**2, axis=(1, 2, 3))}

    shapes = {"serving_default": {"image": (None, *SHAPE)}}
    return ServedModel("image_autoencoder", ask, shapes, details={"latent_size": 2, **details})


@pytest.fixture
def files(tmp_path):
    for folder, value in (("a", 204), ("b", 102)):
        (tmp_path / folder).mkdir()
        Image.fromarray(np.full((4, 5), value, np.uint8)).save(tmp_path / folder / "one.png")
    np.save(tmp_path / "many.npy", np.full((3, 4, 5), 51, np.uint8))
    return tmp_path


def test_errors_without_files(files):
    predictor = ImageAutoencoderPredictor(served())
    rows = predictor.rows([str(files / "a" / "one.png"), str(files / "many.npy")])
    assert [row["input"] for row in rows] == ["one.png", *(f"many.npy[{i}]" for i in range(3))]
    assert [row["error"] for row in rows] == [0.16, 0.01, 0.01, 0.01]
    assert json.loads(json.dumps(rows)) == rows
    assert predictor.text(rows[:2]) == "one.png      error 0.160000\nmany.npy[0]  error 0.010000"


def test_reconstructions_are_written_under_different_names(files):
    output = files / "new" / "folder"
    inputs = [str(files / folder / "one.png") for folder in "ab"] + [str(files / "many.npy")]
    for _ in range(2):  # a second time they take the place of the first
        rows = ImageAutoencoderPredictor(served()).rows(inputs, output=str(output))
        names = ["one-reconstruction", "one-reconstruction-2"]
        names += [f"many-{index}-reconstruction" for index in range(3)]
        assert [row["output"] for row in rows] == [str(output / f"{name}.png") for name in names]
        assert {path.name for path in output.iterdir()} == {f"{name}.png" for name in names}
    with Image.open(rows[1]["output"]) as image:
        np.testing.assert_array_equal(np.asarray(image), np.full((4, 5), 51))
    assert ImageAutoencoderPredictor(served()).text(rows).splitlines()[1].endswith("tion-2.png")


def test_samples(tmp_path):
    predictor = ImageAutoencoderPredictor(served(prior="standard normal"))
    rows = predictor.rows([], samples=11, output=str(tmp_path))
    assert [row["sample"] for row in rows] == list(range(11))
    assert rows[3]["output"] == str(tmp_path / "sample-03.png")
    assert predictor.text(rows[:1]) == f"sample 0  {tmp_path / 'sample-00.png'}"
    values = {int(np.asarray(Image.open(path))[0, 0]) for path in tmp_path.iterdir()}
    assert len(values) > 5
    one, same, other = (predictor.sample(4, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_many_are_asked_in_batches(tmp_path):
    sizes = []
    np.save(tmp_path / "many.npy", np.zeros((300, 4, 5), np.uint8))
    rows = ImageAutoencoderPredictor(served(sizes)).rows([str(tmp_path / "many.npy")])
    assert sizes == [256, 44]
    assert len(rows) == 300


def test_what_cannot_be_done(files):
    plain, drawing = (ImageAutoencoderPredictor(served(**d)) for d in ({}, {"prior": "x"}))
    with pytest.raises(InputError, match="nothing to predict; expected image files"):
        plain.rows([], output=str(files))
    with pytest.raises(InputError, match="--seed is -1; expected 0 or more"):
        plain.rows([], samples=2, output=str(files), seed=-1)
    with pytest.raises(InputError, match="--samples needs --output FOLDER"):
        plain.rows([], samples=2)
    for predictor in (plain, drawing):
        with pytest.raises(InputError, match="codes have a known distribution"):
            predictor.rows([], samples=2, output=str(files))
    with pytest.raises(InputError, match=r"--output .*one\.png is no folder to write to"):
        plain.rows([str(files / "a" / "one.png")], output=str(files / "a" / "one.png"))
    with pytest.raises(InputError, match=r"missing\.png does not exist"):
        plain.rows([str(files / "missing.png")])
    with pytest.raises(InputError, match="--top-k means nothing"):
        plain.rows([], top_k=3)
