"""Silence: using the layer warns of nothing and prints nothing."""

import contextlib
import io
import warnings

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import require
from kerasdl.testing.construction import build_layer
from kerasdl.testing.functional_model import functional_model

CHECK = "silence"


def check_silence(case: LayerCase) -> None:
    """Checks that making, building, calling and tracing the layer warns and prints nothing.

    Args:
        case: The layer.
    """
    printed = io.StringIO()
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("always")
        build_layer(case, case.make(), dynamic=True)
        layer = case.make()
        for training in (None, False, True):
            case.call(layer, training=training)
        functional_model(case, case.make())
    messages = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
    require(not messages, CHECK, case, f"using the layer warns: {messages}")
    text = printed.getvalue()
    require(not text, CHECK, case, f"using the layer prints {text[:200]!r}")
