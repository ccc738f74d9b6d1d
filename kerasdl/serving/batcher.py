"""Gathers requests that come at the same time into batches."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from kerasdl.serving.batching_options import DEFAULT_BATCHING, BatchingOptions
from kerasdl.serving.serving_error import ServingError

Arrays = dict[str, np.ndarray]
Run = Callable[[Mapping[str, np.ndarray]], Arrays]
_Key = tuple[tuple[str, str, tuple[int, ...]], ...]

# So many kinds of requests whose outputs cannot be divided are remembered, and no more:
# clients could think of any number.
_MOST_INDIVISIBLE = 1000


@dataclass
class _Task:
    inputs: Arrays
    size: int
    key: _Key
    shared: bool
    answer: "asyncio.Future[Arrays]"


class Batcher:
    """Runs one signature of one model, for many requests at a time where there are many.

    Requests that have arrived when the event loop gets round to them go together. While
    a batch is being computed, others gather; they go as soon as a thread is free, or to
    a second one after `batch_timeout_micros`. So a single client pays next to nothing, and
    under load the batches grow by themselves.

    Examples are joined along the first axis; only requests of equal inner shapes share
    a batch. One that the model refuses fails alone: the others of its batch are computed again.
    Once outputs of a kind of request turn out not to follow the number of examples, those requests
    are computed one by one.
    All methods but those that say so belong to the thread of the event loop.

    Args:
        run: computes the signature; called in threads of `executor`.
        executor: where it runs.
        options: the limits; None to compute each request by itself.
        divisible: whether the first axis of all inputs and outputs may be that of examples;
            if not, requests are computed by themselves as well.
    """

    def __init__(
        self,
        run: Run,
        executor: Executor,
        options: BatchingOptions | None,
        *,
        divisible: bool = True,
    ) -> None:
        self.run = run
        self.executor = executor
        self.options = options
        self.divisible = divisible
        self._queues: dict[_Key, deque[_Task]] = {}
        # Examples in the queues, and requests that are computed by themselves.
        self._waiting = 0
        self._alone = 0
        self._running = 0
        self._gathering = False
        self._timer: asyncio.TimerHandle | None = None
        self._indivisible: set[_Key] = set()

    async def submit(self, inputs: Arrays) -> Arrays:
        """Returns the outputs for some inputs.

        Raises:
            ServingError: the model refuses the inputs, or too many requests wait.
        """
        limits = self.options or DEFAULT_BATCHING
        sizes = {len(value) if value.ndim else 0 for value in inputs.values()}
        size = max(sizes, default=0)
        key = tuple((name, v.dtype.str, v.shape[1:]) for name, v in inputs.items())
        shared = (
            self.options is not None
            and self.divisible
            and key not in self._indivisible
            and len(sizes) == 1
            and 0 < size <= limits.max_batch_size
        )
        if (
            self._waiting + self._alone + (size if shared else 1)
            > limits.max_enqueued_batches * limits.max_batch_size
        ):
            raise ServingError(
                "UNAVAILABLE", "The batch scheduling queue to which this task was submitted is full"
            )
        loop = asyncio.get_running_loop()
        task = _Task(inputs, size, key, shared, loop.create_future())
        if shared:
            self._queues.setdefault(key, deque()).append(task)
            self._waiting += size
            if not self._gathering:
                # Requests that are there already are read first.
                self._gathering = True
                loop.call_soon(self._dispatch)
        else:
            self._alone += 1
            self.executor.submit(self._compute, [task], loop)
        return await task.answer

    def _dispatch(self, *, waited: bool = False) -> None:
        """Starts batches as long as a thread is free and something is worth starting."""
        self._gathering = False
        options = self.options or DEFAULT_BATCHING
        loop = asyncio.get_running_loop()
        while self._waiting and self._running < options.num_batch_threads:
            if self._running and not waited and self._waiting < options.max_batch_size:
                if self._timer is None:
                    seconds = options.batch_timeout_micros / 1e6
                    self._timer = loop.call_later(seconds, self._time_is_up)
                return
            self._running += 1
            self.executor.submit(self._compute, self._take(options.max_batch_size), loop)
            waited = False

    def _time_is_up(self) -> None:
        self._timer = None
        self._dispatch(waited=True)

    def _take(self, limit: int) -> list[_Task]:
        # The queue whose first request has waited longest: dictionaries keep that order.
        key, queue = next(iter(self._queues.items()))
        tasks: list[_Task] = []
        size = 0
        while queue and size + queue[0].size <= limit:
            task = queue.popleft()
            size += task.size
            self._waiting -= task.size
            tasks.append(task)
        del self._queues[key]
        if queue:
            self._queues[key] = queue
        return tasks

    def _compute(self, tasks: list[_Task], loop: asyncio.AbstractEventLoop) -> None:
        """Computes those tasks that somebody still waits for, in a thread of the executor."""
        wanted = [task for task in tasks if not task.answer.done()]
        try:
            answers = self._run_together(wanted) if wanted else []
        except BaseException as error:
            answers = [error] * len(wanted)
        # A loop that is closed has nobody who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._finish, tasks[0].shared, wanted, answers)

    def _finish(
        self, shared: bool, tasks: list[_Task], answers: Sequence[Arrays | BaseException]
    ) -> None:
        if shared:
            self._running -= 1
        else:
            self._alone -= 1
        for task, answer in zip(tasks, answers, strict=True):
            if task.answer.done():
                continue
            if isinstance(answer, BaseException):
                task.answer.set_exception(answer)
            else:
                task.answer.set_result(answer)
        self._dispatch()

    def _run_together(self, tasks: list[_Task]) -> Sequence[Arrays | BaseException]:
        total = sum(task.size for task in tasks)
        allowed = self.options.allowed_batch_sizes if self.options and tasks[0].shared else ()
        padding = next((size for size in allowed if size >= total), total) - total
        if len(tasks) == 1 and not padding:
            return [self._run_alone(tasks[0])]
        joined = {
            name: np.concatenate([task.inputs[name] for task in tasks]) for name in tasks[0].inputs
        }
        if padding:
            joined = {
                name: np.concatenate([value, np.repeat(value[-1:], padding, axis=0)])
                for name, value in joined.items()
            }
        try:
            outputs = self.run(joined)
        except ServingError:
            # Somebody's inputs are wrong: each by itself.
            return [self._run_alone(task) for task in tasks]
        if not self._follow(outputs, total + padding, tasks[0].key):
            return [self._run_alone(task) for task in tasks]
        ends = np.cumsum([task.size for task in tasks]).tolist()
        return [
            {name: value[end - task.size : end] for name, value in outputs.items()}
            for task, end in zip(tasks, ends, strict=True)
        ]

    def _run_alone(self, task: _Task) -> Arrays | ServingError:
        try:
            outputs = self.run(task.inputs)
        except ServingError as error:
            return error
        self._follow(outputs, task.size, task.key)
        return outputs

    def _follow(self, outputs: Arrays, size: int, key: _Key) -> bool:
        """Says whether outputs have an entry for each example; remembers where they have not."""
        follow = all(value.ndim and len(value) == size for value in outputs.values())
        if not follow and len(self._indivisible) < _MOST_INDIVISIBLE:
            self._indivisible.add(key)
        return follow
