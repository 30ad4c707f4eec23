"""What looks like comments and is none; which system a page has; what must not be cut from the page."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from ingest.extraction.comments import find_comments
from ingest.extraction.model import CommentSection
from ingest.html.page import parse, text_of
from ingest.record import CommentSystem
from ingest.settings import Limits
from tests.extraction.facts import facts_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEXT = "<p>" + "The bridge was opened to traffic on Monday. " * 20 + "</p>"
STORY = f"<article><h1>Bridge opens</h1>{TEXT}</article>"


def section(body: str) -> CommentSection:
    page = parse(f"<html><body>{body}</body></html>", "https://example.com/bridge/")
    return find_comments(facts_of(page, now=NOW))


NONE_AT_ALL = {
    "closed": '<div id="comments" class="comments-area"><p class="no-comments">Comments are closed.</p></div>',
    "moderated": '<div class="story-comments-section"><p>Comments are moderated and may take a day.</p></div>',
    "login": '<div class="article-comment"><h2>Comments</h2><p>You must be logged in to read comments.</p></div>',
    "form": '<div id="respond" class="comment-respond"><h3>Leave a Reply</h3><form class="comment-form">'
    '<label for="author">Name</label><input id="author"><textarea id="comment1"></textarea></form></div>',
    "form labels": '<div class="commentarea"><div id="comment_1_box" class="comment-box"><form><label>Name</label>'
    "<textarea></textarea></form></div></div>",
    "links to comments": '<a class="comments-link" href="#comments">12 Comments</a><i class="comment-count">12</i>',
    "recent comments": '<ul id="recentcomments"><li class="recentcomments"><span class="comment-author-link">Ali</span>'
    ' on <a href="/other/#comment-9">Another story altogether</a></li><li class="recentcomments"><span '
    'class="comment-author-link">Sana</span> on <a href="/third/#comment-8">A third story</a></li></ul>',
    "comments of all stories": '<ul class="comments">'
    + "".join(
        f'<li class="comment"><i class="date">8 January 2024</i> Ali on <a href="/{n}">A story of number {n}</a></li>'
        for n in range(4)
    )
    + "</ul>",
    "opinion pieces": '<div class="kommentare">'
    + "".join(
        f'<div class="teaser-box kommentar"><h3><a href="/{n}">A view of the river</a></h3>'
        '<span class="author">Ali</span><p>Why it matters.</p></div>'
        for n in range(3)
    )
    + "</div>",
    "pingbacks": '<ol class="comment-list"><li id="comment-4" class="pingback"><p>Pingback: <a href="//x.example">X</a>'
    '</p></li><li id="comment-5" class="comment"><p>Trackback: <a href="//y.example">Y</a></p></li></ol>',
    "trackback excerpts": '<ol class="pinglist"><li id="comment-6"><a href="//z.example">Z</a> [...] so [...]</li></ol>'
    '<ol class="commentlist"><li id="comment-7" class="comment"><b class="fn">Z</b><p>[…] a bridge […]</p></li></ol>',
    "deleted": '<ol class="comment-list"><li id="comment-8" class="comment"><b class="fn">Ali</b>'
    '<p class="comment-content"></p></li></ol>',
}


@pytest.mark.parametrize("markup", NONE_AT_ALL.values(), ids=NONE_AT_ALL.keys())
def test_this_is_no_comment(markup: str) -> None:
    assert section(STORY + markup).comments == ()


SYSTEMS = {
    '<div id="disqus_thread"></div>': CommentSystem.DISQUS,
    '<h2>Submit a Comment</h2><div class="fb-comments" data-href="/x"></div>': CommentSystem.FACEBOOK,
    '<fb:comments href="/x"></fb:comments>': CommentSystem.FACEBOOK,
    '<div id="vuukle-comments"></div>': CommentSystem.VUUKLE,
    '<div id="wpdcom" class="wpdiscuz_unauth"></div>': CommentSystem.WPDISCUZ,
    '<section id="comments"><p>Be the first.</p></section>': CommentSystem.NATIVE,
    '<form class="commentform"><textarea></textarea></form>': CommentSystem.NATIVE,
    '<a class="comments-link" href="#c">Comments</a>': None,
    '<div class="social--comment"><i></i></div>': None,
    "": None,
}


@pytest.mark.parametrize(("markup", "system"), SYSTEMS.items())
def test_the_system_is_named_also_where_the_page_holds_no_comment(
    markup: str, system: CommentSystem | None
) -> None:
    found = section(STORY + markup)
    assert (found.system, found.comments, found.source) == (system, (), "")


def test_the_heading_before_a_hosted_box_goes_with_it() -> None:
    found = section(f'{STORY}<h2>Submit a Comment</h2><div class="fb-comments"></div>')
    assert [element.tag for element in found.elements] == ["div", "h2"]


def test_comments_of_the_site_itself_beside_an_empty_hosted_box_are_native() -> None:
    item = '<ol class="comment-list"><li id="comment-1" class="comment"><b class="fn">Ali</b><p>Yes.</p></li></ol>'
    assert section(f'{STORY}<div id="disqus_thread"></div>{item}').system is CommentSystem.NATIVE


ITEM = '<li id="comment-1" class="comment"><b class="fn">Ali</b><p>Yes, we will.</p></li>'
AROUND = {
    "the article's container bears the word": f'<div class="comments comment-container">{STORY}<ol>{ITEM}</ol></div>',
    "an opinion piece": f'<article class="kommentar">{TEXT * 2}</article>',
    "a form around the whole page": f'<form id="commentform">{STORY}<ol class="comment-list">{ITEM}</ol></form>',
    "the heading outside": f'<h1>Bridge opens</h1><div class="comment-page">{TEXT * 3}<ol>{ITEM}</ol></div>',
    "a short article beside its comments": "<h1>Bridge opens</h1><div><p>The bridge was opened to traffic.</p>"
    f"<p>{'It is long. ' * 20}</p>{ITEM.replace('li', 'div')}</div>",
    "a logo as heading": f'<h1>The Paper</h1><main class="comments-on">{TEXT}<ol>{ITEM}</ol></main>',
}


@pytest.mark.parametrize("markup", AROUND.values(), ids=AROUND.keys())
def test_the_article_is_never_among_the_sections(markup: str) -> None:
    cut = " ".join(text_of(element) for element in section(markup).elements)
    assert "opened to traffic" not in cut
    assert ("Yes, we will." in cut) == ("comment-1" in markup)


def test_notices_and_forms_are_among_the_sections() -> None:
    found = section(
        f'{STORY}<div class="story-comments-section"><p>Comments are moderated.</p></div>'
    )
    assert [text_of(element) for element in found.elements] == ["Comments are moderated."]


def test_a_heading_of_the_section_may_be_an_h1() -> None:
    markup = (
        f'<section id="comments"><h1 class="comments-title">Comments</h1><ol>{ITEM}</ol></section>'
    )
    assert [element.get("id") for element in section(STORY + markup).elements] == ["comments"]


def test_a_numbered_wrapper_of_the_whole_section_is_no_comment() -> None:
    item = ITEM.replace("-1", "-12")
    markup = f'<div id="comment-box-1"><div id="comments"><ol class="comment-list">{item}</ol></div></div>'
    assert [comment.id for comment in section(STORY + markup).comments] == ["12"]


def test_reading_does_not_change_the_page() -> None:
    page = parse(
        f'<body>{STORY}<ol class="comment-list">{ITEM}</ol></body>', "https://example.com/bridge/"
    )
    before = etree.tostring(page.tree)
    find_comments(facts_of(page, now=NOW))
    assert etree.tostring(page.tree) == before


def test_there_is_a_limit() -> None:
    limit = Limits().comments
    items = "".join(
        f'<li id="comment-{n}" class="comment">{n} it is.</li>' for n in range(1, limit + 3)
    )
    found = section(f'{STORY}<ol class="comment-list">{items}</ol>')
    assert len(found.comments) == limit


def test_replies_nested_as_deep_as_a_parser_allows() -> None:
    depth = 120
    html = "".join(
        f'<li id="comment-{n}" class="comment"><p>{n} it is.</p><ol>' for n in range(1, depth + 1)
    )
    found = section(f'{STORY}<ol class="comment-list">{html}</ol>')
    assert len(found.comments) == depth
    assert found.comments[-1].parent_id == str(depth - 1)


@pytest.mark.parametrize(
    "body", ["", "<p>", "<div class='comment'></div>", "<li id='comment-1'>", "<!-- -->"]
)
def test_any_page_can_be_read(body: str) -> None:
    assert section(body).comments == ()
