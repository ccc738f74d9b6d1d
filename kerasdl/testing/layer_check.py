"""All checks of a layer's contract in one call."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras

from kerasdl.testing.case import LayerCase
from kerasdl.testing.compilation import check_compilation
from kerasdl.testing.config import check_arguments, check_config
from kerasdl.testing.construction import check_build
from kerasdl.testing.contract_error import LayerContractError
from kerasdl.testing.dtypes import check_dtypes
from kerasdl.testing.export import check_export
from kerasdl.testing.gradients import check_gradients
from kerasdl.testing.masks import check_masks
from kerasdl.testing.randomness import check_randomness
from kerasdl.testing.saving import check_fresh_process_reload, check_saving
from kerasdl.testing.shapes import check_shapes
from kerasdl.testing.silence import check_silence
from kerasdl.testing.training_step import check_training_step

Check = Callable[[LayerCase], None]


def layer_checks() -> dict[str, Check]:
    """The checks for the current backend, by name, in the order in which they run.

    SavedModels exist on TensorFlow alone.

    Raises:
        ValueError: If the backend is neither TensorFlow nor JAX.
    """
    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax"):
        raise ValueError(
            f"Received: the {backend!r} backend. Expected: 'tensorflow' or 'jax', whose gradients "
            "the checks know. Set KERAS_BACKEND."
        )
    checks: dict[str, Check] = {
        "arguments": check_arguments,
        "config": check_config,
        "build": check_build,
        "silence": check_silence,
        "shapes": check_shapes,
        "dtypes": check_dtypes,
        "masks": check_masks,
        "randomness": check_randomness,
        "saving": check_saving,
        "training": check_training_step,
        "gradients": check_gradients,
        "compilation": check_compilation,
    }
    if backend == "tensorflow":
        checks["export"] = check_export
    checks["fresh_process"] = check_fresh_process_reload
    return checks


def check_layer(
    layer: Callable[..., keras.layers.Layer],
    arguments: Mapping[str, Any] | None = None,
    inputs: Any = (),
    *,
    checks: Iterable[str] | None = None,
    fresh_process: bool = True,
    **options: Any,
) -> None:
    """Proves that a Keras layer keeps its contract, and names every point where it does not.

    Checked are: the configuration round trip, that `build` creates all state, silence, shapes
    with `None` sizes, four dtype policies, masks, randomness and seeds, saving and loading
    (also in a fresh process), one training step, gradients against central differences,
    eager against compiled, and export to a SavedModel. Each is also a function of its own,
    `check_config(LayerCase(...))` and so on.

    Args:
        layer: The layer class, or a function that makes a layer from keyword arguments.
        arguments: Constructor arguments, every one different from its default, so that a lost
            one shows.
        inputs: What the layer is called on: a full shape such as `(2, 5, 4)`, a `RandomInput`
            or an array; several as a list, or as a dict by the names of `call`'s arguments.
        checks: Names of the checks to run (see `layer_checks`); all by default.
        fresh_process: Whether to load the saved layer in a process of its own too, which takes
            some seconds.
        options: The other fields of `LayerCase`: `mask`, `call_arguments`, `random`,
            `variable_axes`, `defaults_ok`, `no_gradient`, `tolerance`, `imports`...

    Raises:
        LayerContractError: If any check fails; the message and `failures` name all that do.
        ValueError: If `checks` names an unknown check.

    >>> import keras
    >>> from kerasdl.testing import check_layer
    >>> check_layer(
    ...     keras.layers.UnitNormalization, {"axis": 1}, inputs=(2, 5, 4), mask="pass",
    ...     checks=["arguments", "config", "shapes"],
    ... )
    """
    case = LayerCase(layer, arguments or {}, inputs, **options)
    known = layer_checks()
    unknown = sorted(set(checks or ()) - set(known))
    if unknown:
        raise ValueError(
            f"Received: checks {unknown}. Expected: names among {list(known)}. See layer_checks()."
        )
    chosen = [name for name in known if checks is None or name in set(checks)]
    if not fresh_process:
        chosen = [name for name in chosen if name != "fresh_process"]

    failures = []
    for name in chosen:
        try:
            known[name](case)
        except LayerContractError as failure:
            failures.append(failure)
        except Exception as error:
            crash = LayerContractError(
                f"[{name}] {case.name}: {type(error).__name__}: {error}", name
            )
            crash.__cause__ = error
            failures.append(crash)
    if failures:
        message = "\n".join(str(failure) for failure in failures)
        names = ", ".join(failure.check for failure in failures)
        raise LayerContractError(
            f"{case.name} fails {len(failures)} of {len(chosen)} checks:\n{message}",
            names,
            failures,
        ) from failures[0]
