"""Errors of `Settings.load`: which source has the problem, which key, and what to do about it."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings

from ingest.errors import UsageError

FILE = "khabar.toml"
PREFIX = "KHABAR_"
DELIMITER = "__"


def check_environment(model: type[BaseSettings], environment: Mapping[str, str]) -> None:
    """Raise `UsageError` if a `KHABAR_*` variable does not name a setting."""
    names = [_variable(path) for path in _paths(model)]
    mappings = tuple(
        _variable((name,)) + DELIMITER
        for name, field in model.model_fields.items()
        if isinstance(field.default, dict)
    )
    for variable in environment:
        name = variable.upper()  # pydantic-settings ignores case
        if not name.startswith(PREFIX) or name in names or name.startswith(mappings):
            continue
        remedy = _nearest(name, names, PREFIX) or "unset it"
        raise UsageError(f"environment variable {variable}: not a setting", remedy)


def usage_error(
    model: type[BaseSettings], error: ValidationError, flags: Mapping[str, object]
) -> UsageError:
    """Return the first problem of a validation as one line that names source, key and remedy."""
    problem = error.errors()[0]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, tomllib.TOMLDecodeError):
        return invalid_toml(cause)
    path = tuple(str(part) for part in problem["loc"])
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        keys = [".".join(names) for names in _paths(model)]
        remedy = _nearest(key, keys) or "remove it"
        source = "argument" if path[0] in flags else f"{FILE}:"
        return UsageError(f"{source} {key}: not a setting", remedy)
    reason = problem["msg"].removeprefix("Value error, ")
    if not path:  # a list or mapping in the environment that is not JSON; the reason names it
        return UsageError(f"{PREFIX}* variable: {reason}", "write lists and mappings as JSON")
    return UsageError(f"setting {key}: {reason}", f"correct it in {_source(path, flags)}")


def _source(path: tuple[str, ...], flags: Mapping[str, object]) -> str:
    """Return the name of the source that an invalid value comes from."""
    if path[0] in flags:
        return "the options or arguments"
    variables = {variable.upper(): variable for variable in os.environ}
    for length in range(len(path), 0, -1):
        if variable := variables.get(_variable(path[:length])):
            return f"the environment variable {variable}"
    return FILE


def invalid_toml(error: tomllib.TOMLDecodeError) -> UsageError:
    """Return the error for a file that is not TOML."""
    return UsageError(f"{FILE}: {error}", "correct its TOML syntax")


def _paths(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each field of a model, including those of nested models."""
    for name, field in model.model_fields.items():
        path = (*above, name)
        yield path
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _paths(field.annotation, path)


def _variable(path: tuple[str, ...]) -> str:
    """Return the name of the environment variable that sets a field."""
    return PREFIX + DELIMITER.join(path).upper()


def _nearest(name: str, names: list[str], prefix: str = "") -> str:
    """Return a question that offers the most similar name, or "" if there is none."""
    endings = [other.removeprefix(prefix) for other in names]
    matches = difflib.get_close_matches(name.removeprefix(prefix), endings, n=1)
    return f"did you mean {prefix}{matches[0]}?" if matches else ""
