"""Each selector of the two replicated sites' definitions meets what it is for on a page of the replica."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import pytest

from fixtures.newsrooms import Newsroom, View
from fixtures.newsrooms.app import respond
from ingest.html.page import Page, parse, select_all
from tests.end_to_end.test_replay import NAMES

LISTINGS = {
    "propakistani": ["/", "/category/tech-and-telecom/"],
    "dailytimes": ["/pakistan/", "/tag/latest/"],
}


def selectors(name: str) -> list[tuple[str, str]]:
    """What the site's own file names (not its platforms): (key, selector)."""
    values: dict[str, Any] = tomllib.loads(
        resources.files("spiders").joinpath(f"sites/{name}.toml").read_text("utf-8")
    )
    tables = [("select", values.get("select", {})), ("listing", values.get("listing", {}))]
    tables += [("variant", variant.get("select", {})) for variant in values.get("variants", [])]
    found = [
        (f"{table}.{key}", item)
        for table, keys in tables
        for key, items in keys.items()
        for item in items
    ]
    return found + [("prune", item) for item in values.get("prune", [])]


@cache
def pages(name: str) -> list[Page]:
    newsroom = Newsroom.load(name)
    view = View.of(newsroom)
    paths = [*LISTINGS[name], *(view.path(article) for article in newsroom.articles())]
    host = newsroom.site.host
    return [
        parse(respond(newsroom, path, {"host": host}).body, f"https://{host}{path}")
        for path in paths
    ]


@pytest.mark.parametrize(
    ("name", "key", "selector"), [(name, *pair) for name in NAMES for pair in selectors(name)]
)
def test_a_selector_meets_something(name: str, key: str, selector: str) -> None:
    assert any(select_all(page.tree, selector) for page in pages(name)), f"{name}.toml: {key}"
