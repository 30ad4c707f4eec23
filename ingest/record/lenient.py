"""Leave out the values of a page that no record can have, and say so, in place of an exception.

The types of a record refuse invalid values. A page may have any: that must cost the value, not the
record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ingest.record.values import Part
from ingest.text import printable

T = TypeVar("T")
P = TypeVar("P", bound=Part)

_SHOWN = 60
"""Characters of an invalid value in its warning."""


def valid_or(find: Callable[[], T], default: T, field: str) -> tuple[T, tuple[str, ...]]:
    """Return what a function finds, and no warnings; or the default if that would not be valid.

    Args:
        find: creates parts of a record.
        default: the value in place of an invalid one.
        field: the name in JSON of what is found, for the warning.
    """
    try:
        return find(), ()
    except ValidationError as error:
        return default, tuple(
            _warning(".".join((field, *map(str, problem["loc"]))), problem)
            for problem in error.errors()
        )


def without_invalid(model: type[P], values: Mapping[str, Any]) -> tuple[P, dict[str, str]]:
    """Return a part with the default in place of each invalid value.

    The second value is a warning for each of those fields, by its name in JSON.

    Raises:
        ValidationError: a required field is invalid or missing, or a field is unknown.
    """
    try:
        return model(**values), {}
    except ValidationError as error:
        problems = {_field(model, problem["loc"]): problem for problem in error.errors()}
        fields = model.model_fields
        if any(name not in fields or fields[name].is_required() for name in problems):
            raise
        part = model(**{name: value for name, value in values.items() if name not in problems})
        return part, {
            fields[name].alias or name: _warning(fields[name].alias or name, problem)
            for name, problem in problems.items()
        }


def _field(model: type[Part], path: tuple[int | str, ...]) -> str:
    """Return the field that a problem is in; pydantic names it as it was given, or by its alias."""
    first = str(path[0]) if path else ""
    return next((name for name, field in model.model_fields.items() if field.alias == first), first)


def _warning(path: str, problem: ErrorDetails) -> str:
    value = printable(repr(problem["input"])[:_SHOWN])
    return f"{path}: {value} left out: {problem['msg'].removeprefix('Value error, ')}"
