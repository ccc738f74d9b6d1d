"""Gathers requests that come at the same time into batches."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasdl.serving.batching_options import BatchingOptions
from kerasdl.serving.serving_error import ServingError

Arrays = dict[str, np.ndarray]
Run = Callable[[Mapping[str, np.ndarray]], Arrays]


@dataclass
class _Task:
    inputs: Arrays
    size: int
    answer: "asyncio.Future[Arrays]"


class Batcher:
    """Runs one signature of one model, for many requests at a time where there are many.

    A request that finds the model idle is computed at once. While a batch is being
    computed, others gather; they go together as soon as a thread is free, or a
    second one after `batch_timeout_micros`. So a single client pays nothing, and
    under load the batches grow by themselves.

    Examples are joined along the first axis; only requests of equal inner shapes share
    a batch. One that the model refuses fails alone: the others of its batch are computed again.
    All methods belong to the thread of the event loop.

    Args:
        run: computes the signature; called in threads of `executor`.
        executor: where it runs.
        options: the limits; None to compute each request by itself.
    """

    def __init__(self, run: Run, executor: Executor, options: BatchingOptions | None) -> None:
        self.run = run
        self.executor = executor
        self.options = options
        self._queues: dict[tuple[object, ...], deque[_Task]] = {}
        self._waiting = 0
        self._running = 0
        self._timer: asyncio.TimerHandle | None = None
        # Known once an output turns out not to follow the number of examples.
        self._separable = True

    async def submit(self, inputs: Arrays) -> Arrays:
        """Returns the outputs for some inputs.

        Raises:
            ServingError: the model refuses the inputs, or too many requests wait.
        """
        sizes = {value.shape[0] if value.ndim else 0 for value in inputs.values()}
        size = max(sizes, default=0)
        batched = self.options is not None and self._separable and len(sizes) == 1
        if not batched or self.options is None or not 0 < size <= self.options.max_batch_size:
            return await self._in_thread(self.run, inputs)
        if self._waiting + size > self.options.max_enqueued_batches * self.options.max_batch_size:
            raise ServingError(
                "UNAVAILABLE", "The batch scheduling queue to which this task was submitted is full"
            )
        key = tuple((name, v.dtype.str, v.shape[1:]) for name, v in inputs.items())
        task = _Task(inputs, size, asyncio.get_running_loop().create_future())
        self._queues.setdefault(key, deque()).append(task)
        self._waiting += size
        self._dispatch()
        return await task.answer

    def _dispatch(self, *, waited: bool = False) -> None:
        """Starts batches as long as a thread is free and something is worth starting."""
        options = self.options
        if options is None:
            return
        while self._waiting and self._running < options.num_batch_threads:
            if self._running and not waited and self._waiting < options.max_batch_size:
                if self._timer is None:
                    self._timer = asyncio.get_running_loop().call_later(
                        options.batch_timeout_micros / 1e6, self._time_is_up
                    )
                return
            tasks = self._take(options.max_batch_size)
            if tasks:
                self._running += 1
                asyncio.ensure_future(self._compute(tasks, options))  # noqa: RUF006 (answers keep it)
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
            if not task.answer.done():  # its client may have gone
                tasks.append(task)
        del self._queues[key]
        if queue:
            self._queues[key] = queue
        return tasks

    async def _compute(self, tasks: list[_Task], options: BatchingOptions) -> None:
        try:
            answers = await self._in_thread(self._run_together, tasks, options)
        except BaseException as error:
            answers = [error] * len(tasks)
        finally:
            self._running -= 1
        for task, answer in zip(tasks, answers, strict=True):
            if task.answer.done():
                continue
            if isinstance(answer, BaseException):
                task.answer.set_exception(answer)
            else:
                task.answer.set_result(answer)
        self._dispatch()

    def _run_together(
        self, tasks: list[_Task], options: BatchingOptions
    ) -> list[Arrays | ServingError]:
        if len(tasks) > 1:
            total = sum(task.size for task in tasks)
            joined = {
                name: np.concatenate([task.inputs[name] for task in tasks])
                for name in tasks[0].inputs
            }
            padding = next((s for s in options.allowed_batch_sizes if s >= total), total) - total
            if padding:
                joined = {
                    name: np.concatenate([value, np.repeat(value[-1:], padding, axis=0)])
                    for name, value in joined.items()
                }
            try:
                outputs = self.run(joined)
            except ServingError:
                outputs = {}  # somebody's inputs are wrong: below, each by itself
            if outputs and all(v.ndim and len(v) == total + padding for v in outputs.values()):
                ends = np.cumsum([task.size for task in tasks])
                return [
                    {name: value[end - task.size : end] for name, value in outputs.items()}
                    for task, end in zip(tasks, ends, strict=True)
                ]
            self._separable = not outputs
        return [self._run_alone(task) for task in tasks]

    def _run_alone(self, task: _Task) -> Arrays | ServingError:
        try:
            return self.run(task.inputs)
        except ServingError as error:
            return error

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.executor, function, *arguments)
