"""`khabar sites add`: a look around a site, and the definition that is drafted of it."""

from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fixtures.newsrooms import Newsroom, View, serve
from fixtures.newsrooms.app import respond
from fixtures.newsrooms.load import load_articles, load_site
from ingest.cli.app import main
from ingest.discovery.feed_links import declared_feeds
from ingest.errors import KhabarError, NothingFetched, Unreachable
from ingest.html.page import parse
from ingest.onboarding.check import CheckResult
from ingest.onboarding.draft import Draft, draft_site, free_name, name_of
from ingest.onboarding.draft_toml import definition_text
from ingest.onboarding.explore import Explorer
from ingest.onboarding.field_counts import count_fields
from ingest.onboarding.findings import Findings
from ingest.onboarding.front_page import likely_sitemap
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import load_site as load_definition
from ingest.sites import make_site
from tests.warm import warm_khabar

HOST = "indus-courier.com.pk"
BASE = f"https://{HOST}"
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def newsroom(key: str) -> Newsroom:
    """A replica newsroom under a name and host that no definition knows."""
    return Newsroom(
        replace(load_site(key), host=HOST, name="Indus Courier", crawl_delay=None),
        load_articles(key),
    )


@dataclass
class Web:
    """Answers in the place of the network; `asked` keeps the addresses."""

    pages: Mapping[str, str] = field(default_factory=dict)
    newsroom: Newsroom | None = None
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> FetchedPage:
        self.asked.append(url)
        body, final = self._answer(url)
        if body is None:
            raise Unreachable(f"{url}: HTTP 404")
        return FetchedPage(url=final, body=body, retrieved_at=NOW, requested_url=url, status=200)

    def _answer(self, url: str) -> tuple[bytes | None, str]:
        if self.newsroom is None or url in self.pages:
            text = self.pages.get(url)
            return (None if text is None else text.encode()), url
        parts = urlsplit(url)
        answer = respond(self.newsroom, f"{parts.path}?{parts.query}", {"host": parts.netloc})
        if answer.status == 301:
            return self._answer(answer.headers["Location"])
        return (answer.body if answer.status == 200 else None), url


def explore(web: Web, url: str, tries: int = 3) -> Findings:
    return asyncio.run(Explorer(web.fetch, tries, Limits()).run(url))


def drafted(web: Web, url: str, tries: int = 3) -> Draft:
    return draft_site(explore(web, url, tries), "courier")


# --- the newsrooms ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "platforms", "article", "section"),
    [
        ("propakistani", ["wordpress"], "/2020/01/31/some-slug/", "/category/business/"),
        ("dailytimes", ["wordpress", "genesis"], "/123456/some-slug/", "/pakistan/"),
    ],
)
def test_a_front_page_tells_all(key: str, platforms: list[str], article: str, section: str) -> None:
    web = Web(newsroom=newsroom(key))
    draft = drafted(web, f"{BASE}/")
    values = draft.values
    assert values["domain"] == HOST
    assert values["publisher"] == "Indus Courier"
    assert values["platforms"] == platforms
    assert values["time_zone"] == "Asia/Karachi"
    assert values["language"] == "en"
    assert values["discover"] == {"listings": ["/"]}  # the platform says the rest
    assert len(draft.articles) == len(values["tests"]) == 3
    assert draft.notes == ()
    site = make_site(values, "courier.toml")
    assert site.is_article_url(BASE + article)
    assert not site.is_article_url(BASE + section)
    assert len(web.asked) < 20
    assert len(set(web.asked)) == len(web.asked)


def test_the_file_holds_what_was_drafted(tmp_path: Path) -> None:
    draft = drafted(Web(newsroom=newsroom("dailytimes")), f"{BASE}/")
    file = tmp_path / "courier.toml"
    file.write_text(definition_text(draft, DAY), encoding="utf-8")
    site = load_definition(file)
    assert site == make_site(draft.values, "courier.toml")
    result = CheckResult()
    for test, article in zip(site.tests, draft.articles, strict=True):
        result.add(site.name, test, article)
    assert (result.passed, result.failed) == (3, 0)
    assert all(test.headline and test.authors and test.date_published for test in site.tests)


