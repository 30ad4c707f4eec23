"""Finds plug-ins by the names of their entry points, and loads them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from ingest.errors import UsageError
from ingest.plugins.protocols import CommentSource, Extractor, Sink, Source
from ingest.settings import Settings
from ingest.sites import Site
from ingest.text import one_line

SOURCES = "khabar.sources"
COMMENTS = "khabar.comments"
SINKS = "khabar.sinks"
EXTRACTORS = "khabar.extractors"

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    SOURCES: {
        "feeds": "ingest.crawl.frontier.sources:feeds",
        "listings": "ingest.crawl.frontier.sources:listings",
        "sitemaps": "ingest.crawl.frontier.sources:sitemaps",
        "wordpress": "ingest.crawl.frontier.sources:wordpress_posts",
    },
    COMMENTS: {"wordpress": "ingest.crawl.wordpress_comments:WordPressComments"},
    SINKS: {"stdout": "ingest.crawl.sinks:StandardOutput"},
    EXTRACTORS: {},
}
"""The entry points of Khabar itself, for a checkout that is not installed. A test compares both."""


def source(name: str) -> Source:
    """Return the source with this name; raises `UsageError`."""
    return cast("Source", load(SOURCES, name))


@cache
def comment_source(name: str) -> CommentSource:
    """Return the source of comments with this name; raises `UsageError`."""
    return cast("CommentSource", _create(COMMENTS, name))


@cache
def extractor(name: str) -> Extractor:
    """Return the extractor with this name; raises `UsageError`."""
    return cast("Extractor", _create(EXTRACTORS, name))


def sink(name: str, settings: Settings) -> Sink:
    """Return a new sink with this name, for a crawl with these settings; raises `UsageError`."""
    return cast("Sink", _create(SINKS, name, settings))


def check(sites: Iterable[Site], settings: Settings) -> None:
    """Load the plug-ins that sites and settings name, so that a wrong name ends a run at its start.

    Raises:
        UsageError: there is no such plug-in, or it does not load.
    """
    for site in sites:
        for name in site.plugins.sources:
            load(SOURCES, name)
        for name in site.plugins.extractors:
            extractor(name)
        if site.comment_source is not None:
            comment_source(site.comment_source)
    for name in settings.sinks:
        load(SINKS, name)


def load(group: str, name: str) -> Any:  # noqa: ANN401 - its protocol depends on the group
    """Return the object of an entry point.

    Raises:
        UsageError: there is no such plug-in, or it does not load.
    """
    point = _entry_point(group, name)
    try:
        return point.load()
    except Exception as error:
        raise _broken(group, name, error) from error


def problem_of(group: str, name: str, error: BaseException) -> str:
    """Return one line about a plug-in that raised."""
    return (
        f"plug-in {name!r} of {group} failed: {type(error).__name__}: {one_line(str(error))[:200]}"
    )


def _create(group: str, name: str, *arguments: object) -> object:
    factory = load(group, name)
    try:
        return factory(*arguments)
    except Exception as error:
        raise _broken(group, name, error) from error


def _broken(group: str, name: str, error: BaseException) -> UsageError:
    reason = f"{type(error).__name__}: {one_line(str(error))}"
    return UsageError(
        f"plug-in {name!r} of {group} does not load: {reason}", "mend it, or do not name it"
    )


def _entry_point(group: str, name: str) -> EntryPoint:
    built_in = BUILT_IN[group].get(name)
    if built_in is not None:
        return EntryPoint(name, built_in, group)
    installed = entry_points(group=group)
    for point in installed:
        if point.name == name:
            return point
    names = sorted({*BUILT_IN[group], *installed.names})
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    remedy = f"did you mean {nearest[0]!r}?" if nearest else f"installed: {', '.join(names) or '-'}"
    raise UsageError(f"no plug-in {name!r} in {group}", remedy)
