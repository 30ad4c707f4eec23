"""Signs that a page is a list of articles and not an article.

Each sign has a weight. The sum of the weights decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.extraction.facts import PageFacts
from ingest.extraction.structured import StructuredData
from ingest.html.page import Page, text_of
from ingest.html.vocabulary import NOT_RENDERED
from ingest.sites import Site
from ingest.text import one_line
from ingest.urls import article_points, is_home, is_list_url

_TEASER = 12  # characters of a linked heading; shorter ones are names of sections
_HEADLINE = 25  # characters of a link outside a heading that may be a headline
_HEADING_MOST = 200
_LIST_TYPES = ("CollectionPage", "SearchResultsPage", "ProfilePage", "MediaGallery")
_LIST_KINDS = frozenset({"website", "blog", "profile", "object"})
_LONG_LINE = 200  # characters of an article's paragraph; the text of a teaser is shorter
_SILENT = NOT_RENDERED | {"head"}
SHELL = 600
"""The most characters on a page whose content is added by a script, with notices and menus."""
_ENOUGH = 3  # the least weight of the signs of a list


@dataclass(frozen=True, slots=True)
class Survey:
    """Counts and texts of the tree that show the type of the page.

    Attributes:
        headings: The texts of the title and all `<h1>`.
        h1: The texts of all `<h1>`.
        teasers: The number of headings that are links.
        stories: The number of links that look like headlines of articles; 0 if the page's own
            address looks like an article's.
        times: The number of `<time>` elements.
        body_classes: The classes of `<body>`, in lower case.
        seen: The start of the visible text, up to about `SHELL` characters.
        claimed: Whether the metadata describes one dated article. The metadata of a challenge
            page, a login or consent page, or a missing page does not.
    """

    headings: tuple[str, ...]
    h1: tuple[str, ...]
    teasers: int
    stories: int
    times: int
    body_classes: frozenset[str]
    seen: str
    claimed: bool


def survey_page(page: Page, data: StructuredData) -> Survey:
    """Return the counts and texts of the tree that `judge_page` needs."""
    title = one_line(page.tree.findtext(".//title"))
    h1 = tuple(text[:_HEADING_MOST] for node in page.tree.iter("h1") if (text := text_of(node)))
    return Survey(
        headings=tuple(text for text in (title, *h1) if text),
        h1=h1,
        teasers=_count_teasers(page),
        stories=0 if article_points(page.url) else _count_stories(page),
        times=sum(1 for _ in page.tree.iter("time")),
        body_classes=frozenset((page.body.get("class") or "").casefold().split()),
        seen=_beginning(page.body),
        claimed=page.meta("article:published_time") is not None or own_article(data),
    )


def _count_stories(page: Page) -> int:
    links = {
        link.get("href")
        for link in page.body.iter("a")
        if len("".join(link.itertext()).strip()) >= _HEADLINE
    }
    return sum(article_points(url) >= 2 for address in links if (url := page.absolute(address)))


def _beginning(body: HtmlElement) -> str:
    pieces: list[str] = []
    length = 0
    walker = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start" and node.tag in _SILENT:
            walker.skip_subtree()
            continue
        piece = " ".join(((node.text if event == "start" else node.tail) or "").split())
        if piece:
            pieces.append(piece)
            length += len(piece) + 1
        if length > SHELL:
            break
    return " ".join(pieces)


def _count_teasers(page: Page) -> int:
    count = 0
    for heading in page.tree.iter("h2", "h3", "h4"):
        parent = heading.getparent()
        if (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None:
            count += len("".join(heading.itertext()).strip()) >= _TEASER
    return count


def looks_like_list(facts: PageFacts, survey: Survey, text: str) -> str | None:
    """Return the signs of a list if they outweigh those of an article; `text` is the body."""
    page, data, site = facts.page, facts.data, facts.site
    against = dict((*_address_signs(page, site), *_page_signs(page, data, survey)))
    points = sum(against.values())
    if points >= _ENOUGH and points > _article_weight(page, data, site, survey, text) + 1:
        return ", ".join(against)
    return None


def _address_signs(page: Page, site: Site) -> Iterator[tuple[str, int]]:
    if is_home(page.url):
        yield "front page", 5
    if is_list_url(page.url):
        yield "list address", 3
    if site.article_urls and not site.is_article_url(page.url):
        yield "no article address of the site", 2
    if not site.article_urls and not article_points(page.url):
        yield "short address", 1


def _page_signs(page: Page, data: StructuredData, survey: Survey) -> Iterator[tuple[str, int]]:
    if _is_archive(survey.body_classes):
        yield "WordPress archive", 5
    if data.of_type(*_LIST_TYPES):
        yield "JSON-LD list page", 3
    if (page.meta("og:type") or "").casefold() in _LIST_KINDS:
        yield "og:type", 1
    if survey.teasers >= 8:
        yield f"{survey.teasers} teasers", 3 if survey.teasers >= 15 else 2
    elif survey.stories >= 10:
        yield f"{survey.stories} links to stories", 2
    if all(len(text.split()) <= 2 and len(text) < 20 for text in survey.h1):
        yield "no headline", 1
    if survey.times >= 8:
        yield f"{survey.times} times", 1


def _article_weight(page: Page, data: StructuredData, site: Site, survey: Survey, text: str) -> int:
    points = article_points(page.url)
    weight = 3 if points >= 4 else 2 if points >= 2 else 0
    weight += 4 * (bool(site.article_urls) and site.is_article_url(page.url))
    weight += 3 * _is_post(survey.body_classes)
    weight += 3 * own_article(data)
    weight += 3 * (page.meta("article:published_time") is not None)
    weight += (page.meta("og:type") or "").casefold() == "article"
    return weight + (sum(len(line) >= _LONG_LINE for line in text.split("\n")) >= 3)


def _is_archive(classes: frozenset[str]) -> bool:
    """Whether the classes of WordPress's body_class() are those of a list, not of a post.

    https://developer.wordpress.org/reference/functions/get_body_class/
    """
    if _is_post(classes):
        return False
    kinds = {"category", "tag", "author", "date", "post-type-archive", "paged"}
    taxonomy = any(
        name.startswith(("tax-", "term-", "category-", "tag-", "author-")) for name in classes
    )
    return (
        ("archive" in classes and (bool(kinds & classes) or taxonomy))
        or bool({"search-results", "search-no-results"} & classes)
        or {"home", "blog"} <= classes
    )


def _is_post(classes: frozenset[str]) -> bool:
    return "single" in classes or any(name.startswith("postid-") for name in classes)


def own_article(data: StructuredData) -> bool:
    """Whether the JSON-LD describes one dated article. The JSON-LD of a list describes many."""
    dated = {data.text(node, "headline") for node in data.articles if node.get("datePublished")}
    return 1 <= len(dated) <= 2 or bool(data.of_type("LiveBlogPosting"))
