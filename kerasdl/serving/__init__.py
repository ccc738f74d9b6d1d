"""A server for SavedModels that speaks TensorFlow Serving's REST protocol.

`ServingApp` is a plain ASGI application over a `ModelRegistry`; `serve` runs it with
uvicorn. Importing this package loads no TensorFlow.
"""

from kerasdl.serving.app import ServingApp as ServingApp
from kerasdl.serving.batching_options import BatchingOptions as BatchingOptions
from kerasdl.serving.registry import ModelRegistry as ModelRegistry
from kerasdl.serving.server import serve as serve

__all__ = ["BatchingOptions", "ModelRegistry", "ServingApp", "serve"]
