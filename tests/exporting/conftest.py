import dataclasses
from pathlib import Path

import numpy as np
import pytest

from kerasdl.exporting import export_saved_model, image_classifier, reload, verify
from kerasdl.exporting.fresh_process import FreshAnswers

LABELS = ("zero", "one", "two", "three")
IMAGE_SHAPES = {"grey": (6, 5, 1), "rgb": (6, 5, 3)}


def build_model(image_shape=(6, 5, 1), *, seed=1, dtype="float32", extra_layer=None):
    """A classifier whose probabilities are far from equal."""
    import keras

    image = keras.Input(image_shape, dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, dtype=dtype)(image)
    x = keras.layers.Flatten(dtype=dtype)(x)
    x = keras.layers.Dropout(0.5, dtype=dtype)(x)
    if extra_layer is not None:
        x = extra_layer(x)
    initializer = keras.initializers.RandomNormal(stddev=1.0, seed=seed)
    x = keras.layers.Dense(len(LABELS), kernel_initializer=initializer, dtype=dtype)(x)
    return keras.Model(image, x)


def random_images(count, image_shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, *image_shape), dtype=np.uint8)


def build_servable(image_shape=(6, 5, 1), **kwargs):
    model = build_model(image_shape, **kwargs)
    return image_classifier(model, LABELS, random_images(3, image_shape))


@dataclasses.dataclass(frozen=True)
class Exported:
    servable: object
    report: object
    loaded: object

    @property
    def path(self) -> Path:
        return self.report.path

    def call(self, signature, **inputs):
        import tensorflow as tf

        inputs = {name: tf.constant(value) for name, value in inputs.items()}
        return {k: v.numpy() for k, v in self.loaded.signatures[signature](**inputs).items()}


@pytest.fixture(scope="session", params=list(IMAGE_SHAPES))
def exported(request, tmp_path_factory):
    """A real export, once for grey and once for RGB; not to be changed by a test."""
    import tensorflow as tf

    servable = build_servable(IMAGE_SHAPES[request.param])
    folder = tmp_path_factory.mktemp("saved_models") / request.param
    report = export_saved_model(servable, folder, metadata={"recipe": "test"})
    return Exported(servable, report, tf.saved_model.load(str(report.path)))


@pytest.fixture
def make_model():
    return build_model


@pytest.fixture
def make_images():
    return random_images


@pytest.fixture
def make_servable():
    return build_servable


@pytest.fixture
def same_process(monkeypatch):
    """Reads exports back in this process, which saves the seconds that a fresh one takes."""

    def ask(saved_model, calls):
        request = {
            "saved_model": str(saved_model),
            "calls": [
                {"signature": name, "inputs": {k: reload.encode(v) for k, v in inputs.items()}}
                for name, inputs in calls
            ],
        }
        response = reload.respond(request)
        outputs = [{k: reload.decode(v) for k, v in one.items()} for one in response["outputs"]]
        return FreshAnswers(outputs, (), response["milliseconds"])

    monkeypatch.setattr(verify, "ask_fresh_process", ask)
