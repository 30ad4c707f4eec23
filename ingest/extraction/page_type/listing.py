"""Signs that a page is a list and not an article, each with a weight. Their sum decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import log10
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Byline, Headline, Times
from ingest.extraction.structured import StructuredData
from ingest.html.page import Page, text_of
from ingest.html.vocabulary import NOT_RENDERED
from ingest.text import SENTENCE_END, one_line
from ingest.url_shape import article_points, is_list_url
from ingest.urls import is_home

_TEASER = 12
"""The least characters of a linked heading that is a teaser. Names of sections are shorter."""
_HEADLINE = 25
"""The least characters of another link that may be a headline."""
_HEADING_MOST = 200
"""The characters of a heading that are kept."""
_LIST_TYPES = ("CollectionPage", "SearchResultsPage", "ProfilePage", "MediaGallery")
_LIST_KINDS = frozenset({"website", "blog", "profile", "object"})
_SHOP_TYPES = ("Product", "ProductGroup", "ItemList", "OfferCatalog")
_PARAGRAPH = 80
"""The least characters of a paragraph. A shorter line may be a label or a link."""
_LIST_TEXT = 4_000
"""Characters of running text from which on the address alone is no clear sign of a list."""
_LONG_TEXT, _LONG_TEXT_WEIGHT = 16_000, 1.5
"""Characters of running text that get a weight of their own, against many teasers around them."""
_ID_IN_QUERY = re.compile(r"[?&](?!srsltid|utm)[a-z_]*(?:id|s|p|nr)=[^&#]*\d{3}", re.IGNORECASE)
"""A query parameter with the number of an article, such as `?p=959`; not that of a campaign."""
_ARTICLE_PART = re.compile(r"\.[a-z]{3,5}$|\d{3,}|[^\W_]+[-_][^\W_]+[-_][^\W_]+", re.IGNORECASE)
"""A file ending, a number or a slug of three words in the last part of a path."""
_PRICED_TEXTS = etree.XPath(
    "descendant::text()[contains(translate(., '€£₹', '$$$'), '$') and not(parent::script or parent::style)]"
)
_PRICE = re.compile(r"[$€£₹]\s?\d|\d\s?[€₹]")
_DOUBT = 0.65
"""How much the weight of an article's signs must exceed that of a list's signs."""
_MOST_PRICES = 2.4
"""The weight of ten or more prices."""
_SILENT = NOT_RENDERED | {"head"}
SHELL = 600
"""The most characters of a page whose content only a script adds. It has notices and menus."""


class Draft(NamedTuple):
    """The results of the other extractors that are signs of an article.

    Attributes:
        text: The text, or an empty one.
        headline: The headline, or an empty text.
        is_dated: Whether there is a date of publication.
        is_signed: Whether there are authors.
    """

    text: str
    headline: str
    is_dated: bool
    is_signed: bool


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
        fields: The number of `<input>` and `<select>` elements.
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
    fields: int
    body_classes: frozenset[str]
    seen: str
    claimed: bool


def survey_page(page: Page, data: StructuredData) -> Survey:
    """Return the counts and texts of a page that `judge_page` and `weigh` need."""
    title = one_line(page.tree.findtext(".//title"))
    h1 = tuple(text[:_HEADING_MOST] for node in page.elements("h1") if (text := text_of(node)))
    return Survey(
        headings=tuple(text for text in (title, *h1) if text),
        h1=h1,
        teasers=_count_teasers(page),
        stories=0 if article_points(page.url) else _count_stories(page),
        times=len(page.elements("time")),
        fields=len(page.elements("input")) + len(page.elements("select")),
        body_classes=frozenset((page.body.get("class") or "").casefold().split()),
        seen=_beginning(page.body),
        claimed=page.meta("article:published_time") is not None or own_article(data),
    )


def _count_stories(page: Page) -> int:
    """Return the number of addresses of articles in links that are long enough for a headline."""
    links = {
        link.get("href")
        for link in page.body.iter("a")
        if len("".join(link.itertext()).strip()) >= _HEADLINE
    }
    return sum(article_points(url) >= 2 for address in links if (url := page.absolute(address)))


def _beginning(body: HtmlElement) -> str:
    """Return the visible text up to a little more than `SHELL` characters."""
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
    """Return the number of headings with a link, or in one, that are long enough for a title."""
    count = 0
    for heading in chain.from_iterable(map(page.elements, ("h2", "h3", "h4"))):
        parent = heading.getparent()
        if (parent is not None and parent.tag == "a") or next(heading.iter("a"), None) is not None:
            count += len("".join(heading.itertext()).strip()) >= _TEASER
    return count


def draft_of(text: str, headline: Headline | None, byline: Byline, times: Times) -> Draft:
    """Return the results of other extractors in the form that `weigh` needs."""
    return Draft(
        text=text,
        headline=headline.text if headline else "",
        is_dated=times.published is not None,
        is_signed=bool(byline.authors),
    )


class Balance(NamedTuple):
    """The weights of a page's signs.

    Attributes:
        against: The signs of a list, each with its weight.
        article: The weight of all signs of an article.
    """

    against: dict[str, float]
    article: float

    @property
    def is_list(self) -> bool:
        """Whether the page is a list, so that it gives no record."""
        return bool(self.against) and self.article - sum(self.against.values()) < _DOUBT


def weigh(facts: PageFacts, survey: Survey, article: Draft) -> Balance:
    """Return the signs that a page is a list, and the weight of its signs of an article.

    The weights are those of a logistic regression on 2,387 articles (`wide`, `news`, `comments`)
    and 163 pages that are not articles (`lists`). They are rounded, and signs that lists of
    newsrooms always have get at least 0.5 to 3. The threshold is low, because an address that was
    asked for is presumed to be that of an article: one article in 200 is refused, and a quarter
    of the pages that are not articles are accepted.

    Args:
        facts: The page, its site definition, and the facts that follow from both.
        survey: The counts and texts of the page.
        article: The results of the other extractors.
    """
    lines = [line for line in article.text.split("\n") if len(line) >= _PARAGRAPH]
    running = sum(map(len, lines))
    against = dict(_address_signs(facts, running))
    against.update(_metadata_signs(facts, survey))
    against.update(_content_signs(survey, running))
    weight = _article_weight(facts, survey, article, running)
    if against and weight - sum(against.values()) - _DOUBT < _MOST_PRICES:
        prices = _count_prices(facts.page)
        if prices:
            against[f"{prices} prices"] = _MOST_PRICES * min(prices, 10) / 10
    return Balance(against, weight)


def _address_signs(facts: PageFacts, running: int) -> Iterator[tuple[str, float]]:
    """Yield the signs of a list in the page's address, with their weights."""
    page, site = facts.page, facts.site
    if is_home(page.url):
        yield "front page", 2.5
    if is_list_url(page.url):
        is_clear = _names_a_list(page.url) and running < _LIST_TEXT
        yield "list address", 2.5 if is_clear else 0.5
    if site.article_urls and not site.is_article_url(page.url):
        yield "no article address of the site", 2
    if not site.article_urls and not article_points(page.url):
        yield "short address", 0.4


