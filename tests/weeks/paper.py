"""An invented newsroom that publishes, edits, moves, deletes and restores, and how its sources announce that."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

HOST = "paper.example"
HOME = f"https://{HOST}"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

T = TypeVar("T")
Answer = tuple[int, Mapping[str, str], str]

_SUBJECTS = [
    "council",
    "harbour",
    "mill",
    "orchard",
    "school",
    "museum",
    "bridge",
    "library",
    "market",
    "clinic",
    "depot",
    "theatre",
]
_VERBS = [
    "opens",
    "closes",
    "repairs",
    "extends",
    "reviews",
    "moves",
    "paints",
    "measures",
    "lends",
    "counts",
]
_PLACES = ["Northgate", "Elmfield", "Lower Ashby", "Quarry Hill", "Fenwick"]


def sentences(seed: str, number: int = 9) -> list[str]:
    """So many invented sentences, the same for the same seed."""
    rng = Random(seed)  # noqa: S311 - invented texts
    return [
        f"The {rng.choice(_SUBJECTS)} in {rng.choice(_PLACES)} {rng.choice(_VERBS)} its "
        f"{rng.choice(_SUBJECTS)} number {rng.randint(100, 999)} after {rng.randint(3, 90)} weeks of talks, "
        f"said the {rng.choice(_SUBJECTS)} committee on the day."
        for _ in range(number)
    ]


@dataclass
class Story:
    """One article: its addresses, its edits, and how it was taken down, if it is."""

    number: int
    published: datetime
    changed: datetime
    slugs: list[str]
    edits: int = 0
    gone: str = ""
    taken_down: datetime = START
    history: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The present address."""
        return f"/story/{self.number}/{self.slugs[-1]}/"

    @property
    def title(self) -> str:
        """The headline, which stays the same."""
        return f"Report {self.number} of the {_SUBJECTS[self.number % len(_SUBJECTS)]} committee"

    @property
    def text(self) -> list[str]:
        """The paragraphs of the present version."""
        start = sentences(f"story {self.number}")
        return [*start, *sentences(f"edit {self.number}/{self.edits}", 2)] if self.edits else start

    def page(self) -> str:
        """The page of the article."""
        body = "".join(f"<p>{sentence}</p>" for sentence in self.text)
        head = (
            f'<meta property="article:published_time" content="{self.published.isoformat()}">'
            f'<meta property="og:title" content="{self.title}">'
            f'<meta property="og:type" content="article">'
            f'<link rel="canonical" href="{HOME}{self.path}">'
        )
        return (
            f"<!doctype html><html lang='en'><head><title>{self.title}</title>{head}</head>"
            f"<body><article><h1>{self.title}</h1>{body}</article></body></html>"
        )


@dataclass(frozen=True, slots=True)
class Habits:
    """How a newsroom announces its articles. A form that is empty is not offered.

    Attributes:
        sitemap: `newest`, `oldest` or `shuffled`: the order of its files and entries.
        lastmod: `none`, `true`, `now` or `old`, of files and of entries.
        feed: `rss`, `atom`, `json` or `rdf`; it has the five newest articles.
        listing: `end`, `missing` (the last page links to one that is 404) or `repeat` (further
            pages show the first one again).
        api: `full`, `cap` (three posts a page, whatever was asked for), `refuse` (400 for a hundred
            a page) or `plain` (only `?rest_route=` answers).
        validators: whether answers have an `ETag`.
        moved: whether the feed answers 301 to another address.
        noise: what stands before XML, JSON and robots.txt: `notice` (of PHP), `mark` (a byte order
            mark) or `lines` (empty ones).
    """

    sitemap: str = ""
    lastmod: str = "none"
    feed: str = ""
    listing: str = ""
    api: str = ""
    validators: bool = False
    moved: bool = False
    noise: str = ""

    @property
    def sees_all(self) -> bool:
        """Whether some source announces every article, not only the newest ones."""
        return bool(self.sitemap or self.api or self.listing in {"end", "missing"})


_NOISE = {
    "": "",
    "notice": "<br />\n<b>Notice</b>: Undefined index: slug in <b>/srv/plugins/map.php</b> on line <b>88</b><br />\n",
    "mark": "\ufeff",
    "lines": "\n\n  \n",
}
_SIZE = 4
"""Articles in one file or page of a source."""


