"""Models by name, from a file such as TensorFlow Serving's `--model_config_file`."""

from dataclasses import dataclass, field
from pathlib import Path

from kerasdl.serving.protos import read_text_proto
from kerasdl.serving.version_policy import HIGHEST_VERSION, VersionPolicy
from kerasdl.user_error import UserError


@dataclass(frozen=True)
class ModelConfig:
    """A model to be served.

    Args:
        name: its name in URLs.
        path: the folder with its versions.
        policy: which of them are served.
        labels: names for versions in URLs.
    """

    name: str
    path: Path
    policy: VersionPolicy = HIGHEST_VERSION
    labels: dict[str, int] = field(default_factory=dict)


def read_model_config(path: str | Path) -> list[ModelConfig]:
    """Returns the models that a `ModelServerConfig` in text form names.

    Args:
        path: the file.

    Raises:
        UserError: the file is none such, or asks for what cannot be served.
    """
    found = read_text_proto(Path(path), "ModelServerConfig").model_config_list.config
    configs: list[ModelConfig] = []
    for config in found:
        where = f"{path}, model '{config.name}'"
        if not config.name or config.name in {other.name for other in configs}:
            raise UserError(f"{where}: every model needs a name of its own.")
        if not Path(config.base_path).is_absolute():
            raise UserError(
                f"{where}: base_path must be an absolute path. Received: '{config.base_path}'."
            )
        if config.model_platform not in ("", "tensorflow"):
            raise UserError(
                f"{where}: model_platform must be tensorflow. Received: '{config.model_platform}'."
            )
        policy = config.model_version_policy
        latest: int | None = policy.latest.num_versions if policy.latest.num_versions else 1
        configs.append(
            ModelConfig(
                config.name,
                Path(config.base_path),
                VersionPolicy(
                    None if policy.HasField("all") else latest, tuple(policy.specific.versions)
                ),
                {label.key: label.value for label in config.version_labels},
            )
        )
    if not configs:
        raise UserError(f"{path} names no model. Expected model_config_list {{ config {{ ... }} }}")
    return configs
