"""Pages made to break a reader: each ends soon, as a valid record of bounded size or as a rejection that says why."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from lxml.html import document_fromstring

from ingest import UNKNOWN_SITE, Article, Rejection
from ingest.api import extract
from ingest.html import page as page_module
from ingest.processing import build
from ingest.record import Reason, json_schema

URL = "https://paper.example/2026/10/05/a-new-road/"
NOW = datetime(2026, 10, 6, tzinfo=UTC)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
TEXT = (
    "<p>The ferry sailed from the old harbour at noon, and the whole town stood on the pier to see it go.</p>"
    * 4
)
LONG = 20_000
ALLOWED = {
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "tr",
    "td",
    "th",
}
ALLOWED |= {"a", "strong", "em", "br"}


def page(extra: str = "", head: str = "", title: str = "Ferry sails") -> str:
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1>"
        f"<article>{TEXT}{extra}</article></body></html>"
    )


def linked(data: str) -> str:
    return page(head=f'<script type="application/ld+json">{data}</script>')


def node(**values: Any) -> str:
    return linked(json.dumps({"@type": "NewsArticle", "headline": "Ferry sails", **values}))


def references() -> str:
    """Nodes that name the next one ten times each: 10**40 people, if one counts them all."""
    numbers = range(40)
    people = [{"@id": f"#{number}", "name": [{"@id": f"#{number + 1}"}] * 10} for number in numbers]
    return linked(
        json.dumps({"@graph": [{"@type": "NewsArticle", "author": {"@id": "#0"}}, *people]})
    )


PAGES = {
    "deep": page("<div>" * 5_000 + "x"),
    "deep-inline": page("<b><i>" * 5_000 + "x"),
    "deep-lists": page("<ul><li>" * 5_000 + "x"),
    "deep-quotes": page("<blockquote><p>words" * 1_000),
    "deep-tables": page("<table><tr><td>" * 3_000 + "x"),
    "open-links": page("<a href=/x>" * 3_000 + "x"),
    "huge-class": page(f"<p class='{'byline comment ' * LONG}'>x</p>"),
    "huge-id": page(f"<p id='{'comment-1' * LONG}'>x</p>"),
    "huge-address": page(f"<img src='/{'a' * 500_000}.jpg'><a href='/{'a/../' * LONG}'>x</a>"),
    "huge-canonical": page(
        head=f"<link rel=canonical href='https://paper.example/{'a/' * 500_000}'>"
    ),
    "huge-base": page(
        "<a href=x>x</a>" * 50, head=f"<base href='https://paper.example/{'a/' * 500_000}'>"
    ),
    "many-attributes": page("<p " + " ".join(f"a{number}=1" for number in range(4_000)) + ">x</p>"),
    "long-title": page(title="Ferry " * LONG),
    "long-names": page(
        f"<p class=byline>By {'Amna ' * LONG}</p><a rel=author href=/x>{'x' * LONG}</a>",
        head=f"<meta name=author content='{'É ' * LONG}'>",
    ),
    "long-dates": page(
        f"<span class=date>{'5 Oct ' * LONG}</span><time datetime='{'2026-' * LONG}'>{'vor 3 Tagen ' * LONG}</time>",
        head=f"<meta property='article:published_time' content='{'1' * LONG}'>",
    ),
    "long-credits": page(
        f"<figure><img src=/a.jpg><figcaption>{'Photo: ' * LONG}</figcaption></figure>"
    ),
    "long-robots": page(head=f"<meta name=robots content='{'noindex,' * LONG}'>"),
    "at-signs": page(f"<p class=byline>By {'a[at]' * LONG}{'a at b dot ' * LONG}</p>"),
    "marks": page(f"<p>a{chr(0x301) * LONG}b{(chr(0x301) + chr(0x323)) * LONG}</p>"),
    "blanks": page(f"<p>{' ' * 100_000}{chr(0xA0) * 100_000}{chr(0x200C) * 100_000}</p>"),
    "json-deep": linked("[" * 200_000),
    "json-deep-closed": linked('{"a":' * 100_000 + "1" + "}" * 100_000),
    "json-nested-names": linked(
        '{"@type":"NewsArticle","author":' + "[" * 900 + '"A B"' + "]" * 900 + "}"
    ),
    "json-many": linked("1 " * 200_000),
    "json-array": node(author=["A B"] * 30_000, keywords=[str(number) for number in range(30_000)]),
    "json-numbers": linked(
        '{"@type":"NewsArticle","headline":1e999,"commentCount":1e999,"datePublished":-1e999}'
    ),
    "json-nan": linked('{"@type":"NewsArticle","headline":NaN,"commentCount":Infinity}'),
    "json-digits": linked(f'{{"@type":"NewsArticle","commentCount":{"9" * 100_000}}}'),
    "json-digits-as-text": node(commentCount="9" * 100_000, author={"name": "9" * 100_000}),
    # Patterns that try each of these again from each other one would take minutes.
    "json-line-breaks": linked('{"a": "b"' + "\n" * 60_000 + "x"),
    "script-escaped-quotes": page(head="<script>" + '\\"' * 60_000 + "</script>"),
    "script-starts": page("<script " * 50_000 + "</script>"),
    "json-deep-in-a-value": linked(
        '{"@type":"NewsArticle","headline":' + '{"name":[' * 250 + '"A"' + "]}" * 250 + "}"
    ),
    "json-superscript": node(commentCount="²", interactionStatistic={"userInteractionCount": "³"}),
    "json-references": references(),
    "json-reference-to-itself": linked(
        '{"@id":"#1","@type":"NewsArticle","author":{"@id":"#1"},"name":{"@id":"#1"}}'
    ),
    "json-surrogates": linked(
        '{"@type":"NewsArticle","headline":"\\ud800 \\udfff","author":{"name":"A \\ud83d Rao"},"keywords":["\\udc00"]}'
    ),
    "json-quotes": linked('{"@type":"NewsArticle","headline":"' + 'a"b' * LONG + '"}'),
    "entities": "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
    + page("&b;" * 1_000),
    "external-entity": "<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + page("&a;"),
    "comments-open": page("<!--" * LONG),
    "instructions": page("<?x" * LONG),
    "numbers-in-attributes": page(
        f"<img src=/a.jpg width={'9' * 5_000}><p data-comments-count={'9' * 5_000}>"
    ),
    "nothing-but-nul": "\x00" * 5_000,
}


def texts(value: object) -> Iterator[str]:
    """Every string of a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@pytest.mark.threat("P7", "P8", "P10")
