"""Which article a page is, beside what is known of others."""

from __future__ import annotations

import json

import pytest

from ingest.processing.build import article_for
from ingest.processing.identity import SHARED_CANONICAL, Identity, is_same, overlap, traits_of
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.sites import UNKNOWN_SITE, Site
from ingest.storage.identities import Identities
from ingest.urls import article_id
from tests.small_paper import HOME, NOW, article, sentences

ONE, TWO, THREE = (
    f"{HOME}/news/{name}/" for name in ("a-first-one", "a-second-one", "a-third-one")
)


def canonical(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


def read(url: str, html: str) -> Article:
    page = FetchedPage(url=url, body=html.encode(), retrieved_at=NOW, requested_url=url)
    result = article_for(page, UNKNOWN_SITE)
    assert isinstance(result, Article)
    return result


def told(identities: Identities, url: str, html: str, requested: str = "") -> Identity:
    return identities.identify(read(url, html), requested or url)


def test_the_page_that_a_shared_canonical_url_names_is_not_lost_to_another() -> None:
    known = Identities()
    first = told(known, ONE, article(1, head=canonical(THREE)))
    second = told(known, TWO, article(2, head=canonical(THREE)))
    third = told(known, THREE, article(3, head=canonical(THREE)))
    assert len({first.article.id, second.article.id, third.article.id}) == 3
    assert second.article.id == article_id(TWO)
    assert second.article.metadata.warnings == [f"{SHARED_CANONICAL}: {THREE}"]
    again = told(known, THREE, article(3, head=canonical(THREE), headline="Another headline"))
    assert again.article.id == third.article.id


def test_a_canonical_url_that_the_page_contradicts_is_not_its_id() -> None:
    head = canonical(THREE) + f'<meta property="og:url" content="{ONE}">'
    record = read(ONE, article(1, head=head))
    assert (record.id, record.canonical_url) == (article_id(ONE), THREE)
    assert "disagree" in record.metadata.warnings[0]
    node = json.dumps({"@type": "NewsArticle", "url": ONE})
    linked = f'<script type="application/ld+json">{node}</script>'
    assert read(ONE, article(1, head=canonical(THREE) + linked)).id == article_id(ONE)
    agreed = canonical(THREE) + f'<meta property="og:url" content="{THREE}">'
    assert read(ONE, article(1, head=agreed)).id == article_id(THREE)


def test_an_address_keeps_its_article_whatever_becomes_of_the_text() -> None:
    known = Identities()
    first = told(known, ONE, article(1))
    assert told(known, ONE, article(2)).article.id == first.article.id
    assert told(known, ONE, article(2, head=canonical(TWO))).article.id == first.article.id


def test_articles_that_were_taken_for_one_are_parted() -> None:
    known = Identities()
    first = told(known, ONE, article(1))
    copy = told(known, TWO, article(1, head=canonical(ONE)))
    assert copy.article.id == first.article.id
    parted = told(known, TWO, article(2, head=canonical(ONE)))
    assert parted.article.id == article_id(TWO)
    assert told(known, TWO, article(2)).article.id == parted.article.id


def test_a_redirect_to_another_article_leaves_the_first() -> None:
    known = Identities()
    first = told(known, ONE, article(1))
    other = told(known, TWO, article(2), requested=ONE)
    assert (other.article.id, other.left, other.is_successor) == (
        article_id(TWO),
        first.article.id,
        False,
    )


def test_an_address_that_always_leads_to_the_newest_article_closes_none() -> None:
    known = Identities()
    latest = f"{HOME}/latest/"
    told(known, ONE, article(1), requested=latest)
    assert told(known, TWO, article(2), requested=latest).left is None


@pytest.mark.parametrize(
    ("paragraphs", "headline", "same"),
    [
        (sentences(1), "A quite new headline", True),
        (sentences(1)[:2], "A quite new headline", True),
        ([*sentences(1)[:3], "It was not said when."], "A quite new headline", True),
        ([*sentences(2)[:3], sentences(1)[3]], "A quite new headline", False),
        (sentences(2), "", False),
        (
            ["A keeper of the old mill was named by the board on Friday at last."],
            "",
            True,
        ),  # the same headline and the same second
        (sentences(2), "A quite new headline", False),
    ],
)
def test_when_two_pages_are_one_article(paragraphs: list[str], headline: str, same: bool) -> None:
    one = traits_of(read(ONE, article(1)))
    other = traits_of(read(TWO, article(1, headline=headline, paragraphs=paragraphs)))
    assert is_same(one, other, 0.5) is same
    assert overlap(one, one) == 1


@pytest.mark.parametrize(
    ("target", "refused"),
    [
        (f"{HOME}/", True),
        (f"{HOME}/news/", True),
        (f"{HOME}/back-soon.html", True),
        (f"{HOME}/harbour/2026/11/20/a-first-one-again/", False),
        (f"{ONE}?utm_source=mail", False),
    ],
)
def test_a_page_that_an_article_redirects_to_is_one_too(target: str, refused: bool) -> None:
    site = Site(name="tern", domain="tern.example", article_urls=[r"/news/a-"])
    page = FetchedPage(
        url=target, body=article(1).encode(), retrieved_at=NOW, requested_url=ONE, status=200
    )
    result = article_for(page, site)
    assert (isinstance(result, Rejection) and result.reason is Reason.NOT_FOUND) is refused
