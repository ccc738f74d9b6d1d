"""Requests that come together are computed together, and fail apart."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kerasdl.serving.batcher import Batcher
from kerasdl.serving.batching_options import BatchingOptions
from kerasdl.serving.serving_error import ServingError, invalid
from kerasdl.user_error import UserError


class Model:
    """Doubles its input; notes the sizes of batches; refuses negative numbers."""

    def __init__(self):
        self.sizes = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, inputs):
        self.gate.wait()
        self.sizes.append(len(inputs["x"]))
        if (inputs["x"] < 0).any():
            raise invalid("negative")
        return {"y": inputs["x"] * 2}


@pytest.fixture(scope="module")
def executor():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def numbers(*values):
    return {"x": np.array(values, np.float32)}


def together(model, executor, requests, options):
    """Sends requests while the model is kept at work by a first one."""

    async def run():
        batcher = Batcher(model, executor, options)
        model.gate.clear()
        first = asyncio.ensure_future(batcher.submit(numbers(100)))
        await asyncio.sleep(0.05)
        others = [asyncio.ensure_future(batcher.submit(request)) for request in requests]
        await asyncio.sleep(0.05)
        model.gate.set()
        return (await asyncio.gather(first, *others, return_exceptions=True))[1:]

    return asyncio.run(run())


ONE_THREAD = BatchingOptions(num_batch_threads=1)


def test_requests_that_wait_are_one_batch(executor):
    model = Model()
    answers = together(model, executor, [numbers(1), numbers(2, 3), numbers(4)], ONE_THREAD)
    assert model.sizes == [1, 4]
    assert [answer["y"].tolist() for answer in answers] == [[2], [4, 6], [8]]


def test_requests_that_come_at_the_same_time_are_one_batch(executor):
    model = Model()

    async def run():
        batcher = Batcher(model, executor, ONE_THREAD)
        return await asyncio.gather(*[batcher.submit(numbers(i)) for i in range(5)])

    assert [answer["y"].tolist() for answer in asyncio.run(run())] == [[2 * i] for i in range(5)]
    assert model.sizes == [5]


def test_a_request_alone_does_not_wait(executor):
    model = Model()
    options = BatchingOptions(batch_timeout_micros=60_000_000)

    async def run():
        batcher = Batcher(model, executor, options)
        return [await asyncio.wait_for(batcher.submit(numbers(i)), 10) for i in range(3)]

    assert [answer["y"].tolist() for answer in asyncio.run(run())] == [[0], [2], [4]]
    assert model.sizes == [1, 1, 1]


def test_a_second_thread_helps_after_the_timeout(executor):
    model = Model()
    together(model, executor, [numbers(1), numbers(2)], BatchingOptions(batch_timeout_micros=10))
    assert sorted(model.sizes) == [1, 2]


def test_batches_are_no_larger_than_the_limit(executor):
    model = Model()
    requests = [numbers(i) for i in range(5)]
    together(model, executor, requests, BatchingOptions(max_batch_size=2, num_batch_threads=1))
    assert sorted(model.sizes) == [1, 1, 2, 2]


def test_a_request_larger_than_the_limit_goes_alone(executor):
    model = Model()
    options = BatchingOptions(max_batch_size=2, num_batch_threads=1)
    (answer,) = together(model, executor, [numbers(1, 2, 3)], options)
    assert answer["y"].tolist() == [2, 4, 6]


def test_one_that_is_refused_fails_alone(executor):
    model = Model()
    good, bad, other = together(model, executor, [numbers(1), numbers(-1), numbers(2)], ONE_THREAD)
    assert isinstance(bad, ServingError)
    assert (good["y"].tolist(), other["y"].tolist()) == ([2], [4])


def test_other_shapes_are_other_batches(executor):
    model = Model()
    wide = {"x": np.ones((2, 3), np.float32)}
    narrow = {"x": np.ones((2, 1), np.float32)}
    answers = together(model, executor, [wide, narrow, wide], ONE_THREAD)
    assert [answer["y"].shape for answer in answers] == [(2, 3), (2, 1), (2, 3)]
    assert model.sizes == [1, 4, 2]


def test_batches_are_filled_up_to_allowed_sizes(executor):
    model = Model()
    options = BatchingOptions(max_batch_size=8, num_batch_threads=1, allowed_batch_sizes=(4, 8))
    answers = together(model, executor, [numbers(1), numbers(2), numbers(3)], options)
    assert model.sizes == [4, 4]
    assert [answer["y"].tolist() for answer in answers] == [[2], [4], [6]]


def test_a_full_queue_refuses(executor):
    options = BatchingOptions(max_batch_size=2, max_enqueued_batches=1, num_batch_threads=1)
    answers = together(Model(), executor, [numbers(i) for i in range(4)], options)
    refused = [answer for answer in answers if isinstance(answer, ServingError)]
    assert [error.http_status for error in refused] == [503, 503]
    assert "queue" in refused[0].message


def test_without_batching_a_full_queue_refuses_too(executor, monkeypatch):
    small = BatchingOptions(max_batch_size=2, max_enqueued_batches=1)
    monkeypatch.setattr("kerasdl.serving.batcher.DEFAULT_BATCHING", small)
    answers = together(Model(), executor, [numbers(i) for i in range(4)], None)
    refused = [answer for answer in answers if isinstance(answer, ServingError)]
    assert [error.http_status for error in refused] == [503, 503, 503]


def test_outputs_without_a_batch_axis_are_computed_one_by_one(executor):
    calls = []

    def mean(inputs):
        calls.append(len(inputs["x"]))
        return {"mean": inputs["x"].mean()}

    model = Model()
    gated = lambda inputs: (model(inputs), mean(inputs))[1]  # noqa: E731
    gated.gate = model.gate
    answers = together(gated, executor, [numbers(1, 3), numbers(5)], ONE_THREAD)
    assert [float(answer["mean"]) for answer in answers] == [2, 5]
    assert calls == [1, 3, 2, 1]


def test_without_batching_every_request_is_computed_by_itself(executor):
    model = Model()
    together(model, executor, [numbers(1), numbers(2)], None)
    assert model.sizes == [1, 1, 1]


def test_outputs_of_a_fixed_length_are_never_divided(executor):
    model = Model()

    def named(inputs):
        return {**model(inputs), "names": np.array(["a", "b"])}

    async def run(batcher, *requests):
        return await asyncio.gather(*[batcher.submit(request) for request in requests])

    batcher = Batcher(named, executor, ONE_THREAD, divisible=False)
    answers = asyncio.run(run(batcher, numbers(1), numbers(5)))
    assert [answer["names"].tolist() for answer in answers] == [["a", "b"]] * 2
    # Where the signature does not tell, one answer does.
    batcher = Batcher(named, executor, ONE_THREAD)
    asyncio.run(run(batcher, numbers(0)))
    answers = asyncio.run(run(batcher, numbers(1), numbers(5)))
    assert [answer["names"].tolist() for answer in answers] == [["a", "b"]] * 2
    assert [answer["y"].tolist() for answer in answers] == [[2], [10]]


@pytest.mark.parametrize("most", [0, 1000])
def test_one_odd_shape_leaves_the_others_in_batches(executor, monkeypatch, most):
    monkeypatch.setattr("kerasdl.serving.batcher._MOST_INDIVISIBLE", most)
    sizes = []

    def total(inputs):
        sizes.append(len(inputs["x"]))
        return {"y": inputs["x"].sum(axis=-1)}

    batcher = Batcher(total, executor, ONE_THREAD)

    async def run(*rows):
        answers = [batcher.submit({"x": np.array(row)}) for row in rows]
        return [answer["y"].tolist() for answer in await asyncio.gather(*answers)]

    assert asyncio.run(run([1, 2])) == [3]
    assert asyncio.run(run([1, 2], [3, 4])) == [3, 7]
    # Together, and again one by one, where there is no room to remember the first.
    assert sizes == ([2, 2, 2] if most else [2, 4, 2, 2])
    assert asyncio.run(run([[1, 2]], [[3, 4]])) == [[3], [7]]
    assert sizes[-1] == 2


@pytest.mark.parametrize("options", [ONE_THREAD, None])
def test_a_client_that_has_gone_costs_nothing(options):
    model = Model()

    async def run(executor):
        batcher = Batcher(model, executor, options)
        model.gate.clear()
        first = asyncio.ensure_future(batcher.submit(numbers(1)))
        await asyncio.sleep(0.05)
        gone = asyncio.ensure_future(batcher.submit(numbers(2)))
        stays = asyncio.ensure_future(batcher.submit(numbers(3)))
        await asyncio.sleep(0.05)
        gone.cancel()
        model.gate.set()
        return (await first)["y"].tolist(), (await stays)["y"].tolist()

    with ThreadPoolExecutor(1) as executor:
        assert asyncio.run(run(executor)) == ([2], [6])
    assert model.sizes == [1, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_batch_size": 0}, "max_batch_size must be 1 or more. Received: 0"),
        ({"num_batch_threads": 0}, "num_batch_threads must be 1 or more"),
        ({"batch_timeout_micros": -1}, "batch_timeout_micros must be 0 or more. Received: -1"),
        ({"allowed_batch_sizes": (8, 4)}, "must increase and end with max_batch_size, 64"),
        ({"allowed_batch_sizes": (4, 8)}, "must increase and end with max_batch_size, 64"),
    ],
)
def test_limits_out_of_range(options, message):
    with pytest.raises(UserError, match=message):
        BatchingOptions(**options)