@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_gives_a_valid_record_of_bounded_size_or_a_reason(name: str) -> None:
    body = PAGES[name].encode("utf-8", "surrogatepass")
    result = extract(body, URL, retrieved_at=NOW, site=UNKNOWN_SITE)
    if isinstance(result, Rejection):
        assert result.reason is not Reason.BROKEN, result.detail
        return
    record = result.to_dict()
    assert [error.message for error in VALIDATOR.iter_errors(record)] == []
    assert len(result.to_json_line()) < 4 * len(body) + 10_000
    free = {
        record["articleBody"],
        record["articleBodyHtml"],
        *(comment["text"] for comment in record["comments"]),
    }
    assert max(len(text) for text in texts(record) if text not in free) <= 10_000
    assert result.comment_count is None or result.comment_count < 10**9
    assert "root:" not in result.article_body


@pytest.mark.threat("P5")
def test_a_page_with_a_million_tags_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_module, "tree_of", None)
    result = extract(page("<p>" * 1_000_000), URL, retrieved_at=NOW, site=UNKNOWN_SITE)
    assert isinstance(result, Rejection)
    assert (result.reason, "tags" in result.detail) == (Reason.TOO_LARGE, True)


@pytest.mark.threat("P12")
def test_whatever_raises_costs_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "extract_page", lambda *_: 1 // 0)
    result = extract(page(), URL, retrieved_at=NOW, site=UNKNOWN_SITE)
    assert isinstance(result, Rejection)
    assert (result.reason, "ZeroDivisionError" in result.detail) == (Reason.BROKEN, True)


MARKUP = [
    "<p>Text <script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)></p>",
    "<p onclick=alert(1)>Text <a href='javascript:alert(1)'>a</a> <a href='&#106;avascript:alert(1)'>b</a></p>",
    "<p>Text <a href='vbscript:x'>a</a> <a href='data:text/html,<script>alert(1)</script>'>b</a></p>",
    "<p>Text &lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;img src=x onerror=alert(1)&amp;gt;</p>",
    "<p>Text <a href='https://x.example/\" onmouseover=\"alert(1)'>a</a></p>",
    # NFC makes one character of `>` and the mark behind it: the tag does not end, and the text is attributes.
    "<p>Text <a href='https://x.example/'>\u0338 onmouseover=alert(1) x=</a></p>",
    "<p>\u0338 onmouseover=alert(1) style=x Text</p>",
    "<p><strong>\u0301\u0338 onmouseover=alert(1) Text</strong></p>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>Text</p>",
    "<p>Text <noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript></p>",
]


@pytest.mark.threat("O1")
@pytest.mark.parametrize("markup", MARKUP)
@pytest.mark.parametrize("form", [None, "NFC"])
def test_the_html_of_a_body_holds_nothing_that_runs_also_after_normalisation(
    markup: str, form: Any
) -> None:
    result = extract(page(markup), URL, retrieved_at=NOW, site=UNKNOWN_SITE)
    assert isinstance(result, Article)
    html = result.article_body_html or ""
    assert "Text" in html or "alert" not in html
    tree = document_fromstring(unicodedata.normalize(form, html) if form else html)
    for element in tree.iter():
        assert element.tag in ALLOWED | {"html", "body", "div", "tbody"}
        assert set(element.attrib) <= {"href"}
        assert element.get("href", "https://").startswith(("http://", "https://"))
