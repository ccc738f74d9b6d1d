"""Counts and times, in the text that Prometheus reads, under TensorFlow Serving's names."""

import bisect
import re
import threading
from collections.abc import Mapping

_LATENCY_LIMITS = tuple(10 * 1.8**power for power in range(33))


class Counter:
    """A number that only grows, for each combination of labels.

    Args:
        name: the path of the metric: `/tensorflow/serving/request_count`.
    """

    kind = "counter"

    def __init__(self, name: str) -> None:
        self.name = name
        self._values: dict[tuple[tuple[str, str], ...], int] = {}
        self._lock = threading.Lock()

    def add(self, amount: int = 1, **labels: str) -> None:
        """Adds to the count of these labels."""
        key = tuple(labels.items())
        with self._lock:
            self._values[key] = self._values.get(key, 0) + amount

    def lines(self) -> list[str]:
        """Returns the metric as text lines."""
        with self._lock:
            values = dict(self._values)
        name = metric_name(self.name)
        return [
            f"# TYPE {name} {self.kind}",
            *(f"{name}{label_text(dict(key))} {value}" for key, value in values.items()),
        ]


class Histogram:
    """How many values fell below each of some limits, for each combination of labels.

    Args:
        name: the path of the metric.
        limits: upper limits, increasing; another bucket takes what is beyond.
    """

    kind = "histogram"

    def __init__(self, name: str, limits: tuple[float, ...] = _LATENCY_LIMITS) -> None:
        self.name = name
        self.limits = limits
        self._counts: dict[tuple[tuple[str, str], ...], list[int]] = {}
        self._sums: dict[tuple[tuple[str, str], ...], float] = {}
        self._lock = threading.Lock()

    def observe(self, value: float, **labels: str) -> None:
        """Counts a value."""
        key = tuple(labels.items())
        with self._lock:
            counts = self._counts.setdefault(key, [0] * (len(self.limits) + 1))
            # A value on a limit belongs to the bucket above it, as in TensorFlow.
            counts[bisect.bisect_right(self.limits, value)] += 1
            self._sums[key] = self._sums.get(key, 0.0) + value

    def lines(self) -> list[str]:
        """Returns the metric as text lines."""
        with self._lock:
            found = {key: (list(counts), self._sums[key]) for key, counts in self._counts.items()}
        name = metric_name(self.name)
        lines = [f"# TYPE {name} {self.kind}"]
        for key, (counts, total) in found.items():
            labels, below = dict(key), 0
            for limit, count in zip((*self.limits, None), counts, strict=True):
                below += count
                bound = "+Inf" if limit is None else f"{limit:g}"
                lines.append(f"{name}_bucket{label_text({**labels, 'le': bound})} {below}")
            lines.append(f"{name}_sum{label_text(labels)} {total!r}")
            lines.append(f"{name}_count{label_text(labels)} {below}")
        return lines


class ServerMetrics:
    """What the server counts."""

    def __init__(self) -> None:
        self.request_count = Counter("/tensorflow/serving/request_count")
        self.request_latency = Histogram("/tensorflow/serving/request_latency")
        self.runtime_latency = Histogram("/tensorflow/serving/runtime_latency")
        self.example_count = Counter("/tensorflow/serving/request_example_count_total")

    def text(self) -> str:
        """Returns all metrics in Prometheus's text format."""
        series = (
            self.request_count,
            self.request_latency,
            self.runtime_latency,
            self.example_count,
        )
        return "".join(f"{line}\n" for one in series for line in one.lines())


def metric_name(path: str) -> str:
    """Returns a metric's path as a name that Prometheus takes.

    >>> metric_name("/tensorflow/serving/request_count")
    ':tensorflow:serving:request_count'
    """
    return _sanitize(path.replace("/", ":"), "[^a-zA-Z0-9_:]")


def label_text(labels: Mapping[str, str]) -> str:
    r"""Returns labels as Prometheus writes them.

    >>> label_text({"my-name": 'a "b"'})
    '{my_name="a \\"b\\""}'
    """
    pairs = []
    for name, value in labels.items():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        pairs.append(f'{_sanitize(name, "[^a-zA-Z0-9_]")}="{escaped}"')
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _sanitize(name: str, unfit: str) -> str:
    name = re.sub(unfit, "_", name)
    return f"_{name}" if name[:1].isdigit() else name