@pytest.mark.parametrize("key", ["propakistani", "dailytimes"])
def test_an_article_does_as_well(key: str) -> None:
    web = Web(newsroom=newsroom(key))
    assert web.newsroom is not None
    path = View.of(web.newsroom).path(web.newsroom.articles()[1])
    found = explore(web, BASE + path)
    assert found.domain == HOST
    assert found.pages[0].url == BASE + path
    assert len(found.pages) == 3
    assert web.asked.count(BASE + path) == 1


def test_a_feed_does_as_well() -> None:
    found = explore(Web(newsroom=newsroom("propakistani")), f"{BASE}/category/business/feed/")
    assert found.front.url == f"{BASE}/"
    assert [source.url for source in found.sources if source.kind == "feed"] == [
        f"{BASE}/category/business/feed/",
        f"{BASE}/feed/",
    ]


def test_a_section_does_as_well() -> None:
    draft = drafted(Web(newsroom=newsroom("propakistani")), f"{BASE}/category/business/")
    assert draft.values["discover"]["listings"] == ["/category/business/", "/"]


def test_no_more_articles_than_asked_for() -> None:
    assert len(explore(Web(newsroom=newsroom("dailytimes")), f"{BASE}/", tries=1).pages) == 1


# --- other sites --------------------------------------------------------------------------------

SITE = "https://www.lake-post.example"
SLUGS = [
    f"{word}-returns-to-the-old-shore"
    for word in ("lake", "ferry", "market", "choir", "school", "train")
]
TEXT = (
    "<p>The lake is back where the maps of a hundred years ago have it, and the town with its harbour. </p>"
    * 6
)


def article_page(slug: str, head: str = "") -> str:
    title = slug.replace("-", " ").capitalize()
    return (
        f'<html lang="en"><head><title>{title} - Lake Post</title><meta property="og:site_name" content="Lake Post">'
        f'<meta property="og:type" content="article">{head}</head><body><article><h1>{title}</h1>'
        f'<p class="byline">By <a rel="author" href="/by/ida-holm">Ida Holm</a></p>{TEXT}</article></body></html>'
    )


def feed(paths: Iterable[str], when: str = "Fri, 20 Nov 2026 08:00:00 +0000") -> str:
    items = "".join(
        f"<item><title>x</title><link>{SITE}{path}</link><pubDate>{when}</pubDate></item>"
        for path in paths
    )
    return f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


def front(paths: Iterable[str] = (), head: str = "") -> str:
    links = "".join(
        f'<li><h2><a href="{path}">The {path[-30:]} of today</a></h2></li>' for path in paths
    )
    menu = '<nav><a href="/sport">Sport</a><a href="/by/ida-holm">Ida Holm</a></nav>'
    return f"<html><head><title>Lake Post</title>{head}</head><body>{menu}<main><ul>{links}</ul></main></body></html>"


PATHS = [f"/news/{slug}-{number}" for number, slug in enumerate(SLUGS, 10_400)]


def plain_site(head: str = "", published: str = "2026-11-20T09:00:00+01:00") -> dict[str, str]:
    """A site that is of no platform: a front page and its articles."""
    time = f'<meta property="article:published_time" content="{published}">'
    articles = {f"{SITE}{path}": article_page(path[6:-6], time) for path in PATHS}
    return {f"{SITE}/": front(PATHS, head), **articles}


def test_a_front_page_alone_is_enough() -> None:
    draft = drafted(Web(plain_site()), f"{SITE}/")
    assert draft.values["domain"] == "lake-post.example"
    assert draft.values["discover"] == {"listings": ["/"]}
    assert draft.values["publisher"] == "Lake Post"
    assert "platforms" not in draft.values
    assert draft.values["tests"][0]["authors"] == ["Ida Holm"]


