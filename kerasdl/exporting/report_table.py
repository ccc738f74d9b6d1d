"""Exports side by side, for people."""

from collections.abc import Sequence

from kerasdl.exporting.artifact_report import ArtifactReport
from kerasdl.exporting.export_report import ExportReport


def report_table(reports: Sequence[ExportReport | ArtifactReport]) -> str:
    """Returns a table of exports, a line each, that of Keras, and their notes."""
    metrics = list(dict.fromkeys(name for report in reports for name in report.metrics))
    header = ["format", "difference", "allowed", "size", "batch of 1", *metrics, "written to"]
    rows = [
        [
            report.name,
            f"{report.max_difference:.1e}",
            "-" if report.allowed is None else f"{report.allowed:.0e}",
            _size(report.bytes),
            f"{report.milliseconds:.2g} ms",
            *(_number(report.metrics, name) for name in metrics),
            str(report.location),
        ]
        for report in reports
    ]
    # What they are compared with. A `.keras` file alone may hold another core than the others.
    best = min(reports, key=lambda report: (not report.keras_metrics, report.name == "keras"))
    latency = f"{best.keras_milliseconds:.2g} ms"
    numbers = [_number(best.keras_metrics, name) for name in metrics]
    rows.append(["the model", "", "", "", latency, *numbers, "in Keras, as a tf.function"])
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
    notes = [f"{report.name}: {note}" for report in reports for note in report.notes]
    return "\n".join([*lines, *notes])


def _size(count: int) -> str:
    return f"{count / 1e6:.2f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _number(metrics: dict[str, float], name: str) -> str:
    return f"{metrics[name]:.4g}" if name in metrics else "-"
