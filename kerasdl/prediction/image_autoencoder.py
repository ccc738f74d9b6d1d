"""Reconstructions of an autoencoder of images, and images that it makes up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.read_images import read_images
from kerasdl.exporting.served_model import ServedModel
from kerasdl.files import replacing
from kerasdl.prediction.predictor import Predictor, Row

BATCH_SIZE = 256


class ImageAutoencoderPredictor(Predictor):
    """Reconstructs images, and draws new ones where the codes have a known distribution.

    Args:
        model: An autoencoder of images: `kerasdl.exporting.image_autoencoder`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "image_autoencoder"
    expects = "image files (PNG, JPEG, ...) or .npy files with one image or many"
    options = ("output", "samples", "seed")

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        _, *image_shape = model.inputs["serving_default"]["image"]
        height, width, channels = (int(size or 0) for size in image_shape)
        self.image_shape = (height, width, channels)

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input and error for each image, and where its picture was written.

        Args:
            inputs: image files, or .npy files.
            **options: `output`, the folder for PNG files; `samples`, how many images to draw
                from N(0, I) besides; `seed`, which ones.

        Raises:
            InputError: if an image cannot be read, there is nothing to do, the model
                cannot draw, or the folder cannot be written to.
        """
        self.check_options(options)
        count = options.get("samples", 0)
        if not inputs and not count:
            raise InputError(f"there is nothing to predict; expected {self.expects}")
        if count and "output" not in options:
            raise InputError("--samples needs --output FOLDER, where the images are written")
        folder = _folder(options["output"]) if "output" in options else None
        rows: list[Row] = []
        pictures: dict[str, np.ndarray] = {}
        for path in inputs:
            read = read_images(path, self.image_shape)
            answers = self._ask("serving_default", "image", read.images)
            for name, pixels, error in zip(
                read.names, answers["reconstruction"], answers["error"], strict=True
            ):
                row: Row = {"input": name, "error": round(float(error), 6)}
                if folder is not None:
                    row["output"] = _add(pictures, f"{_stem(name)}-reconstruction", pixels)
                rows.append({**row, "notes": list(read.notes)})
        for index, pixels in enumerate(self.sample(count, options.get("seed", 0)) if count else ()):
            name = f"sample-{index:0{len(str(count - 1))}}"
            rows.append({"sample": index, "output": _add(pictures, name, pixels)})
        if folder is not None:
            for name, pixels in pictures.items():
                _write(folder / name, pixels)
            rows = [{**row, "output": str(folder / row["output"])} for row in rows]
        return rows

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Decodes codes that are drawn from N(0, I).

        Args:
            count: how many.
            seed: decides which.

        Returns:
            float32 `[count, height, width, channels]`, values 0 to 1.

        Raises:
            InputError: if the codes of the model have no known distribution, or the
                seed is negative.
        """
        if seed < 0:
            raise InputError(f"--seed is {seed}; expected 0 or more")
        if self.model.details.get("prior") != "standard normal":
            raise InputError(
                "--samples needs a model whose codes have a known distribution, as those of a "
                "variational autoencoder have; this one can reconstruct images"
            )
        size = (count, self.model.details["latent_size"])
        latents = np.random.default_rng(seed).standard_normal(size).astype(np.float32)
        return self._ask("decode", "latents", latents)["pixels"]

    def text(self, rows: Sequence[Row]) -> str:
        """Returns a line for each image: its name, its error, where its picture is."""
        names = [row.get("input", f"sample {row.get('sample')}") for row in rows]
        width = max(map(len, names))
        return "\n".join(
            "  ".join(
                [f"{name:<{width}}"]
                + ([f"error {row['error']:.6f}"] if "error" in row else [])
                + ([row["output"]] if "output" in row else [])
            )
            for name, row in zip(names, rows, strict=True)
        )

    def _ask(self, signature: str, name: str, values: np.ndarray) -> dict[str, np.ndarray]:
        answers = [
            self.model.ask(signature, {name: values[start : start + BATCH_SIZE]})
            for start in range(0, len(values), BATCH_SIZE)
        ]
        return {key: np.concatenate([answer[key] for answer in answers]) for key in answers[0]}


def _folder(output: str | Path) -> Path:
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"--output {folder} is no folder to write to: {reason}") from error
    return folder


def _stem(name: str) -> str:
    """The name of an image without its ending: `digit` of `digit.png`, `many-3` of `many.npy[3]`.

    >>> _stem("digit.png"), _stem("many.npy[3]")
    ('digit', 'many-3')
    """
    file, _, index = name.partition(".npy[")
    return f"{file}-{index[:-1]}" if index else Path(name).stem


def _add(pictures: dict[str, np.ndarray], stem: str, pixels: np.ndarray) -> str:
    """Adds a picture under a file name that no other has, and returns the name."""
    name, number = f"{stem}.png", 1
    while name in pictures:
        number += 1
        name = f"{stem}-{number}.png"
    pictures[name] = pixels
    return name


def _write(path: Path, pixels: np.ndarray) -> None:
    from PIL import Image

    values = np.rint(255 * pixels).astype(np.uint8)
    with replacing(path) as temporary:
        Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values).save(temporary)
