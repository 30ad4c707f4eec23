"""The replica newsrooms hold what they promise: the real sites' traps, and a life of their own."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]  # it has no type information
import pytest
from lxml import etree, html

from fixtures.newsrooms import (
    NOW,
    Article,
    Comment,
    Newsroom,
    Server,
    View,
    expected_record,
    foreign_texts,
    serve,
)
from fixtures.newsrooms.__main__ import main as newsrooms_main

KEYS = ("propakistani", "dailytimes")
SEED = "karachi-and-beijing-labs-to-build-weather-satellites-together"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def tree(self) -> html.HtmlElement:
        return html.fromstring(self.text)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def get(
    server: Server, path: str, *, host: str | None = None, method: str = "GET", **headers: str
) -> Answer:
    parts = urlsplit(server.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent["Host"] = host if host is not None else server.newsroom.site.host
    try:
        connection.request(method, path, headers=sent)
        response = connection.getresponse()
        return Answer(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
    finally:
        connection.close()


@pytest.fixture(scope="module", params=KEYS)
def site(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each site in turn; not to be changed."""
    with serve(Newsroom.load(request.param)) as server:
        yield server


@pytest.fixture(scope="module")
def propakistani() -> Iterator[Server]:
    with serve(Newsroom.load("propakistani")) as server:
        yield server


@pytest.fixture(scope="module")
def dailytimes() -> Iterator[Server]:
    with serve(Newsroom.load("dailytimes")) as server:
        yield server


@pytest.fixture
def living() -> Iterator[Server]:
    """A site that a test may change."""
    with serve(Newsroom.load("propakistani")) as server:
        yield server


def page(server: Server, key: int | str, suffix: str = "") -> Answer:
    view = View.of(server.newsroom)
    return get(server, view.path(server.newsroom.get(key)) + suffix)


def squeeze(value: str) -> str:
    """Without white space, nor the bars between a table's cells."""
    return "".join(value.replace("|", "").split())


def with_trait(server: Server, trait: str) -> list[Article]:
    return [article for article in server.newsroom.articles() if trait in article.traits]


# --- what there is ---------------------------------------------------------------------------------------------------


def test_at_least_thirty_articles_over_five_months(site: Server) -> None:
    articles = site.newsroom.articles()
    recent = [
        article for article in articles if article.published >= datetime(2026, 7, 1, tzinfo=UTC)
    ]
    assert len(recent) >= 30
    assert {article.published.month for article in recent} == {7, 8, 9, 10, 11}
    assert len({article.section for article in recent}) == len(site.newsroom.site.sections)
    assert len({article.byline for article in recent}) >= 6
    assert max(article.touched for article in articles) < NOW


def test_every_article_page_states_what_is_expected_of_it(site: Server) -> None:
    newsroom = site.newsroom
    for article in newsroom.articles():
        answer = page(site, article.id)
        assert answer.status == 200
        assert len(answer.body) < 20_000
        wanted = expected_record(newsroom, article)
        whole = squeeze(answer.tree.text_content())
        for paragraph in wanted["articleBody"].split("\n"):
            assert squeeze(paragraph) in whole, article.slug
        assert squeeze(wanted["headline"]) in whole
        assert wanted["articleSection"] in answer.text.replace("&amp;", "&")
        for tag in wanted["keywords"]:
            assert tag in answer.text, article.slug
        for author in wanted["authors"]:
            assert squeeze(author["name"]) in whole
            assert f'href="{author["url"]}"' in answer.text
        assert wanted["mainImage"].split(":", 1)[1] in answer.text
        for comment in wanted["comments"]:
            assert squeeze(comment["text"]) in whole
            assert comment["id"] in answer.text
            assert squeeze(comment["author"]["name"]) in whole
            if article.comments_by in {"native", "genesis"}:
                assert f'datetime="{comment["dateCreated"]}"' in answer.text
        if source := wanted["sourceOrganization"]:
            assert squeeze(source["name"]) in whole
            assert source["url"] is None or f'href="{source["url"]}"' in answer.text


