"""Which of the known platforms made a page, by the marks that their definitions name (`[detect]`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import InvalidDefinition
from ingest.html.page import Page, select_all
from ingest.sites import Pattern, Selector, load_platforms


class Detect(BaseModel):
    """What tells a platform's pages; one mark is enough.

    `generator`: regular expressions for the values of `<meta name="generator">`; `selectors`: elements that only its
    pages have, CSS or XPath.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    generator: list[Pattern] = []
    selectors: list[Selector] = []


def platforms_of(page: Page) -> tuple[str, ...]:
    """The names of the platforms that the page bears the marks of, the more general ones first.

    A theme stands on its platform, so that a page may be of several.
    """
    found = [name for name, marks in _detects().items() if _bears(page, marks)]
    return tuple(sorted(found, key=lambda name: (-_breadth(name), name)))


@cache
def _detects() -> Mapping[str, Detect]:
    marks: dict[str, Detect] = {}
    for name, values in load_platforms().items():
        try:
            marks[name] = Detect.model_validate(values.get("detect", {}))
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in ("detect", *first["loc"]))
            raise InvalidDefinition(
                f"{name}.toml: {key}: {first['msg']}", "see spiders/platforms/wordpress.toml"
            ) from error
    return marks


def _bears(page: Page, marks: Detect) -> bool:
    generators = page.metas.get("generator", [])
    if any(re.search(pattern, text) for pattern in marks.generator for text in generators):
        return True
    return any(select_all(page.tree, selector) for selector in marks.selectors)


def _breadth(name: str) -> int:
    """A platform that says where articles are announced is the system itself; one that only selects is its theme."""
    return len(load_platforms()[name].get("discover", {}))
