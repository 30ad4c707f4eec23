"""Platforms by the marks on their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.newsrooms import Newsroom
from fixtures.newsrooms.app import respond
from ingest.errors import InvalidDefinition
from ingest.html.page import parse
from ingest.onboarding import platforms
from ingest.onboarding.platforms import platforms_of
from ingest.sites import load_platforms, load_site, make_site

URL = "https://news.example/"


def found(head: str = "", body: str = "") -> tuple[str, ...]:
    return platforms_of(parse(f"<html><head>{head}</head><body>{body}</body></html>", URL))


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="generator" content="WordPress 6.7.1">',
        '<link rel="https://api.w.org/" href="/wp-json/">',
        '<link rel="stylesheet" href="https://news.example/wp-content/themes/x/style.css">',
        '<script src="/wp-includes/js/jquery.js"></script>',
        '<link rel="pingback" href="https://news.example/xmlrpc.php">',
    ],
)
def test_one_mark_is_enough(head: str) -> None:
    assert found(head) == ("wordpress",)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="generator" content="Powered by a page builder for WordPress.">',
        '<meta name="description" content="WordPress 6.7 is out">',
        '<meta property="og:image" content="https://cdn.example/wp-content/uploads/a.jpg">',
    ],
)
def test_talk_of_a_platform_is_no_mark(head: str) -> None:
    assert found(head, "<p>WordPress, wp-content, Genesis</p>") == ()


def test_a_theme_comes_after_its_platform() -> None:
    nav = '<ul class="menu genesis-nav-menu"></ul>'
    assert found('<script src="/wp-includes/js/x.js"></script>', nav) == ("wordpress", "genesis")
    assert found(body='<body class="td-standard-pack"><h1 class="tdb-title-text">x</h1>') == (
        "tagdiv",
    )


def test_one_class_may_be_of_two_systems() -> None:
    heading = '<h1 class="jeg_post_title">x</h1>'
    assert found(body=heading) == ("publishrr",)
    assert found('<link rel="stylesheet" href="/wp-content/a.css">', heading) == ("wordpress",)


@pytest.mark.parametrize(
    ("key", "platforms"),
    [("propakistani", ("wordpress",)), ("dailytimes", ("wordpress", "genesis"))],
)
def test_the_newsrooms(key: str, platforms: tuple[str, ...]) -> None:
    newsroom = Newsroom.load(key)
    page = respond(newsroom, "/", {"host": newsroom.site.host})
    assert platforms_of(parse(page.body, f"https://{newsroom.site.host}/")) == platforms


def test_every_platform_has_marks() -> None:
    for name, values in load_platforms().items():
        assert values.get("detect"), name


def test_marks_are_no_default_of_a_site(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('domain = "news.example"\nplatforms = ["wordpress"]\n', encoding="utf-8")
    assert load_site(file).discover.feeds == ["/feed/"]


def test_an_unknown_platform_is_an_error() -> None:
    with pytest.raises(InvalidDefinition, match=r"x\.toml: platforms: no platform 'nosuch'"):
        make_site({"domain": "news.example", "platforms": ["nosuch"]}, "x.toml")


def test_a_broken_mark_names_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        platforms, "load_platforms", lambda: {"mine": {"detect": {"selectors": ["p["]}}}
    )
    platforms._marks_by_platform.cache_clear()
    try:
        with pytest.raises(InvalidDefinition, match=r"mine\.toml: detect\.selectors\.0"):
            found()
    finally:
        platforms._marks_by_platform.cache_clear()
