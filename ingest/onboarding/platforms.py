"""Detect the platform of a page, such as WordPress, by the `[detect]` table of its definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import InvalidDefinition
from ingest.html.page import Page, select_all
from ingest.sites import Pattern, Selector, load_platforms


class Detect(BaseModel):
    """Marks of a platform's pages. One match is enough.

    Attributes:
        generator: regular expressions for the content of `<meta name="generator">`.
        selectors: CSS or XPath of elements that only pages of the platform have.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    generator: list[Pattern] = []
    selectors: list[Selector] = []


def platforms_of(page: Page) -> tuple[str, ...]:
    """Return the names of the platforms that made the page, more general ones first.

    A page can have several, because a theme is a platform on top of another one.
    """
    names = [name for name, marks in _marks_by_platform().items() if _matches(page, marks)]
    return tuple(sorted(names, key=lambda name: (-_number_of_sources(name), name)))


@cache
def _marks_by_platform() -> Mapping[str, Detect]:
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


def _matches(page: Page, marks: Detect) -> bool:
    generators = page.metas.get("generator", [])
    if any(re.search(pattern, text) for pattern in marks.generator for text in generators):
        return True
    return any(select_all(page.tree, selector) for selector in marks.selectors)


def _number_of_sources(name: str) -> int:
    """Return how many sources a platform defines: a CMS has some, a theme has only selectors."""
    return len(load_platforms()[name].get("discover", {}))
