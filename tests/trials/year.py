"""A year of the shipped sites' definitions, served by invented newsrooms with odd habits; no network, no extraction.

    python -m tests.trials.year [--days 365] [--hours 6] [SITE...]

Printed for each site: articles that a source announced at some crawl, how many of them were never
fetched, the delay from publication to the visit, and requests per article. The exit code is 1 if an
article was lost.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from statistics import median
from urllib.parse import parse_qs, urlsplit

from ingest.settings import Settings
from ingest.sites import Site, SiteCatalog
from tests.crawl.frontier.rounds import Answer, Rounds
from tests.weeks.paper import START

ADDRESSES = {
    "arynews": "/council-opens-mill-{n}/",
    "brecorder": "/news/{n}",
    "dailytimes": "/{n}/council-opens-mill/",
    "dawn": "/news/{n}",
    "dunya": "/en/Pakistan/{n}-council-opens-mill",
    "express": "/story/{n}/council-opens-mill",
    "fridaytimes": "/{day:%d-%b-%Y}/council-opens-mill-{n}",
    "geo": "/latest/{n}-council-opens-mill",
    "hum": "/latest/council-opens-mill-{n}/",
    "jang": "/en/{n}-council-opens-mill-news",
    "pakistantoday": "/{day:%Y/%m/%d}/council-opens-mill-{n}/",
    "profit": "/{day:%Y/%m/%d}/council-opens-mill-{n}/",
    "propakistani": "/{day:%Y/%m/%d}/council-opens-mill-{n}/",
    "samaa": "/{n}-council-opens-mill",
    "sochfactcheck": "/council-opens-mill-{n}/",
    "techjuice": "/council-opens-mill-{n}/",
    "thenation": "/{day:%d-%b-%Y}/council-opens-mill-{n}",
    "thenews": "/latest/{n}-council-opens-mill",
    "tribune": "/story/{n}/council-opens-mill",
    "urdupoint": "/daily/livenews/{day:%Y-%m-%d}/news-{n}.html",
}
"""The form of an article's address on each site, with its number and day."""

_NEWS_AGE = timedelta(days=2)
"""The age up to which a news sitemap has an article: https://www.google.com/schemas/sitemap-news/0.9"""


@dataclass
class Habits:
    """What is odd about a newsroom; drawn by its name, so that it is the same in each run."""

    rng: Random

    def __post_init__(self) -> None:
        rng = self.rng
        self.per_day = rng.randint(2, 12)
        self.feed_size = rng.randint(10, 30)
        self.page_size = rng.randint(8, 20)
        self.stuck_days = rng.choice([0, 0, 9, 40])
        """Days of every hundred in which feeds and news sitemaps stand still."""
        self.dates = rng.choice(["right", "right", "naive", "future", "none"])
        self.lastmod = rng.choice(["true", "now", "old", "none"])
        self.order = rng.choice(["oldest", "newest", "shuffled"])
        self.list_end = rng.choice(["end", "missing", "repeat"])
        self.api = rng.choice(["full", "cap", "closed"])

    def __str__(self) -> str:
        return (
            f"{self.per_day} a day, dates {self.dates}, lastmod {self.lastmod}, {self.order}, "
            f"list {self.list_end}, api {self.api}, stuck {self.stuck_days} %"
        )