def _metadata_signs(facts: PageFacts, survey: Survey) -> Iterator[tuple[str, float]]:
    """Yield the signs of a list in the metadata and the body's classes, with their weights."""
    page, data = facts.page, facts.data
    kind = (page.meta("og:type") or "").casefold()
    if _is_archive(survey.body_classes):
        yield "WordPress archive", 3
    if data.of_type(*_LIST_TYPES):
        yield "JSON-LD list page", 4
    if kind in _LIST_KINDS:
        yield "og:type", 1.9
    if data.of_type(*_SHOP_TYPES) or "product" in kind:
        yield "JSON-LD products or items", 1.3


def _content_signs(survey: Survey, running: int) -> Iterator[tuple[str, float]]:
    """Yield the signs of a list in the page's content, with their weights.

    Args:
        survey: The counts of the page.
        running: The number of characters of running text.
    """
    if survey.teasers:
        yield f"{survey.teasers} teasers", _teaser_weight(survey.teasers, running)
    if survey.stories:
        yield f"{survey.stories} links to stories", _story_weight(survey.stories, running)
    if survey.times:
        yield f"{survey.times} times", 0.9 * min(survey.times, 10) / 10
    if survey.fields:
        yield f"{survey.fields} form fields", 0.9 * min(survey.fields, 12) / 12


def _names_a_list(url: str) -> bool:
    """Whether neither the query nor the last part of the path names an article."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return not _ID_IN_QUERY.search(url) and not _ARTICLE_PART.search(last)


def _teaser_weight(teasers: int, running: int) -> float:
    """Return the weight of teasers: more for many, and for little running text around them."""
    crowded = teasers >= 4 and running < 300 * teasers
    return crowded + 1.5 * min(teasers, 20) / 20


def _story_weight(stories: int, running: int) -> float:
    """Return the weight of links to articles, in the same way as that of teasers."""
    crowded = stories >= 8 and running < 200 * stories
    return 0.9 * crowded + 1.5 * min(stories, 30) / 30


def _article_weight(facts: PageFacts, survey: Survey, article: Draft, running: int) -> float:
    """Return the sum of the weights of the signs of an article."""
    page, site = facts.page, facts.site
    points = article_points(page.url)
    weight = 0.4 * log10(1 + running) + 1.2 * log10(1 + len(SENTENCE_END.findall(article.text)))
    weight += _LONG_TEXT_WEIGHT * (running >= _LONG_TEXT)
    weight += 3.2 if points >= 4 else 1.4 if points >= 3 else 0
    weight += 2.8 * bool(_ID_IN_QUERY.search(page.url))
    weight += 4 * (bool(site.article_urls) and site.is_article_url(page.url))
    weight += 2 * _is_post(survey.body_classes) + 3 * survey.claimed
    weight += 0.8 * article.is_dated + 1.0 * article.is_signed
    return weight + 1.9 * min(len(article.headline.split()), 8) / 8


def _count_prices(page: Page) -> int:
    """Return the number of prices in the text of a page."""
    texts: Any = _PRICED_TEXTS(page.body)
    return sum(len(_PRICE.findall(text)) for text in texts)


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
    """Whether the classes of WordPress's body_class() are those of a single post."""
    return "single" in classes or any(name.startswith("postid-") for name in classes)


def own_article(data: StructuredData) -> bool:
    """Whether the JSON-LD describes one dated article. The JSON-LD of a list describes many."""
    dated = {data.text(node, "headline") for node in data.articles if node.get("datePublished")}
    return 1 <= len(dated) <= 2 or bool(data.of_type("LiveBlogPosting"))
