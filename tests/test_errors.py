from __future__ import annotations

import pickle
import re

import pytest

from ingest import errors
from ingest.errors import KhabarError

ERRORS = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, KhabarError)
]


def test_the_drawn_tree_is_the_tree() -> None:
    drawn: list[tuple[str, str]] = []
    branch: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ((?:[│├└─ ]{4})*)([A-Z]\w+)(?: \((\d+)\))? +\S", line)
        if match is None:
            continue
        depth = len(match[1]) // 4
        branch[depth:] = [match[2]]
        error = getattr(errors, match[2])
        drawn.append((branch[depth - 1] if depth else "Exception", match[2]))
        assert match[3] in {None, str(error.exit_code)}
        assert bool(match[3]) == ("exit_code" in vars(error) and error is not KhabarError)
    assert drawn == [(error.__bases__[0].__name__, error.__name__) for error in ERRORS]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_one_line_and_survives_pickling(error: type[KhabarError]) -> None:
    copy = pickle.loads(pickle.dumps(error("the feed\nis \x1b[2Jbroken", "retry")))  # noqa: S301 - our own
    assert type(copy) is error
    assert str(copy) == "the feed is [2Jbroken (retry)"
    assert copy.exit_code == error.exit_code
