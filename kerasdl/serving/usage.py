"""What a server prints at its start: how to ask for each signature of each model."""

import contextlib
import json
import shlex
from collections.abc import Iterator
from urllib.parse import quote

from kerasdl.exporting.extra_files import EXTRA_FOLDER
from kerasdl.exporting.versions import SAVED_MODEL_FILE
from kerasdl.serving.address import address
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.model_folder import ModelFolder
from kerasdl.serving.predict_request import DEFAULT_SIGNATURE, read_predict_request
from kerasdl.serving.registry import ModelRegistry
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.signature_info import TensorInfo

# A request that is longer is no line to be read.
_LONGEST_REQUEST = 1000


def usage_lines(
    registry: ModelRegistry, host: str, port: int, grpc_port: int | None
) -> Iterator[str]:
    """Returns lines that can be pasted into a shell, whatever folder it is in.

    Args:
        registry: the models, loaded.
        host: the address that the server listens at.
        port: its port for REST.
        grpc_port: its port for gRPC, if any.
    """
    host = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104
    url = f"http://{address(host, port)}"
    for name, folder in sorted(registry.models.items()):
        version = folder.highest()
        if version is None:
            yield f"{name}: no version can be served"
            continue
        model = folder.get(version)
        target = f"{url}/v1/models/{quote(name, safe='')}"
        yield f"{name} version {version}"
        for signature, info in sorted(model.signatures.items()):
            inputs = ", ".join(f"{key} {_describe(tensor)}" for key, tensor in info.inputs.items())
            yield f"  {signature}: {inputs} -> {', '.join(info.outputs)}"
            yield f"    curl {_request(model, signature, target)}"
        yield f"  docker run -p 8501:8501 {_mount(folder, version)} tensorflow/serving"
    if grpc_port is not None:
        yield f"gRPC at {address(host, grpc_port)}"
    yield f"Serving at {url} (Ctrl-C stops): {url}/models, {url}/healthz"


def _describe(tensor: TensorInfo) -> str:
    sizes = ["?"] if tensor.shape is None else ["n" if s is None else str(s) for s in tensor.shape]
    return f"{tensor.dtype.removeprefix('DT_').lower()}[{','.join(sizes)}]"


def _request(model: LoadedModel, signature: str, url: str) -> str:
    """The arguments of a curl that the model answers."""
    # What an export of this package brings.
    for file in sorted((model.path / EXTRA_FOLDER).glob("sample_request*.json")):
        with contextlib.suppress(ServingError):
            request = read_predict_request(file.read_bytes(), model.signature)
            if (request.signature_name or DEFAULT_SIGNATURE) == signature:
                return f"{url}:predict -d {shlex.quote(f'@{file.resolve()}')}"
    # Any other model is asked for zeros; where it refuses those, its inputs can be read.
    body = _zeros(model, signature)
    return f"{url}/metadata" if body is None else f"{url}:predict -d {shlex.quote(body)}"


def _zeros(model: LoadedModel, signature: str) -> str | None:
    inputs = {
        name: _filled(tensor.dtype, [1 if size is None else size for size in tensor.shape or ()])
        for name, tensor in model.signatures[signature].inputs.items()
    }
    body = json.dumps({"signature_name": signature, "inputs": inputs})
    if len(body) > _LONGEST_REQUEST:
        return None
    try:
        model.run(signature, read_predict_request(body.encode(), model.signature).tensors)
    except ServingError:
        return None
    return body


def _filled(dtype: str, shape: list[int]) -> object:
    if not shape:
        return "" if dtype == "DT_STRING" else False if dtype == "DT_BOOL" else 0
    return [_filled(dtype, shape[1:])] * shape[0]


def _mount(folder: ModelFolder, version: int) -> str:
    """The folder in a container; a version by itself goes where its number can be read."""
    path = folder.path.resolve()
    alone = (path / SAVED_MODEL_FILE).is_file()
    inside = f"/models/{folder.name}/{version}" if alone else f"/models/{folder.name}"
    volume, name = shlex.quote(f"{path}:{inside}"), shlex.quote(f"MODEL_NAME={folder.name}")
    return f"-v {volume} -e {name}"