def test_a_site_that_calls_its_own_pages_http() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="http://www.lake-post.example/own.xml">'
    pages = plain_site(head) | {"http://www.lake-post.example/own.xml": feed(PATHS)}
    assert drafted(Web(pages), f"{SITE}/").values["discover"]["feeds"] == ["/own.xml"]
    plain = {
        url.replace("https:", "http:"): page.replace("https:", "http:")
        for url, page in pages.items()
    }
    draft = drafted(Web(plain), SITE.replace("https:", "http:") + "/")
    assert draft.values["discover"]["feeds"] == ["http://www.lake-post.example/own.xml"]


def test_feeds_and_sitemaps_are_looked_for_where_they_are_by_custom() -> None:
    sitemap = "".join(f"<url><loc>{SITE}{path}</loc></url>" for path in PATHS)
    places = {f"{SITE}/rss.xml": feed(PATHS), f"{SITE}/sitemap.xml": f"<urlset>{sitemap}</urlset>"}
    web = Web(plain_site() | places)
    draft = drafted(web, f"{SITE}/")
    assert draft.values["discover"] == {
        "feeds": ["/rss.xml"],
        "sitemaps": ["/sitemap.xml"],
        "listings": ["/"],
    }
    assert f"{SITE}/atom.xml" not in web.asked  # what is found is looked for no further
    assert f"{SITE}/news-sitemap.xml" not in web.asked


def test_sitemaps_that_robots_names() -> None:
    index = f"<sitemapindex><sitemap><loc>{SITE}/sitemap-tags.xml</loc></sitemap>"
    index += f"<sitemap><loc>{SITE}/sitemap-posts.xml</loc></sitemap></sitemapindex>"
    posts = "".join(f"<url><loc>{SITE}{path}</loc></url>" for path in PATHS)
    places = {
        f"{SITE}/robots.txt": f"User-agent: *\nSitemap: {SITE}/maps.xml\n",
        f"{SITE}/maps.xml": index,
        f"{SITE}/sitemap-posts.xml": f"<urlset>{posts}</urlset>",
    }
    web = Web(plain_site() | places)
    draft = drafted(web, f"{SITE}/")
    assert draft.values["discover"]["robots_sitemaps"] is True
    assert "sitemaps" not in draft.values["discover"]
    assert f"{SITE}/sitemap-tags.xml" not in web.asked


def test_a_feed_that_stands_still_is_left_out() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/old.xml">'
    head += '<link rel="alternate" type="application/atom+xml" href="/new.xml">'
    old = feed(PATHS, "Wed, 19 Nov 2025 08:00:00 +0000")
    draft = drafted(
        Web(plain_site(head) | {f"{SITE}/old.xml": old, f"{SITE}/new.xml": feed(PATHS)}), f"{SITE}/"
    )
    assert draft.values["discover"]["feeds"] == ["/new.xml"]
    assert draft.notes == (f"{SITE}/old.xml: left out: its newest item is of 2025-11-19",)
    assert f"# {draft.notes[0]}" in definition_text(draft, DAY)


def test_what_a_page_names_and_does_not_give_is_noted() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/gone.xml">'
    head += '<link rel="alternate" type="application/rss+xml" href="/page.xml">'
    draft = drafted(Web(plain_site(head) | {f"{SITE}/page.xml": "<html>x</html>"}), f"{SITE}/")
    assert draft.notes == (
        f"{SITE}/gone.xml: HTTP 404",
        f"{SITE}/page.xml: an HTML page, not a feed",
    )


def test_a_platform_whose_feed_is_missing_is_noted() -> None:
    head = '<meta name="generator" content="WordPress 6.7">'
    draft = drafted(Web(plain_site(head)), f"{SITE}/")
    assert draft.values["platforms"] == ["wordpress"]
    assert draft.notes == (
        "/feed/: the platform's feed has no articles here, so crawls will report it",
    )


def test_addresses_of_others_are_no_articles_of_the_site() -> None:
    entries = "".join(
        f"<item><link>https://adverts.example/{number}</link></item>" for number in range(20)
    )
    text = feed(PATHS).replace("<item>", f"{entries}<item>", 1)
    found = explore(Web(plain_site() | {f"{SITE}/feed/": text}), f"{SITE}/")
    assert all("adverts" not in page.url for page in found.pages)
    assert found.patterns.total == len(PATHS)


