"""TensorFlow Serving's files: which models, and how they are batched."""

import pytest

from kerasdl.serving import ModelRegistry
from kerasdl.serving.batching_options import BatchingOptions, read_batching_parameters
from kerasdl.serving.model_config import ModelConfig, read_model_config
from kerasdl.serving.version_policy import VersionPolicy
from kerasdl.user_error import UserError

MODELS = """
model_config_list {
  config {  # the highest version
    name: "one"
    base_path: "/models/one"
    model_platform: "tensorflow"
  }
  config: {
    name: 'two', base_path: '/models/two'
    model_version_policy { specific { versions: 3 versions: 7 } }
    version_labels { key: "stable" value: 3 }
    version_labels { key: "canary" value: 7 }
  }
  config { name: "three" base_path: "/models/three" model_version_policy { all {} } }
  config {
    name: "four" base_path: "/models/four"
    model_version_policy { latest { num_versions: 2 } }
  }
}
"""


def write(tmp_path, text):
    file = tmp_path / "file.config"
    file.write_text(text)
    return file


def test_models(tmp_path):
    configs = read_model_config(write(tmp_path, MODELS))
    assert [(config.name, str(config.path)) for config in configs] == [
        (name, f"/models/{name}") for name in ("one", "two", "three", "four")
    ]
    assert [config.policy for config in configs] == [
        VersionPolicy(1),
        VersionPolicy(1, (3, 7)),
        VersionPolicy(None),
        VersionPolicy(2),
    ]
    assert configs[1].labels == {"stable": 3, "canary": 7}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"names no model. Expected model_config_list \{ config"),
        ("model_config_list { config { base_path: '/m' } }", "'': every model needs a name"),
        (
            "model_config_list { config { name: 'a' base_path: '/m' } "
            "config { name: 'a' base_path: '/n' } }",
            "'a': every model needs a name of its own",
        ),
        (
            "model_config_list { config { name: 'a' base_path: 'm' } }",
            "'a': base_path must be an absolute path. Received: 'm'",
        ),
        (
            "model_config_list { config { name: 'a' base_path: '/m' model_platform: 'x' } }",
            "'a': model_platform must be tensorflow. Received: 'x'",
        ),
        (
            "model_config_list { config { name: 'a' logging_config {} } }",
            'is no tensorflow.serving.ModelServerConfig in text form: 1:40 : .*"logging_config"',
        ),
    ],
)
def test_models_that_cannot_be_served(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read_model_config(write(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"Cannot read .*nowhere"):
        read_model_config(tmp_path / "nowhere")


def test_models_are_served_as_configured(half_plus_two, tmp_path):
    for version in (1, 2, 3):
        half_plus_two(tmp_path / "half" / str(version))
    half_plus_two(tmp_path / "half" / "4", offset=5)
    registry = ModelRegistry(
        [
            ModelConfig("old", tmp_path / "half", VersionPolicy(specific=(1, 2)), {"first": 1}),
            ModelConfig("new", tmp_path / "half"),
            ModelConfig("later", tmp_path / "later"),
        ],
        poll_seconds=0,
    )
    registry.start()
    served = {name: sorted(model.loaded) for name, model in registry.models.items()}
    assert served == {"old": [1, 2], "new": [4], "later": []}
    with registry.use("old", label="first") as (version, _):
        assert version == 1
    assert not registry.is_ready()
    registry.close()


def test_configured_models_of_which_none_is_there(tmp_path):
    registry = ModelRegistry([ModelConfig("half", tmp_path / "half")], poll_seconds=0)
    with pytest.raises(UserError, match=r"No model can be served. half: no version .*half"):
        registry.start()


def test_batching_parameters(tmp_path):
    text = """
    max_batch_size { value: 32 }
    batch_timeout_micros { value: 0 }
    num_batch_threads { value: 4 }
    thread_pool_name { value: "mine" }
    allowed_batch_sizes: 8
    allowed_batch_sizes: 32
    """
    assert read_batching_parameters(write(tmp_path, text)) == BatchingOptions(
        max_batch_size=32, batch_timeout_micros=0, num_batch_threads=4, allowed_batch_sizes=(8, 32)
    )
    assert read_batching_parameters(write(tmp_path, "# nothing")) == BatchingOptions()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_batch_size: 3", "no tensorflow.serving.BatchingParameters in text form: 1:1"),
        ("pad_variable_length_inputs: true", '"pad_variable_length_inputs"'),
        ("max_batch_size { value: 0 }", "file.config: max_batch_size must be 1 or more"),
        ("allowed_batch_sizes: 8", "file.config: allowed_batch_sizes must increase and end with"),
    ],
)
def test_batching_parameters_that_are_wrong(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read_batching_parameters(write(tmp_path, text))
