"""Between the protocols and the models."""

import asyncio
import gc
import weakref

import pytest
import tensorflow as tf

from kerasdl.serving import ModelRegistry, ServingApp

PREDICT = "/v1/models/half:predict"


@pytest.fixture
def served(tmp_path):
    """An application for the models of a folder."""
    registries = []

    def make():
        registries.append(ModelRegistry(tmp_path, poll_seconds=0))
        registries[-1].start()
        return ServingApp(registries[-1])

    yield make
    for registry in registries:
        registry.close()


def test_a_version_that_is_dropped_leaves_the_memory(half_plus_two, served, tmp_path, ask):
    half_plus_two(tmp_path / "half" / "1")
    app = served()
    model = app.registry.models["half"]
    old = weakref.ref(model.get())
    assert ask(app, "POST", PREDICT, '{"instances": [2]}').json == {"predictions": [3.0]}
    half_plus_two(tmp_path / "half" / "2", offset=5)
    model.refresh(at_once=True)
    assert ask(app, "POST", PREDICT, '{"instances": [2]}').json == {"predictions": [6.0]}
    gc.collect()
    assert old() is None


def test_requests_that_come_together_each_get_the_whole_of_a_fixed_output(served, tmp_path, acall):
    class Named(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")], autograph=False)
        def predict(self, x):
            return {"y": x * 2, "names": tf.constant(["a", "b"])}

    module = Named()
    folder = tmp_path / "half" / "1"
    tf.saved_model.save(module, str(folder), {"serving_default": module.predict})
    app = served()

    async def both():
        bodies = [f'{{"inputs": [{number}]}}' for number in (1, 5)]
        return await asyncio.gather(*[acall(app, "POST", PREDICT, body) for body in bodies])

    assert [answer.json["outputs"] for answer in asyncio.run(both())] == [
        {"y": [2.0], "names": ["a", "b"]},
        {"y": [10.0], "names": ["a", "b"]},
    ]
