"""Options that several commands share, and options made from a configuration."""

import math
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal

import click
from pydantic.fields import FieldInfo

from kerasdl.training.config import RecipeConfig

# `main` looks for the word itself: also a mistake in parsing can be debugged.
debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show tracebacks and TensorFlow's log."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


class FiniteRange(click.FloatRange):
    """A range of numbers, which neither infinity nor NaN is in."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Returns the number that a word stands for."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no finite number.", param, ctx)
        return number


def config_options(config: type[RecipeConfig]) -> Iterator[click.Option]:
    """One option for each field of a configuration.

    Options pass on the words that were typed; the configuration itself converts
    and checks them, so that there is one place that knows what is allowed.
    """
    for name, field in config.model_fields.items():
        flag = f"--{name.replace('_', '-')}"
        text = (field.description or "").strip()
        if field.annotation is bool:
            yield click.Option(
                [f"{flag}/--no-{flag[2:]}", name],
                default=None,
                help=f"{text}  [default: {'on' if field.default else 'off'}]",
            )
        else:
            yield click.Option(
                [flag, name],
                metavar=_metavar(field.annotation),
                callback=_split if _is_tuple(field.annotation) else None,
                help=f"{text}  [{_facts(field)}]",
            )


def _is_tuple(annotation: Any) -> bool:
    return typing.get_origin(annotation) is tuple


def _split(ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    return None if value is None else [word.strip() for word in value.split(",")]


def _metavar(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return _metavar(next(a for a in arguments if a is not type(None)))
    if origin is Literal:
        return "|".join(str(argument) for argument in arguments)
    if origin is tuple:
        return f"{_metavar(arguments[0])},..."
    return {int: "INTEGER", float: "NUMBER"}.get(
        annotation, "PATH" if _is_path(annotation) else "TEXT"
    )


def _is_path(annotation: Any) -> bool:
    return getattr(annotation, "__name__", "") == "Path"


def _facts(field: FieldInfo) -> str:
    default = field.default
    if default is None:
        facts = ["default: none"]
    elif isinstance(default, tuple):
        facts = [f"default: {','.join(map(str, default))}"]
    else:
        facts = [f"default: {default}"]
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    for bound in field.metadata:
        for name, sign in signs.items():
            limit = getattr(bound, name, None)
            if limit is not None:
                facts.append(f"{sign} {limit}")
    return "; ".join(facts)