def test_lists_do_not_count_beside_what_holds_nothing_but_articles() -> None:
    more = [f"/news/{slug}-{number}" for number, slug in enumerate(SLUGS, 30_400)]
    pages = plain_site() | {f"{SITE}/": front(["/guides/where-to-eat-by-the-lake", *PATHS])}
    assert (
        explore(Web(pages | {f"{SITE}/feed/": feed(PATHS)}), f"{SITE}/").patterns.total
        == len(PATHS) + 1
    )
    assert explore(
        Web(pages | {f"{SITE}/feed/": feed([*PATHS, *more])}), f"{SITE}/"
    ).patterns.total == 2 * len(PATHS)


def test_a_feed_of_another_host_leads_to_the_site() -> None:
    elsewhere = "https://feeds.example/lake-post"
    draft = drafted(Web(plain_site() | {elsewhere: feed(PATHS)}), elsewhere)
    assert draft.values["domain"] == "lake-post.example"
    assert draft.values["discover"]["feeds"] == [elsewhere]


def test_articles_of_another_host_below_the_domain() -> None:
    base = "https://life.lake-post.example"
    paths = [f"/news/{slug}-{number}" for number, slug in enumerate(SLUGS, 20_400)]
    text = feed(PATHS).replace("</channel>", "") + "".join(
        f"<item><link>{base}{path}</link></item>" for path in paths
    )
    pages = {f"{base}{path}": article_page(path[6:-6]) for path in paths}
    draft = drafted(
        Web(plain_site() | pages | {f"{SITE}/feed/": f"{text}</channel></rss>"}), f"{SITE}/"
    )
    assert draft.values["aliases"] == ["life.lake-post.example"]


# --- zone, name, language -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "published", "zone", "review"),
    [
        ("lake-post.de", "2026-11-20T09:00:00+01:00", "Europe/Berlin", None),
        (
            "lake-post.de",
            "2026-11-20T08:00:00+00:00",
            "Europe/Berlin",
            "By the country of the domain",
        ),
        (
            "lake-post.de",
            "2026-11-20T10:00:00+02:00",
            None,
            r"has Europe/Berlin, but the articles have \+02:00",
        ),
        ("lake-post.com", "2026-11-20T13:00:00+05:00", None, r"the articles have \+05:00"),
        ("lake-post.com", "2026-11-20T08:00:00Z", None, "no article has an offset but UTC"),
    ],
)
def test_a_zone_is_never_guessed(
    host: str, published: str, zone: str | None, review: str | None
) -> None:
    pages = plain_site(published=published)
    moved = {url.replace("www.lake-post.example", host): page for url, page in pages.items()}
    draft = drafted(Web(moved), f"https://{host}/")
    assert draft.values.get("time_zone") == zone
    assert bool(re.search(review or "^$", draft.reviews.get("time_zone", "")))


@pytest.mark.threat("O6")
@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("example.org", "example"),
        ("example.com.pk", "example"),
        ("news.example.co.uk", "example"),
        ("news.example.org", "example"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127-0-0-1"),
        ("com.pk", "com"),
        ("خبر.example", "xn--ngblk"),
        ("../../up.example", "up"),
        ("-o.example", "o"),
        ("*.example", "site"),
    ],
)
def test_names(domain: str, name: str) -> None:
    assert name_of(domain) == name


def test_a_taken_name_gives_way_to_the_domain() -> None:
    assert free_name("example.com.pk", {"example"}) == "example-com-pk"
    assert free_name("example.com.pk", {"other"}) == "example"


