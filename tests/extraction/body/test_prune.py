"""What is deleted or passed over before a body is read."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement, document_fromstring, fragment_fromstring

from ingest.extraction.body.account import Account, Cause
from ingest.extraction.body.prune import (
    cut,
    cut_link_lists,
    cut_other_articles,
    cut_silent,
    is_aside,
    is_hidden,
)
from ingest.extraction.body.region import Asides
from ingest.extraction.container import paragraphs
from ingest.html.blocks import read_blocks

SENTENCE = (
    "The council agreed on Monday to plant four thousand trees along both banks of the river."
)


def element(markup: str) -> HtmlElement:
    return fragment_fromstring(markup)


def body(markup: str) -> HtmlElement:
    found = document_fromstring(f"<html><body>{markup}</body></html>").find("body")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='related-posts'></div>",
        "<div class='relatedArticles'></div>",
        "<div id='author_bio'></div>",
        "<p class='wp-caption-text'></p>",
        "<div class='code-block code-block-2'></div>",
        "<div class='c-article__newsletter'></div>",
        "<aside></aside>",
        "<figure><img></figure>",
    ],
)
def test_names_of_what_is_no_running_text(markup: str) -> None:
    assert is_aside(element(markup))


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='entry-content'></div>",
        "<div class='shareholders'></div>",
        "<div class='sc-bkAdQz'></div>",
        "<p id='block-id-n1AuAdJl'></p>",
        "<div id='bridge-ad-banned-in-norham-after-vote'></div>",
        "<div class='elementor-widget elementor-widget-text-editor'></div>",
        "<h2 id='toc_1'></h2>",
        "<figure><table><tr><td>1</td></tr></table></figure>",
    ],
)
def test_names_that_only_look_like_it(markup: str) -> None:
    assert not is_aside(element(markup))


@pytest.mark.parametrize(
    ("markup", "hidden"),
    [
        ("<p hidden>x</p>", True),
        ("<p style='color: red; display: none'>x</p>", True),
        ("<p style='visibility:hidden'>x</p>", True),
        ("<p style='display: block'>x</p>", False),
        ("<p aria-hidden='true'>x</p>", False),
    ],
)
def test_hidden(markup: str, *, hidden: bool) -> None:
    assert is_hidden(element(markup)) is hidden


def test_the_frame_goes_but_not_where_it_holds_the_page() -> None:
    root = body(
        f"<nav>Menu</nav><nav><h1>Trees</h1><p>{SENTENCE}</p></nav><footer>Imprint</footer><script>x</script>"
    )
    cut_silent(root, Account())
    assert root.text_content() == f"Trees{SENTENCE}"
    assert [child.tag for child in root] == ["div"]


def test_nothing_that_holds_most_of_the_text_is_cut() -> None:
    root = body(f"<div id=a><p>{SENTENCE}</p></div><div id=b><p>By A. Reader</p></div>")
    cut(list(root), root, Cause.BYLINE, Account())
    assert root.text_content() == SENTENCE


def test_only_articles_beside_the_headlines_own_are_other_articles() -> None:
    root = body(
        "<article><h1>One</h1><p>a</p></article><article><h1>Two</h1></article><article><h2>Three</h2></article>"
    )
    cut_other_articles(root.findall(".//h1")[0], root, Account())
    assert root.text_content() == "OneaThree"


def test_menus_go_and_paragraphs_with_links_stay() -> None:
    root = body(
        "<ul><li><a href=1>One</a></li><li><a href=2>Two</a></li></ul><div class=spacer></div>"
        f"<div><p>{SENTENCE} <a href=3>A link of the text</a></p><p>Short.</p></div>"
    )
    blocks = read_blocks(root)
    left = cut_link_lists(root, blocks, paragraphs(blocks), Account())
    assert [block.text for block in left] == [f"{SENTENCE} A link of the text", "Short."]
    assert [child.tag for child in root] == ["div"]


def test_a_name_that_most_of_the_text_stands_in_is_trusted() -> None:
    root = body(
        f"<div class='sidebar-grid'><p>{SENTENCE}</p><div class='related'><p>{SENTENCE}</p></div></div>"
    )
    text, other = read_blocks(root)
    asides = Asides(root, {text: len(text.text)})
    assert not asides.hold(text)
    assert asides.hold(other)