@dataclass
class Paper:
    """The newsroom. Its clock is `now`."""

    habits: Habits
    now: datetime = START
    stories: list[Story] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def publish(self, number: int) -> None:
        """Publish so many articles, a minute apart."""
        for _ in range(number):
            self.now += timedelta(minutes=1)
            count = len(self.stories) + 1
            story = Story(count, self.now, self.now, [f"report-{count}-of-the-committee"])
            story.history.append(" ".join(story.text))
            self.stories.append(story)

    def edit(self, story: Story) -> None:
        """Add two sentences, others than before."""
        self.now += timedelta(minutes=1)
        story.edits += 1
        story.changed = self.now
        story.history.append(" ".join(story.text))

    def move(self, story: Story) -> None:
        """Give it a new address; the old ones redirect to it."""
        self.now += timedelta(minutes=1)
        story.slugs.append(f"{story.slugs[0]}-{len(story.slugs)}")
        story.changed = self.now

    def delete(self, story: Story, how: str) -> None:
        """Take it down: `404`, `410`, or `home` for a redirect to the front page."""
        self.now += timedelta(minutes=1)
        story.gone, story.taken_down = how, self.now

    def restore(self, story: Story) -> None:
        """Put it back as it was."""
        self.now += timedelta(minutes=1)
        story.gone = ""

    def announced(self) -> list[Story]:
        """The articles that can be read now, newest first."""
        return [story for story in reversed(self.stories) if not story.gone]

    def answer(self, path: str) -> Answer:
        """The answer to a request, as the newsroom is now."""
        self.asked.append(path)
        status, headers, body = self._answer(path)
        if "html" not in headers.get("Content-Type", "html"):
            body = _NOISE[self.habits.noise] + body
        if self.habits.validators and status == 200:
            headers = {**headers, "ETag": f'"{abs(hash(body))}"'}
        return status, headers, body

    def _answer(self, path: str) -> Answer:
        bare = urlsplit(path).path
        if bare.startswith("/story/"):
            return self._story(bare)
        for prefix, source in self._sources().items():
            if bare.startswith(prefix):
                return source(path)
        if bare == "/":
            is_api = self.habits.api == "plain" and "rest_route" in path
            return self._posts(path) if is_api else _html(self._list_page(1, ""))
        return _missing()

    def _sources(self) -> dict[str, Callable[[str], Answer]]:
        habits = self.habits
        sources: dict[str, Callable[[str], Answer]] = {"/robots.txt": self._robots}
        if habits.sitemap:
            sources["/map"] = self._sitemap
        if habits.feed:
            sources |= {"/feed": self._old_feed, "/latest": self._feed}
        if habits.listing:
            sources["/section/"] = self._listing
        if habits.api:
            sources["/wp-json/"] = self._closed if habits.api == "plain" else self._posts
        return sources

    def _robots(self, _: str) -> Answer:
        return 200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /private/\n"

    def _story(self, path: str) -> Answer:
        parts = path.strip("/").split("/")
        number = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
        if not 0 < number <= len(self.stories):
            return _missing()
        story = self.stories[number - 1]
        if story.gone == "home":
            return 302, {"Location": f"{HOME}/"}, ""
        if story.gone:
            return int(story.gone), {"Content-Type": "text/html"}, "<h1>No such page</h1>"
        if path != story.path:
            return 301, {"Location": f"{HOME}{story.path}"}, ""
        return _html(story.page())

    # Sitemaps

    def _sitemap(self, path: str) -> Answer:
        name = urlsplit(path).path.removeprefix("/map").removesuffix(".xml")
        files = self._files()
        if not name:
            entries = [(f"{HOME}/map-{key}.xml", self._stamp(part)) for key, part in files]
            return _xml(_entries("sitemapindex", "sitemap", entries))
        part = dict(files).get(int(name.removeprefix("-")), [])
        stamped = [(f"{HOME}{story.path}", self._stamp([story])) for story in part]
        return _xml(_entries("urlset", "url", stamped))

    def _files(self) -> list[tuple[int, list[Story]]]:
        """The files of the index with their articles, in the order of the index."""
        alive = {story.number for story in self.announced()}
        files = []
        for start in range(0, len(self.stories), _SIZE):
            part = [story for story in self.stories[start : start + _SIZE] if story.number in alive]
            files.append((start // _SIZE, self._ordered(part)))
        return self._ordered(files)

    def _ordered(self, items: list[T]) -> list[T]:
        if self.habits.sitemap == "newest":
            return items[::-1]
        if self.habits.sitemap == "shuffled":
            return Random(len(items)).sample(items, len(items))  # noqa: S311 - an order
        return items

    def _stamp(self, stories: list[Story]) -> str:
        changed = max((story.changed for story in stories), default=START)
        stamps = {"true": changed, "now": self.now, "old": START - timedelta(days=400)}
        moment = stamps.get(self.habits.lastmod)
        return "" if moment is None else f"<lastmod>{moment.isoformat()}</lastmod>"

    # Feeds

    def _old_feed(self, path: str) -> Answer:
        return (301, {"Location": f"{HOME}/latest"}, "") if self.habits.moved else self._feed(path)

    def _feed(self, _: str) -> Answer:
        return _xml(_FEEDS[self.habits.feed](self.announced()[:5]))

    # Lists

    def _listing(self, path: str) -> Answer:
        page = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        last = max(1, -(-len(self.announced()) // _SIZE))
        if page > last and self.habits.listing != "repeat":
            return _missing()
        shown = 1 if self.habits.listing == "repeat" else page
        has_next = page < last or self.habits.listing != "end"
        return _html(self._list_page(shown, f"/section/?page={page + 1}" if has_next else ""))

    def _list_page(self, page: int, following: str) -> str:
        part = self.announced()[(page - 1) * _SIZE : page * _SIZE]
        items = "".join(
            f'<article><h2><a href="{story.path}">{story.title}</a></h2><p>{story.text[0]}</p></article>'
            for story in part
        )
        link = f'<a class="next" rel="next" href="{following}">Older</a>' if following else ""
        return f"<html><head><title>Section</title></head><body><main>{items}<nav class='pagination'>{link}</nav></main></body></html>"

    # The API

    def _closed(self, _: str) -> Answer:
        return _html("<html><body><h1>Nothing here</h1></body></html>")

    def _posts(self, path: str) -> Answer:
        query = parse_qs(urlsplit(path).query)
        size, page = int(query["per_page"][0]), int(query["page"][0])
        if self.habits.api == "refuse" and size > 10:
            return 400, {"Content-Type": "application/json"}, '{"code": "rest_invalid_param"}'
        size = min(size, 3) if self.habits.api == "cap" else size
        after = datetime.fromisoformat(
            query.get("modified_after", ["2000-01-01T00:00:00+00:00"])[0]
        )
        posts = [story for story in self.announced() if story.changed > after]
        pages = max(1, -(-len(posts) // size))
        if page > pages:
            return 400, {}, '{"code": "rest_post_invalid_page_number"}'
        rows = [_post(story) for story in posts[(page - 1) * size : page * size]]
        return (
            200,
            {"Content-Type": "application/json", "X-WP-TotalPages": str(pages)},
            json.dumps(rows),
        )


def _post(story: Story) -> dict[str, object]:
    return {
        "id": story.number,
        "link": HOME + story.path,
        "date_gmt": story.published.strftime("%Y-%m-%dT%H:%M:%S"),
        "modified_gmt": story.changed.strftime("%Y-%m-%dT%H:%M:%S"),
        "title": {"rendered": story.title},
    }


def _rss(stories: list[Story]) -> str:
    items = "".join(
        f"<item><title>{story.title}</title><link>{HOME}{story.path}</link>"
        f"<pubDate>{format_datetime(story.published)}</pubDate></item>"
        for story in stories
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'


def _atom(stories: list[Story]) -> str:
    entries = "".join(
        f'<entry><title>{story.title}</title><link href="{story.path}"/>'
        f"<updated>{story.changed.isoformat()}</updated></entry>"
        for story in stories
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{HOME}/"><title>Paper</title>{entries}</feed>'


def _rdf(stories: list[Story]) -> str:
    items = "".join(
        f'<item rdf:about="{HOME}{story.path}"><title>{story.title}</title><link>{HOME}{story.path}</link></item>'
        for story in stories
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        f"<channel rdf:about='{HOME}/'><title>Paper</title></channel>{items}</rdf:RDF>"
    )


def _json_feed(stories: list[Story]) -> str:
    items = [
        {"id": str(story.number), "url": HOME + story.path, "title": story.title}
        for story in stories
    ]
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "items": items}
    )


_FEEDS = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json_feed}


def _entries(root: str, name: str, entries: list[tuple[str, str]]) -> str:
    parts = "".join(f"<{name}><loc>{url}</loc>{stamp}</{name}>" for url, stamp in entries)
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</{root}>'


def _html(text: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, text


def _xml(text: str) -> Answer:
    return 200, {"Content-Type": "text/xml; charset=utf-8"}, text


def _missing() -> Answer:
    return 404, {"Content-Type": "text/html"}, "<h1>No such page</h1>"