def test_several_languages_are_none() -> None:
    pages = plain_site()
    urdu = (
        "<p>جھیل اپنے پرانے کنارے پر لوٹ آئی ہے اور شہر کے لوگ اسے دیکھنے کے لیے جمع ہو رہے ہیں۔ </p>"
        * 8
    )
    pages[f"{SITE}{PATHS[0]}"] = pages[f"{SITE}{PATHS[0]}"].replace(TEXT, urdu)
    draft = drafted(Web(pages), f"{SITE}/")
    assert "language" not in draft.values
    assert draft.reviews["language"].endswith("several languages: en, ur.")


# --- what is no site ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ({f"{SITE}/": front()}, "no feed, sitemap or listing with articles"),
        ({f"{SITE}/": front(PATHS)}, "no article could be fetched: .*HTTP 404"),
        (
            dict.fromkeys((f"{SITE}/", *(f"{SITE}{path}" for path in PATHS)), front(PATHS)),
            "none of 3 pages is an article",
        ),
        (
            {
                f"{SITE}/": "<html><title>Just a moment...</title><div id='cf-challenge-running'>wait</div></html>"
            },
            "answers crawlers with a challenge page",
        ),
    ],
)
def test_a_site_without_articles_is_an_error(pages: dict[str, str], message: str) -> None:
    with pytest.raises(NothingFetched, match=message) as caught:
        drafted(Web(pages), f"{SITE}/")
    assert caught.value.exit_code == 3


def test_a_site_that_does_not_answer() -> None:
    with pytest.raises(KhabarError, match="HTTP 404"):
        explore(Web(), f"{SITE}/")


# --- parts --------------------------------------------------------------------------------------


def test_feeds_that_a_page_names() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="News" href="/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/all/">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        '<link rel="alternate" type="text/xml+oembed" href="/oembed?url=x">'
        '<link rel="alternate" hreflang="de" href="/de/">'
        '<link rel="ALTERNATE home" type="application/atom+xml" href="atom.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    )
    page = parse(f"<html><head>{head}</head></html>", f"{SITE}/sport/")
    assert declared_feeds(page) == [f"{SITE}/feed/", f"{SITE}/sport/atom.xml"]


def test_the_likely_sitemap() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    names = (
        ("category-sitemap.xml", late),
        ("post-sitemap1.xml", early),
        ("post-sitemap2.xml", late),
    )
    assert likely_sitemap(names) == "post-sitemap2.xml"
    assert (
        likely_sitemap((("posts-1.xml", None), ("posts-2.xml", None), ("pages.xml", None)))
        == "posts-2.xml"
    )
    assert likely_sitemap(()) is None


def test_the_fields_of_the_articles_are_counted() -> None:
    draft = drafted(Web(newsroom=newsroom("dailytimes")), f"{BASE}/")
    rows = {row.field: row for row in count_fields(draft.articles)}
    assert rows["headline"].articles == 3
    assert rows["datePublished"].detail == "3 to the second"
    assert re.fullmatch(r"median \d+ characters", rows["articleBody"].detail)
    assert {row.articles for row in count_fields([])} == {0}


def test_texts_of_pages_cannot_break_the_file() -> None:
    draft = drafted(Web(plain_site()), f"{SITE}/")
    evil = {
        "url": f"{SITE}/a'b",
        "headline": 'He said "no"\\ \x7f\t# [x]',
        "authors": ["a'''b", "ٹی"],
    }
    draft = replace(
        draft, values={**draft.values, "tests": [evil]}, notes=("two\nlines " * 30, "\x7f\x00")
    )
    assert tomllib.loads(definition_text(draft, DAY))["tests"] == [evil]


# --- the command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of the command against a newsroom, and of a crawl by the definition that it wrote."""
    folder = tmp_path_factory.mktemp("recorded")
    with serve(newsroom("dailytimes")) as server, warm_khabar() as command:
        flags = ("--connect-to", f"{HOST}={server.url}", "--allow-loopback", "--delay", "0")
        definitions, tape = folder / "definitions", folder / "add.yaml"
        added = command("sites", "add", f"{BASE}/", *flags, "--record", tape, "--to", definitions)
        assert added.returncode == 0, added.stderr
        crawl = ("crawl", "indus-courier", "--limit", "4", "--output", folder / "data")
        crawled = command(
            *crawl, *flags, "--record", folder / "crawl.yaml", KHABAR_SITES=f'["{definitions}"]'
        )
        assert crawled.returncode == 0, crawled.stderr
        assert {request.host for request in server.requests} == {HOST}
        assert server.requests[0].path == "/robots.txt"
    return folder