@dataclass
class Newsroom:
    """The sources of one site, as its definition names them."""

    site: Site
    habits: Habits
    now: datetime = START
    last: datetime = START
    articles: list[tuple[str, datetime]] = field(default_factory=list)
    reachable: set[str] = field(default_factory=set)

    @property
    def home(self) -> str:
        """Its address, without a slash at the end."""
        return f"https://{self.site.domain}"

    def live(self, until: datetime) -> None:
        """Publish what is published until then."""
        step = timedelta(days=1) / self.habits.per_day
        while self.last + step <= until:
            self.last += step
            number = 100_000 + len(self.articles)
            path = ADDRESSES[self.site.name].format(n=number, day=self.last)
            if not self.site.is_article_url(self.home + path):
                raise SystemExit(f"{self.site.name}: {path} is no address of an article")
            self.articles.append((path, self.last))
        self.now = until
        self._note_reachable()

    def _note_reachable(self) -> None:
        discover, habits = self.site.discover, self.habits
        walkable = discover.robots_sitemaps or (discover.listings and habits.list_end != "repeat")
        if walkable or (discover.wordpress_api and habits.api != "closed"):
            self.reachable.update(path for path, _ in self.articles)
            return
        if discover.listings:
            self.reachable.update(path for path, _ in self.articles[-habits.page_size :])
        if discover.feeds:
            self.reachable.update(path for path, _ in self._window()[-habits.feed_size :])
        if discover.sitemaps:
            self.reachable.update(path for path, _ in self._recent())

    def _window(self) -> Sequence[tuple[str, datetime]]:
        """The articles that sources of news know: none of the days in which they stand still."""
        day = (self.now - START).days
        if day % 100 >= self.habits.stuck_days:
            return self.articles
        stop = START + timedelta(days=day - day % 100)
        return [article for article in self.articles if article[1] <= stop]

    def _recent(self) -> list[tuple[str, datetime]]:
        known = self._window()[-200:]
        newest = known[-1][1] if known else START
        return [article for article in known if article[1] > newest - _NEWS_AGE]

    def answer(self, path: str) -> Answer:
        """The answer to a request."""
        discover, bare = self.site.discover, urlsplit(path).path
        if bare == "/all-sitemaps.xml":
            return self._index()
        if bare.startswith("/month-"):
            return self._month(bare)
        if discover.wordpress_api and (bare.startswith("/wp-json/") or "rest_route" in path):
            return self._posts(path)
        answers: dict[str, Callable[[], Answer]] = {
            "/robots.txt": lambda: f"User-agent: *\nSitemap: {self.home}/all-sitemaps.xml\n",
            **dict.fromkeys(discover.feeds, self._feed),
            **dict.fromkeys(discover.sitemaps, self._news_sitemap),
            **dict.fromkeys(discover.listings, lambda: self._list(path, bare)),
        }
        return answers.get(bare, lambda: 404)()

    def _news_sitemap(self) -> str:
        return _urlset(self._entry(*article) for article in self._recent())

    def _index(self) -> str:
        months = sorted({f"{day:%Y-%m}" for _, day in self.articles})
        if self.habits.order == "newest":
            months.reverse()
        elif self.habits.order == "shuffled":
            self.habits.rng.shuffle(months)
        entries = "".join(
            f"<sitemap><loc>{self.home}/month-{month}.xml</loc>"
            f"{self._stamp(max(day for _, day in self._of(month)))}</sitemap>"
            for month in months
        )
        return f"<sitemapindex>{entries}</sitemapindex>"

    def _of(self, month: str) -> list[tuple[str, datetime]]:
        return [article for article in self.articles if f"{article[1]:%Y-%m}" == month]

    def _month(self, path: str) -> str:
        month = path.removeprefix("/month-").removesuffix(".xml")
        return _urlset(self._entry(*article) for article in self._of(month))

    def _entry(self, path: str, day: datetime) -> str:
        return f"<url><loc>{self.home}{path}</loc>{self._stamp(day)}</url>"

    def _stamp(self, day: datetime) -> str:
        moments = {"true": day, "now": self.now, "old": START - timedelta(days=900)}
        moment = moments.get(self.habits.lastmod)
        return f"<lastmod>{moment.isoformat()}</lastmod>" if moment else ""

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>A story</title><link>{self.home}{path}</link>{self._date(day)}</item>"
            for path, day in reversed(self._window()[-self.habits.feed_size :])
        )
        return f"<rss version='2.0'><channel><title>Paper</title>{items}</channel></rss>"

    def _date(self, day: datetime) -> str:
        zone = self.site.zone
        texts = {
            "right": format_datetime(day),
            "naive": f"{day.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            "future": format_datetime(day + timedelta(hours=5)),
        }
        text = texts.get(self.habits.dates)
        return f"<pubDate>{text}</pubDate>" if text else ""

    def _list(self, path: str, bare: str) -> Answer:
        size = self.habits.page_size
        page = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        last = max(1, -(-len(self.articles) // size))
        is_repeated = self.habits.list_end == "repeat"
        if page > last and not is_repeated:
            return 404
        end = len(self.articles) - (0 if is_repeated else (page - 1) * size)
        items = "".join(
            f'<article><h2><a href="{path}">The council opens the mill {number}</a></h2></article>'
            for number, (path, _) in enumerate(reversed(self.articles[max(0, end - size) : end]))
        )
        has_next = page < last or self.habits.list_end != "end"
        link = f'<a rel="next" href="{bare}?page={page + 1}">Older</a>' if has_next else ""
        return f"<html><body><main>{items}</main><nav class='pagination'>{link}</nav></body></html>"

    def _posts(self, path: str) -> Answer:
        if self.habits.api == "closed":
            return 403
        query = parse_qs(urlsplit(path).query)
        size = 20 if self.habits.api == "cap" else int(query["per_page"][0])
        page, after = int(query["page"][0]), query.get("modified_after")
        since = datetime.fromisoformat(after[0]) if after else START
        posts = [article for article in reversed(self.articles) if article[1] > since]
        pages = max(1, -(-len(posts) // size))
        if page > pages:
            return 400
        rows = [
            {
                "id": page * size + n,
                "link": self.home + path,
                "date_gmt": f"{day:%Y-%m-%dT%H:%M:%S}",
            }
            for n, (path, day) in enumerate(posts[(page - 1) * size : page * size])
        ]
        return json.dumps(rows), {"X-WP-TotalPages": str(pages)}


def _urlset(entries: Iterator[str]) -> str:
    return f"<urlset>{''.join(entries)}</urlset>"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the year of a site."""

    habits: str
    reachable: int
    lost: int
    delay: timedelta
    requests: float
    visits: float


def year_of(site: Site, days: int, hours: float) -> Result:
    """Play the year of one site, with a crawl every so many hours."""
    newsroom = Newsroom(site, Habits(Random(site.name)))  # noqa: S311 - the same habits each time
    rounds = Rounds(newsroom.answer, site, Settings().limits, START, home=newsroom.home)
    born: Mapping[str, datetime] = {}
    delays: list[timedelta] = []
    sources = visits = 0
    crawls = int(days * 24 / hours)
    for crawl in range(crawls + 10):
        if crawl < crawls:
            newsroom.live(rounds.now + timedelta(hours=hours))
            born = dict(newsroom.articles)
        known = set(rounds.met)
        done = rounds.run(hours)
        sources, visits = sources + len(done.sources), visits + len(done.articles)
        fresh = [path for key, path in done.fetched if key not in known]
        delays += [rounds.now - born[path] for path in fresh if path in born]
    met = {path for path in born if rounds.has(path)}
    lost = len(newsroom.reachable - met)
    count = max(1, len(met))
    return Result(
        str(newsroom.habits),
        len(newsroom.reachable),
        lost,
        timedelta(seconds=median(delay.total_seconds() for delay in delays) if delays else 0),
        sources / count,
        visits / count,
    )


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.trials.year")
    parser.add_argument("sites", nargs="*", metavar="SITE")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--hours", type=float, default=6)
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)  # the notes on sources are not what is asked for here
    lost = 0
    for site in SiteCatalog.load([]):
        if wanted.sites and site.name not in wanted.sites:
            continue
        result = year_of(site, wanted.days, wanted.hours)
        lost += result.lost
        print(
            f"{site.name:14} {result.reachable:6} announced, {result.lost} lost, median delay "
            f"{result.delay.total_seconds() / 3600:4.1f} h, {result.requests:5.2f} requests of sources and "
            f"{result.visits:4.2f} visits an article ({result.habits})",
            flush=True,
        )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