def test_a_date_is_stated_as_exactly_as_the_record_has_it(site: Server) -> None:
    for article in site.newsroom.articles():
        wanted = expected_record(site.newsroom, article)
        answer = page(site, article.id)
        utc = article.published.astimezone(UTC).isoformat()
        assert (utc in answer.text) == (wanted["datePublishedPrecision"] == "second"), article.slug


def test_no_foreign_text_is_part_of_the_expected_body(site: Server) -> None:
    for article in site.newsroom.articles():
        body = expected_record(site.newsroom, article)["articleBody"]
        assert not [text for text in foreign_texts(site.newsroom, article) if text in body], (
            article.slug
        )


def test_a_record_follows_the_host_that_was_asked(site: Server) -> None:
    article = site.newsroom.articles()[0]
    host = urlsplit(site.url).netloc
    local = expected_record(site.newsroom, article, host=host)
    assert local["url"].startswith(site.url)
    answer = get(site, urlsplit(local["url"]).path, host=host)
    assert f'rel="canonical" href="{local["url"]}"' in answer.text
    assert f"https://{site.newsroom.site.host}" not in answer.text


def test_a_strange_host_is_refused(site: Server) -> None:
    assert get(site, "/", host='"><script>').status == 400


# --- listings, feeds, sitemaps, REST ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "path", "row", "following"),
    [
        (
            "propakistani",
            "/",
            "//main/article//h2[@class='entry-title']/a/@href",
            "//link[@rel='next']/@href",
        ),
        (
            "dailytimes",
            "/pakistan/",
            "//main/article//a[@class='entry-title-link']/@href",
            "//div[@class='pagination-next alignright']/a/@href",
        ),
    ],
)
def test_listings_lead_page_by_page_to_every_article(
    key: str, path: str, row: str, following: str
) -> None:
    newsroom = Newsroom.load(key)
    view = View.of(newsroom)
    found: list[str] = []
    with serve(newsroom) as server:
        here: str | None = path
        while here:
            tree = get(server, here).tree
            rows = tree.xpath(row)
            assert 0 < len(rows) <= 10
            found += rows
            here = next((urlsplit(link).path for link in tree.xpath(following)), None)
        assert get(server, f"{path}page/99/").status == 404
    section = None if path == "/" else path.strip("/")
    assert found == [view.url(article) for article in newsroom.articles(section=section)]


def test_feeds_parse_and_page(site: Server) -> None:
    newsroom = site.newsroom
    feed = feedparser.parse(get(site, "/feed/").body)
    assert not feed.bozo
    assert [entry.link for entry in feed.entries] == [
        View.of(newsroom).url(article) for article in newsroom.articles()[:10]
    ]
    first = feed.entries[0]
    assert first.author
    assert "Read More" in first.summary
    assert "appeared first on" in first.summary
    assert first.content[0].value.startswith("<p>")
    second = feedparser.parse(get(site, "/feed/?paged=2").body)
    assert second.entries[0].link == View.of(newsroom).url(newsroom.articles()[10])
    assert get(site, "/feed/?paged=90").status == 404
    section = feedparser.parse(get(site, "/category/business/feed/").body)
    assert {entry.tags[0].term for entry in section.entries} == {"Business"}


def test_comment_feeds(site: Server) -> None:
    article = next(article for article in site.newsroom.articles() if len(article.comments) > 2)
    feed = feedparser.parse(page(site, article.id, "feed/").body)
    assert not feed.bozo
    readers = {comment.author for comment in article.comments if not comment.pingback}
    assert {entry.title for entry in feed.entries} == {f"By: {name}" for name in readers}
    assert all("#comment-" in entry.link for entry in feed.entries)
    assert len(feedparser.parse(get(site, "/comments/feed/").body).entries) == 10