def khabar(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["khabar", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder whose `khabar.toml` names the folder of definitions."""
    (tmp_path / "khabar.toml").write_text('sites = ["mine"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_a_url_to_records(
    recorded: Path, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        khabar(
            monkeypatch, "sites", "add", BASE, "--replay", str(recorded / "add.yaml"), "--to", "new"
        )
        == 0
    )
    shown = capsys.readouterr().out
    assert "Indus Courier: new/indus-courier.toml" in shown
    assert re.search(r"datePublished +5 +5 to the second", shown)
    assert 'sites = ["new"]' in shown
    assert load_definition(desk / "new" / "indus-courier.toml").time_zone == "Asia/Karachi"

    monkeypatch.setenv("KHABAR_SITES", '["new"]')
    assert (
        khabar(
            monkeypatch, "sites", "check", "indus-courier", "--replay", str(recorded / "add.yaml")
        )
        == 0
    )
    assert capsys.readouterr().out == "tests: 5 passed, 0 failed\n"
    crawl = (
        "crawl",
        "indus-courier",
        "--replay",
        str(recorded / "crawl.yaml"),
        "--limit",
        "4",
        "--output",
        "data",
    )
    assert khabar(monkeypatch, *crawl) == 0
    assert len([*(desk / "data").rglob("*.jsonl")]) == 1


def test_the_folder_of_the_settings_is_where_it_goes(
    recorded: Path, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = ("--replay", str(recorded / "add.yaml"))
    assert (
        khabar(monkeypatch, "sites", "add", BASE, *replay, "--tries", "1", "--name", "mine-own")
        == 0
    )
    assert "khabar.toml" not in capsys.readouterr().out
    assert load_definition(desk / "mine" / "mine-own.toml").domain == HOST


def test_nothing_is_written_over(
    recorded: Path, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = (
        "sites",
        "add",
        BASE,
        "--replay",
        str(recorded / "add.yaml"),
        "--tries",
        "1",
        "--to",
        "new",
    )
    file = desk / "new" / "indus-courier.toml"
    file.parent.mkdir()
    file.write_text("# mine\n", encoding="utf-8")
    assert khabar(monkeypatch, *call) == 2
    assert (
        "already exists (choose --name or --to, or replace it with --force)"
        in capsys.readouterr().err
    )
    assert file.read_text(encoding="utf-8") == "# mine\n"
    assert khabar(monkeypatch, *call, "--force") == 0
    assert load_definition(file).domain == HOST


def test_a_known_site_is_no_new_one(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        khabar(monkeypatch, "sites", "add", "https://www.dawn.com/news/1", "--replay", str(desk))
        == 2
    )
    assert "has the definition 'dawn' (khabar sites check dawn" in capsys.readouterr().err
    assert (
        khabar(monkeypatch, "sites", "add", f"{BASE}/", "--name", "dawn", "--replay", str(desk))
        == 2
    )
    assert "used by dawn.com" in capsys.readouterr().err


@pytest.mark.threat("O6")
@pytest.mark.parametrize("name", ["../up", "a/b", "a..b", "", ".hidden", "-o", "a\n", "a" * 64])
@pytest.mark.usefixtures("desk")
def test_a_name_is_no_path(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert khabar(monkeypatch, "sites", "add", f"{BASE}/", "--name", name) == 2
    assert "not a valid name" in capsys.readouterr().err


@pytest.mark.usefixtures("desk")
def test_what_is_not_recorded_is_one_line(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = ("--replay", str(recorded / "add.yaml"))
    assert khabar(monkeypatch, "sites", "add", "https://elsewhere.example/", *replay) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("khabar: not recorded: GET https://elsewhere.example/")
    assert shown.err.count("\n") == 1
