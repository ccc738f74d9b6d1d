"""From a request's tensors to the model's answer, whatever protocol brought them."""

import asyncio
import contextlib
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kerasdl.serving.batcher import Batcher
from kerasdl.serving.batching_options import BatchingOptions
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.metrics import ServerMetrics
from kerasdl.serving.registry import ModelRegistry
from kerasdl.serving.serving_error import ServingError

_THREADS_WITHOUT_BATCHING = 4


class Engine:
    """Runs the models of a registry in threads, in batches, and counts what it does.

    Args:
        registry: the models.
        batching: how requests are gathered; None to compute each by itself.
    """

    def __init__(self, registry: ModelRegistry, batching: BatchingOptions | None) -> None:
        self.registry = registry
        self.batching = batching
        self.metrics = ServerMetrics()
        threads = batching.num_batch_threads if batching else _THREADS_WITHOUT_BATCHING
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="inference")
        self._batchers: weakref.WeakKeyDictionary[LoadedModel, dict[str, Batcher]]
        self._batchers = weakref.WeakKeyDictionary()

    async def run(
        self,
        model: LoadedModel,
        signature_name: str,
        inputs: dict[str, np.ndarray],
        *,
        name: str,
        method: str,
    ) -> dict[str, np.ndarray]:
        """Computes a signature, together with other requests where there are some.

        Args:
            model: the version that is asked, in use by the caller.
            signature_name: which signature.
            inputs: an array for each input.
            name: the model's name, for the metrics.
            method: `predict`, `classify` or `regress`, for the metrics.

        Raises:
            ServingError: the model refuses the inputs, or too many requests wait.
        """
        started = time.perf_counter()
        batchers = self._batchers.setdefault(model, {})
        if signature_name not in batchers:
            # A value that holds its key would keep it in the dictionary, and the memory of every
            # version that ever was. Whoever asks holds the model.
            weak = weakref.proxy(model)
            batchers[signature_name] = Batcher(
                lambda tensors: weak.run(signature_name, tensors),
                self._executor,
                self.batching,
                divisible=model.signature(signature_name).is_divisible(),
            )
        outputs = await batchers[signature_name].submit(inputs)
        micros = (time.perf_counter() - started) * 1e6
        self.metrics.runtime_latency.observe(micros, model_name=name, API=method, runtime="TF2")
        first = next(iter(inputs.values()), None)
        count = len(first) if first is not None and first.ndim else 1
        self.metrics.example_count.add(count, model=name)
        return outputs

    @contextlib.contextmanager
    def counted(self, name: str, method: str, entrypoint: str) -> Iterator[None]:
        """Counts the request of the block, and the time of one that succeeds.

        Args:
            name: the model's name.
            method: what is asked.
            entrypoint: `REST` or `GRPC`.
        """
        started, code = time.perf_counter(), "OK"
        try:
            yield
        except ServingError as error:
            code = error.code
            raise
        except asyncio.CancelledError:
            code = "DEADLINE_EXCEEDED"
            raise
        except Exception:
            code = "INTERNAL"
            raise
        finally:
            # Names that clients invent would fill the memory.
            known = name if name in self.registry.models else ""
            self.metrics.request_count.add(model_name=known, status=code)
        micros = (time.perf_counter() - started) * 1e6
        labels = {"model_name": name, "API": method, "entrypoint": entrypoint}
        self.metrics.request_latency.observe(micros, **labels)

    def close(self) -> None:
        """Ends the threads, and drops the models."""
        self._executor.shutdown()
        self.registry.close()
