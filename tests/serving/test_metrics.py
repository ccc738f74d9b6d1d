"""Numbers as Prometheus reads them."""

from kerasdl.serving.metrics import Counter, Histogram


def test_large_counts_are_written_to_the_last_digit():
    counter = Counter("/count")
    for amount in (1, 1_234_566, 1):
        counter.add(amount, model="m")
    assert counter.lines()[1:] == [':count{model="m"} 1234568']


def test_sums_are_written_to_the_last_digit():
    histogram = Histogram("/time", limits=(1.0,))
    for value in (1_234_567.25, 1.0, 0.125):
        histogram.observe(value)
    assert histogram.lines()[1:] == [
        ':time_bucket{le="1"} 1',
        ':time_bucket{le="+Inf"} 3',
        ":time_sum 1234568.375",
        ":time_count 3",
    ]
