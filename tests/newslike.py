"""Makes pages, feeds and texts that look like news and are wrong in the ways that break readers: for property tests."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape

from hypothesis import strategies as st

from fixtures.newsrooms import Newsroom, View
from fixtures.newsrooms.app import respond

CURSED = (
    "\x00", "\x1b[2J", "\x85", "\u00ad", "\u200c", "\u200f", "\u202e", "\u2028", "\u2066", "\ufeff", "\uffff", "\ud800",
    "\udfff", "\u0338", "a\u0301\u0323", "\U000e0041", "\U0001f3f4\U000e0067\U000e007f", "None", "null", "²", "٣", "ﷺ",
    "<", ">", "&", '"', "'", "&#0;", "&#xD800;", "&nbsp;", "]]>", "-->", "</script>", "{{", "%00", "\\u0000", "\r\n",
)  # fmt: skip
WORDS = (
    "By Amna Rao", "Web Desk", "Staff Report | APP", "(Reuters)", "Source: Daily Paper", "via Courier", "8 hours ago",
    "Oct 5, 2026 | 10:21 am", "17 اگست 2015", "2026-13-45T99:99", "2026-10-05T10:00:00+99:00", "1e999", "9" * 5_000,
    "Published: Monday", "Photo: AFP", "Read more: another road", "Follow us on Google News", "name[at]paper.example",
    "ویب ڈیسک", "لاہور میں نئی سڑک کھول دی گئی۔", "The road was opened on Monday, and the town came to see it. " * 5,
)  # fmt: skip
ADDRESSES = (
    "/2026/10/05/a-new-road/", "https://paper.example/2026/10/05/a-new-road/?utm_source=x#top", "http://[", "//[x", "",
    "javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "file:///etc/passwd", "https://\u202e",
    "http://a b/",    "https://paper.example:99999/", "https://user:pass@paper.example/", "\x00https://paper.example/", "https://ⓔ.example/",
    "https://xn--", f"https://paper.example/?page={'9' * 5_000}", f"/{'a' * 9_000}", "https://paper.example/\ud800",
)  # fmt: skip
TAGS = (
    "p", "div", "article", "h1", "h2", "time", "span", "a", "ul", "li", "ol", "table", "tr", "td", "figure",
    "figcaption", "img", "iframe", "video", "blockquote", "script", "style", "meta", "title", "form", "section", "br",
    "noscript", "main", "aside", "nav", "header", "footer", "link", "base", "template", "svg", "math", "select",
    "option", "textarea",
)  # fmt: skip
ATTRIBUTES = (
    "class='byline author'", "class='comment-list'", "id='comments'", "id='comment-1' class='comment'", "rel=author",
    "itemprop=author", "itemprop=datePublished", "itemprop=articleBody", "style='display:none'",
    "class='entry-content'", "id=disqus_thread", "type='application/ld+json'", "class=related", "hidden",
    "data-cfemail=zz", "width=0", "class='fb-comments'", "rel='next'", "rel=canonical", "class=breadcrumb",
    "lang='en-US'", "dir=rtl",
)  # fmt: skip
VALUED = (
    "href",
    "src",
    "srcset",
    "datetime",
    "content",
    "title",
    "alt",
    "data-src",
    "data-time",
    "property",
    "name",
)
NAMES = (
    "og:title", "og:image", "og:url", "article:published_time", "author", "keywords", "description", "robots",
    "tdm-policy",    "og:site_name", "parsely-pub-date", "commentcount", "news_keywords", "dc.creator",
)  # fmt: skip
KEYS = (
    "@id", "@type", "@graph", "headline", "name", "author", "datePublished", "dateModified", "articleBody", "comment",
    "text", "image", "url", "publisher", "keywords", "articleSection", "commentCount", "interactionStatistic", "video",
    "isAccessibleForFree", "itemListElement", "contentUrl", "dateCreated", "creator", "inLanguage",
)  # fmt: skip

texts = st.lists(st.sampled_from((*CURSED, *WORDS)) | st.text(max_size=12), max_size=6).map("".join)
addresses = st.sampled_from(ADDRESSES) | texts
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(("NewsArticle", "Person", "#1")) | texts
    | addresses,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@st.composite
def elements(draw: st.DrawFn) -> str:
    """One element, hardly ever closed, with what readers look for in its attributes or its text."""
    tag, attributes = draw(st.sampled_from(TAGS)), [draw(st.sampled_from(ATTRIBUTES))]
    if draw(st.booleans()):
        name = draw(st.sampled_from(VALUED))
        value = draw(st.sampled_from(NAMES) if name in {"property", "name"} else addresses)
        attributes.append(f'{name}="{escape(value)}" content="{escape(draw(texts))}"')
    end = f"</{tag}>" if draw(st.booleans()) else ""
    return f"<{tag} {' '.join(attributes)}>{draw(texts)}{end}"


@st.composite
def linked_data(draw: st.DrawFn) -> str:
    """A JSON-LD script, now and then cut off."""
    values = draw(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=8))
    text = json.dumps({"@type": "NewsArticle", **values}, ensure_ascii=draw(st.booleans()))
    return f'<script type="application/ld+json">{text[: draw(st.integers(0, len(text))) or None]}</script>'


pages = st.lists(elements() | linked_data(), max_size=25).map("".join)
"""Markup of a news page in no sensible order."""


@cache
def newsroom_pages() -> tuple[tuple[str, bytes], ...]:
    """Address and bytes of some articles of both replica newsrooms."""
    found = []
    for name in ("propakistani", "dailytimes"):
        newsroom = Newsroom.load(name)
        view = View.of(newsroom)
        for article in newsroom.articles()[::5]:
            body = respond(newsroom, view.path(article), {"host": newsroom.site.host}).body
            found.append((view.url(article), body))
    return tuple(found)


@st.composite
def stirred_pages(draw: st.DrawFn) -> tuple[str, bytes]:
    """A newsroom's page whose tags and texts were dropped, doubled, swapped, replaced or taken from another page."""
    url, body = draw(st.sampled_from(newsroom_pages()))
    pieces = [piece for piece in re.split(r"(<[^>]*>)", body.decode()) if piece.strip()]
    others = re.split(r"(<[^>]*>)", draw(st.sampled_from(newsroom_pages()))[1].decode())
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, len(pieces) - 1))
        length = draw(st.integers(1, 40))
        new = draw(
            st.sampled_from((0, 1, 2, 3)).flatmap(
                lambda way: (
                    (elements() | linked_data() | texts).map(lambda text: [text])
                    if way
                    else st.just([])
                )
            )
        )
        if not new and draw(st.booleans()):
            start = draw(st.integers(0, len(others) - 1))
            new = others[start : start + length]
        pieces[at : at + draw(st.sampled_from((0, 1, length)))] = new
        pieces = pieces or [""]
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-16", "cp1256", "latin-1")))
    return url, "".join(pieces).encode(encoding, "replace")