def test_sitemaps_are_named_in_robots_and_hold_every_article(site: Server) -> None:
    robots = get(site, "/robots.txt").text
    assert "Disallow: /wp-admin/" in robots
    index = re.findall(r"^Sitemap: (.+)$", robots, re.MULTILINE)[0]
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    maps = etree.fromstring(get(site, urlsplit(index).path).body).xpath(
        "//s:loc/text()", namespaces=space
    )
    assert isinstance(maps, list)
    posts = etree.fromstring(get(site, urlsplit(str(maps[0])).path).body)
    found = posts.xpath("//s:url/s:loc/text()", namespaces=space)
    assert isinstance(found, list)
    assert set(found) == {
        View.of(site.newsroom).url(article) for article in site.newsroom.articles()
    }
    assert get(site, "/sitemap.xml").headers["location"] == index
    squeezed = get(site, urlsplit(index).path, Accept_Encoding="gzip")
    assert squeezed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in get(site, "/feed/", Accept_Encoding="gzip").headers


def test_crawl_delay_only_at_the_daily_times(propakistani: Server, dailytimes: Server) -> None:
    assert "Crawl-delay: 1" in get(dailytimes, "/robots.txt").text
    assert "Crawl-delay" not in get(propakistani, "/robots.txt").text


@pytest.mark.parametrize("root", ["/wp-json/wp/v2/posts?", "/?rest_route=/wp/v2/posts&"])
def test_rest_posts(site: Server, root: str) -> None:
    newsroom = site.newsroom
    answer = get(site, f"{root}per_page=20&page=2&_embed")
    articles = newsroom.articles()
    assert answer.headers["x-wp-total"] == str(len(articles))
    assert answer.headers["x-wp-totalpages"] == str(-(-len(articles) // 20))
    assert [post["id"] for post in answer.json] == [article.id for article in articles[20:40]]
    article, post = articles[20], answer.json[0]
    assert datetime.fromisoformat(post["date_gmt"] + "+00:00") == article.published
    assert datetime.fromisoformat(post["date"] + "+05:00") == article.published
    assert post["link"] == View.of(newsroom).url(article)
    assert post["_embedded"]["wp:term"][0][0]["name"] == newsroom.site.section_name(article.section)
    assert get(site, f"{root}slug={article.slug}").json[0]["id"] == article.id
    beyond = get(site, f"{root}per_page=100&page=9")
    assert (beyond.status, beyond.json["code"]) == (400, "rest_post_invalid_page_number")


def test_rest_comments_know_their_parents(site: Server) -> None:
    article = next(
        article
        for article in site.newsroom.articles()
        if any(comment.parent for comment in article.comments)
    )
    found = get(site, f"/wp-json/wp/v2/comments?post={article.id}").json
    wanted = {
        comment.id: comment.parent or 0 for comment in article.comments if not comment.pingback
    }
    assert {comment["id"]: comment["parent"] for comment in found} == wanted
    assert {comment["post"] for comment in found} == {article.id}


def test_redirects_and_missing_pages(site: Server) -> None:
    article = site.newsroom.articles()[3]
    url = View.of(site.newsroom).url(article)
    for path in (f"/?p={article.id}", urlsplit(url).path.rstrip("/")):
        answer = get(site, path)
        assert (answer.status, answer.headers["location"]) == (301, url)
    assert get(site, "/no-such-page/").status == 404
    assert get(site, "/wp-json/wp/v2/posts/1").status == 404
    assert get(site, "/", method="HEAD").body == b""


def test_oddities_answer_200(site: Server) -> None:
    kinds = {kind: get(site, path) for path, kind in site.newsroom.site.oddities.items()}
    assert {answer.status for answer in kinds.values()} == {200}
    assert "Just a moment" in kinds["challenge"].text
    assert "not at this address" in kinds["soft-404"].text
    assert "spinner" in kinds["empty-shell"].text


# --- the traps of each site ------------------------------------------------------------------------------------------


def test_amp_copies_name_their_canonical_page(site: Server) -> None:
    article = site.newsroom.articles()[0]
    url = View.of(site.newsroom).url(article)
    assert f'<link rel="amphtml" href="{url}amp/" />' in page(site, article.id).text
    amp = page(site, article.id, "amp/")
    assert amp.text.startswith("<!doctype html><html amp")
    assert f'<link rel="canonical" href="{url}" />' in amp.text


def test_propakistani_listing_traps(propakistani: Server) -> None:
    tree = get(propakistani, "/").tree
    main = tree.xpath("//main/article//h2/a/@href")
    assert set(tree.xpath("//*[@id='hero-carousel']//a/@href")) <= set(main)
    assert set(tree.xpath("//main//ul[@class='pp-recap-posts']//a/@href")) <= set(main)
    assert tree.xpath("//link[@rel='next']/@href") == ["http://propakistani.pk/page/2/"]
    assert tree.xpath("//meta[@property='og:description']/@content") == [""]
    assert tree.xpath("//button[@id='pp-load-posts']")
    assert tree.xpath("//img[@data-lazy-src]/following-sibling::noscript")
    assert all(
        text.endswith(" ago") for text in tree.xpath("//main//span[@class='posted-on']/a/text()")
    )
    assert not tree.xpath("//time")
    assert "/cdn-cgi/l/email-protection#" in get(propakistani, "/").text


def test_the_article_that_it_all_began_with(propakistani: Server) -> None:
    answer = page(propakistani, SEED)
    content = answer.tree.xpath("//div[@class='content-post']")[0]
    inside = " ".join(content.text_content().split())
    wanted = expected_record(propakistani.newsroom, propakistani.newsroom.get(SEED))
    assert "Reach out at kamran.s[at]propakistani.pk" in inside
    assert inside.endswith("Source: DailyTimes")
    assert "Watch more at" in inside
    assert "Reach out" not in wanted["articleBody"]
    assert wanted["authors"][0]["email"] == "kamran.s@propakistani.pk"
    assert wanted["sourceOrganization"]["name"] == "DailyTimes"
    assert wanted["comments"][0]["text"].startswith("Correction: ")
    assert wanted["comments"][0]["dateCreated"] is None
    assert answer.tree.xpath(
        "//ul[@id='dsq-comments']/li/ul[@class='children']/li[@id='dsq-comment-48812']"
    )


def test_propakistani_article_traps(propakistani: Server) -> None:
    newsroom = propakistani.newsroom
    texts = {article.id: page(propakistani, article.id).text for article in newsroom.articles()}
    everything = "\n".join(texts.values())
    for mark in (
        "the-post-content",
        'id="post-author"',
        "data-cfemail",
        "wpfsc-stay-connected",
        "tve-leads-two-step-trigger",
        '<div id="disqus_thread"></div>',
        'class="post pingback"',
        '<b class="fn">',
        '<cite class="fn">',
        'class="comment-meta commentmetadata"',
        "Comments are closed.",
        "<iframe",
        "wp-caption-text",
        'content="//cdn.propakistani.pk/',
    ):
        assert mark in everything, mark
    assert re.search(r"Jul \d+, 2026 \| \d+:\d\d am", everything)
    assert re.search(r"\d+:\d\d am \| Jul \d+, 2026", everything)
    assert "@graph" not in everything
    broken = texts[with_trait(propakistani, "ld-comma")[0].id]
    assert "],}</script>" in broken


def test_the_old_post_without_metadata_states_its_date_to_the_minute(propakistani: Server) -> None:
    article = with_trait(propakistani, "bare-head")[0]
    wanted = expected_record(propakistani.newsroom, article)
    assert (wanted["datePublished"], wanted["datePublishedPrecision"]) == (
        "2016-11-29T16:08:00+05:00",
        "minute",
    )
    assert "article:published_time" not in page(propakistani, article.id).text


def test_dailytimes_stale_listing_beside_a_fresh_sidebar(dailytimes: Server) -> None:
    tree = get(dailytimes, "/tag/latest/").tree
    assert set(tree.xpath("//main/article//time/text()")) <= {
        f"November {day}, 2025" for day in range(1, 31)
    }
    newest = View.of(dailytimes.newsroom).url(dailytimes.newsroom.articles()[0])
    side = tree.xpath("//aside//article[contains(@class, 'type-post')]//h4/a/@href")
    assert newest in side
    assert len(get(dailytimes, "/tag/latest/page/2/").tree.xpath("//main/article")) == 1


def test_dailytimes_article_traps(dailytimes: Server) -> None:
    newsroom = dailytimes.newsroom
    article = newsroom.get("rice-harvest-fills-stores-to-the-roof")
    tree = page(dailytimes, article.id).tree
    assert tree.xpath("//div[@class='post-header']//h1[@class='entry-title']")
    assert not tree.xpath("//article//h1")
    assert tree.xpath("//p[@class='author-links']/a[@class='author-name']/text()") == ["Web Desk"]
    assert (
        tree.xpath("//time[@class='entry-time' and not(@datetime)]/text()")[0]
        == "November 20, 2026"
    )
    graph, schema_pro = (
        json.loads(text) for text in tree.xpath("//script[@type='application/ld+json']/text()")
    )
    assert graph["@graph"][-1]["name"] == schema_pro["author"]["name"] == "Saad Munir"
    naive = datetime.fromisoformat(schema_pro["datePublished"])
    assert naive.tzinfo is None
    assert datetime.fromisoformat(schema_pro["datePublished"] + "+05:00") == article.published
    assert datetime.fromisoformat(graph["@graph"][4]["datePublished"]) == article.published
    assert (
        len(tree.xpath("//main//div[@class='entry-content']//div[contains(@class, 'code-block')]"))
        == 2
    )
    assert tree.xpath("//main/div[@class='fb-comments']")
    assert tree.xpath("//link[@type='application/rss+xml']/@href")[0] == "//dailytimes.com.pk/feed/"


def test_dailytimes_broken_metadata(dailytimes: Server) -> None:
    for trait, mark in (
        ("ld-newline", '"headline":"Cement\nmakers'),
        ("ld-comma", "],}</script>"),
        ("ld-entities", "&#8216;port day&#8217;"),
        ("protocol-relative", '<link rel="canonical" href="//dailytimes.com.pk/'),
    ):
        pages = [page(dailytimes, article.id).text for article in with_trait(dailytimes, trait)]
        assert any(mark in text for text in pages), trait
    bare = expected_record(dailytimes.newsroom, with_trait(dailytimes, "bare-head")[0])
    assert (bare["datePublished"], bare["datePublishedPrecision"]) == ("2026-08-28", "day")


def test_genesis_comments_are_threaded(dailytimes: Server) -> None:
    tree = page(dailytimes, "lake-saiful-muluk-to-be-closed-to-cars").tree
    top = tree.xpath("//ol[@class='comment-list']/li[contains(@class, 'comment')]/@id")
    assert top == ["comment-70120", "comment-70140"]
    assert tree.xpath("//li[@id='comment-70125']//li[@id='comment-70131']//time/@datetime") == [
        "2026-07-14T13:05:17+05:00"
    ]


# --- the life of a newsroom ------------------------------------------------------------------------------------------


def test_not_modified_only_when_all_validators_match(site: Server) -> None:
    for path in ("/feed/", View.of(site.newsroom).path(site.newsroom.articles()[5])):
        first = get(site, path)
        tag, changed = first.headers["etag"], first.headers["last-modified"]
        both = get(site, path, If_None_Match=tag, If_Modified_Since=changed)
        assert (both.status, both.body) == (304, b"")
        assert get(site, path, If_None_Match=tag).status == 304
        assert get(site, path, If_Modified_Since=changed).status == 304
        assert get(site, path, If_None_Match='"other"', If_Modified_Since=changed).status == 200
        assert (
            get(
                site, path, If_None_Match=tag, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT"
            ).status
            == 200
        )


def test_an_edit_moves_time_and_validators(living: Server) -> None:
    newsroom = living.newsroom
    slug = "toll-plazas-to-stop-taking-cash-from-october"
    before = page(living, slug)
    other = page(living, SEED)
    newsroom.advance(hours=2)
    edited = newsroom.edit(
        slug, headline="Toll Plazas to Keep Taking Cash", body="The plan is off.\n\nCash stays."
    )
    after = page(living, slug)
    assert edited.changed == newsroom.now
    assert "Cash stays." in after.text
    assert before.headers["etag"] != after.headers["etag"]
    assert (
        get(living, "/feed/").headers["last-modified"]
        == after.headers["last-modified"]
        == after.headers["date"]
    )
    assert page(living, SEED).headers["etag"] == other.headers["etag"]
    assert expected_record(newsroom, edited)["dateModified"] == "2026-11-20T16:00:00+05:00"


def test_a_new_slug_redirects_from_the_old_one(living: Server) -> None:
    newsroom = living.newsroom
    old = View.of(newsroom).path(newsroom.get(SEED))
    edited = newsroom.edit(SEED, slug="weather-satellites")
    assert get(living, old).headers["location"] == View.of(newsroom).url(edited)


def test_a_deleted_article_is_gone_everywhere(living: Server) -> None:
    newsroom = living.newsroom
    article = newsroom.articles()[0]
    url = View.of(newsroom).url(article)
    newsroom.delete(article.slug)
    assert get(living, urlsplit(url).path).status == 410
    assert get(living, f"/?p={article.id}").status == 410
    for path in ("/", "/feed/", "/wp-sitemap-posts-post-1.xml", "/wp-json/wp/v2/posts"):
        assert url not in get(living, path).text, path


def test_publishing_now_and_ahead_of_the_clock(living: Server) -> None:
    newsroom = living.newsroom
    first = newsroom.articles()[0]
    newsroom.publish(replace(first, id=999_001, slug="now", published=newsroom.now, modified=None))
    later = replace(
        first,
        id=999_002,
        slug="later",
        published=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        modified=None,
    )
    newsroom.publish(later)
    assert newsroom.articles()[0].slug == "now"
    assert get(living, View.of(newsroom).path(later)).status == 404
    newsroom.advance(hours=4)
    assert newsroom.articles()[0].slug == "later"
    assert get(living, View.of(newsroom).path(later)).status == 200
    with pytest.raises(ValueError, match="already has"):
        newsroom.publish(first)


def test_comments_come_in(living: Server) -> None:
    newsroom = living.newsroom
    slug = "regulator-orders-clearer-mobile-bundles"
    before = page(living, slug)
    newsroom.advance(minutes=5)
    newsroom.add_comment(
        slug, Comment(99_001, "Late Reader", "Me <too>.", newsroom.now, parent=92_801)
    )
    after = page(living, slug)
    assert "Me &lt;too&gt;." in after.text
    assert before.headers["etag"] != after.headers["etag"]
    assert expected_record(newsroom, newsroom.get(slug))["comments"][-1]["parentId"] == "92801"
    with pytest.raises(ValueError, match="not kept in its page"):
        newsroom.add_comment(
            "towel-makers-turn-to-solar-dryers", Comment(99_002, "X", "Y", newsroom.now)
        )


def test_faults(living: Server) -> None:
    newsroom = living.newsroom
    newsroom.fail("/feed/", 503, 2, retry_after=7)
    answers = [get(living, "/feed/") for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"
    newsroom.stall("/robots.txt", 0.2)
    begin = time.monotonic()
    assert get(living, "/robots.txt").status == 200
    assert time.monotonic() - begin >= 0.2
    newsroom.stall("/robots.txt", 0)


def test_the_server_logs_and_stops_under_load() -> None:
    newsroom = Newsroom.load("dailytimes")
    with serve(newsroom) as server:
        assert (
            get(server, "/robots.txt", User_Agent="Khabar").headers["date"]
            == "Fri, 20 Nov 2026 09:00:00 GMT"
        )
        seen = server.requests[0]
        assert (seen.method, seen.host, seen.path, seen.headers["user-agent"]) == (
            "GET",
            "dailytimes.com.pk",
            "/robots.txt",
            "Khabar",
        )
        parts = urlsplit(server.url)
        idle = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        idle.request("GET", "/robots.txt")
        idle.getresponse().read()  # kept open on purpose: stopping must not wait for it
        begin = time.monotonic()
    assert time.monotonic() - begin < 2
    idle.close()


def test_a_taken_port_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr("sys.argv", ["newsrooms", "--port", str(port)])
        with pytest.raises(SystemExit) as end:
            newsrooms_main()
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith(f"port {port}: ")
    assert said.endswith("(choose another --port)\n")
    assert said.count("\n") == 1
