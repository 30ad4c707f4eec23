"""Blocks as text and as semantic HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring, fragment_fromstring

from ingest.extraction.body.render import render_html, render_text, sanitize
from ingest.html.blocks import read_blocks
from ingest.html.page import absolute

BASE = "https://news.example/2026/01/story/"


def render(markup: str) -> tuple[str, str]:
    blocks = read_blocks(fragment_fromstring(markup, create_parent="div"))
    return render_text(blocks), render_html(blocks, lambda link: absolute(BASE, link))


def words(html: str) -> list[str]:
    """What a reader of the HTML sees, without white space."""
    text = re.sub(r"</?(?:p|h\d|ul|ol|li|blockquote|table|tr|td|th|br)>", " ", html)
    return (
        str(document_fromstring(f"<body>{text}</body>").xpath("string()")).split()
        if text.strip()
        else []
    )


@pytest.mark.parametrize(
    ("markup", "text", "html"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        (
            "<h1>Title</h1><h3>Part</h3><p>One.</p>",
            "Title\n\nPart\n\nOne.",
            "<h2>Title</h2><h3>Part</h3><p>One.</p>",
        ),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo", "<ul><li>One</li><li>Two</li></ul>"),
        (
            "<ol><li><p>One</p></li><li>Two</li></ol>",
            "One\nTwo",
            "<ol><li>One</li><li>Two</li></ol>",
        ),
        (
            "<ul><li>A<ul><li>B</li></ul></li></ul>",
            "A\nB",
            "<ul><li>A<ul><li>B</li></ul></li></ul>",
        ),
        ("<blockquote><p>Said.</p></blockquote>", "Said.", "<blockquote><p>Said.</p></blockquote>"),
        (
            "<table><tbody><tr><th>Town</th><th>Trees</th></tr><tr><td>North</td><td>40</td></tr></tbody></table>",
            "Town | Trees\nNorth | 40",
            "<table><tr><th>Town</th><th>Trees</th></tr><tr><td>North</td><td>40</td></tr></table>",
        ),
        (
            "Loose text<br>next line<br><br>new paragraph",
            "Loose text\nnext line\n\nnew paragraph",
            None,
        ),
        (
            "<p>A <b>bold</b> and <i>slanted</i> word</p>",
            None,
            "<p>A <strong>bold</strong> and <em>slanted</em> word</p>",
        ),
        ("<p><b><i>both</i></b></p>", "both", "<p><strong><em>both</em></strong></p>"),
        (
            "<p>The <a href='/trees'>trees</a>.</p>",
            "The trees.",
            '<p>The <a href="https://news.example/trees">trees</a>.</p>',
        ),
        ("<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "<div><span>In a span</span> and outside</div>",
            "In a span and outside",
            "<p>In a span and outside</p>",
        ),
        (
            "<p><strong><time>10:05</time></strong> The gate opens.</p>",
            "10:05 The gate opens.",
            None,
        ),
        ("<li>stray</li><td>cell</td>", None, "<p>straycell</p>"),
        ("", "", ""),
    ],
)
def test_structure(markup: str, text: str | None, html: str | None) -> None:
    found_text, found_html = render(markup)
    assert text is None or found_text == text
    if html is not None:
        assert found_html.replace("</p><p>", "") == html.replace("</p><p>", "")


@pytest.mark.parametrize(
    "markup",
    [
        "<p onclick='alert(1)' style='x'>Text</p>",
        "<p>Text<script>alert(1)</script><style>p{}</style></p>",
        "<p><a href='javascript:alert(1)'>Text</a></p>",
        "<p><a href='data:text/html,x'>Text</a></p>",
        "<p>Text<iframe src='https://evil.example/'></iframe><img src=x onerror=alert(1)></p>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;Text</p>",
        "<p><svg><script>alert(1)</script></svg>Text</p>",
    ],
)
def test_nothing_in_it_can_run(markup: str) -> None:
    _, html = render(markup)
    assert "Text" in html
    assert not re.search(r"<(?!/?(?:p|a)\b)", html)
    assert "onclick" not in html
    assert "href" not in html


@pytest.mark.threat("O1")
@pytest.mark.parametrize(
    ("written", "out"),
    [
        ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
        ("<p onclick=alert(1) style=x class=y id=z>a</p>", "<p>a</p>"),
        ('<p><a href="javascript:alert(1)">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="/relative" target=_blank>a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="https://x.example/">a</a></p>', '<p><a href="https://x.example/">a</a></p>'),
        ("<p>a<img src=x onerror=alert(1)><!-- c --></p>", "<p>a</p>"),
        ("<p>\u0338 onclick=alert(1)</p>", "<p>&#824; onclick=alert(1)</p>"),
    ],
)
def test_what_a_writer_lets_through_does_not_come_out(written: str, out: str) -> None:
    assert sanitize(written) == out


def test_a_quote_in_an_address_stays_in_the_address() -> None:
    _, html = render("<p><a href='https://x.example/?a=\"b&c'>Text</a></p>")
    link = fragment_fromstring(html).find(".//a")
    assert link is not None
    assert link.attrib == {"href": 'https://x.example/?a="b&c'}


def test_the_zero_width_non_joiner_of_urdu_stays() -> None:
    text, html = render("<p>\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u06c1</p>")
    assert "\u200c" in text
    assert "\u200c" in html


def test_decomposed_letters_are_composed() -> None:
    assert render("<p>\u0627\u0653\u0648\u0679</p>")[0] == "\u0622\u0648\u0679"


def test_a_deep_page_is_read_without_recursion() -> None:
    text, _ = render("<div>" * 200 + "<p>Deep down.</p>" + "</div>" * 200)
    assert text == "Deep down."


TAGS = [
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "tr",
    "td",
    "th",
    "h2",
    "b",
    "em",
    "a",
    "span",
    "br",
    "hr",
]
MARKUP = st.recursive(
    st.text(alphabet="ab \n<&é\u200c", max_size=8).map(
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
    ),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_text_and_html_say_the_same(markup: str) -> None:
    text, html = render(markup)
    assert "".join(words(html)) == "".join(re.sub(r" \| |\s", "", text))
