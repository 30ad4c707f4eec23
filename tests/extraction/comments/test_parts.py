"""The parts of one comment: its text without what surrounds it, its id, its parent."""

import pytest

from ingest.extraction.comments.metadata import read_count
from ingest.extraction.comments.words import Role, part_of, role_of
from tests.extraction.comments.items import comments, only


def text(content: str) -> str:
    return only(f"<b class='fn'>Ali</b><div class='comment-content'>{content}</div>").text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One<br>line.<br><br>Two.", "One\nline.\n\nTwo."),
        ("<blockquote><p>Said before.</p></blockquote><p>No.</p>", "Said before.\n\nNo."),
        ("<ul><li>first</li><li>second</li></ul>", "first\nsecond"),
        ("<p>A <a href='/x'>link</a> and <strong>force</strong>.</p>", "A link and force."),
        (
            "<p>Well <img class='emoji' alt='🙂' src='e.png'><img alt='a photo' src='p.jpg'></p>",
            "Well 🙂",
        ),
        ("<p>Yes.</p><a class='comment-reply-link'>Reply</a>", "Yes."),
        ("<p>Yes.</p><p>Antworten</p>", "Yes."),
        ("<p>Yes.</p><p class='comment-likes'><a>Like</a> <span>3 people</span></p>", "Yes."),
        ("<p>Yes.</p><div class='votes'><span>12</span></div><button>Report</button>", "Yes."),
        (
            "<p><em class='comment-awaiting-moderation'>Your comment is awaiting moderation.</em></p><p>Yes.</p>",
            "Yes.",
        ),
        ("<p>Yes.</p><script>var a = 1;</script><form><textarea>draft</textarea></form>", "Yes."),
        ("<p>News of 31.10.2018</p><p>It is open.</p>", "News of 31.10.2018\n\nIt is open."),
        ("<p>+1</p>", "+1"),
        ("<!-- hidden --><p>Yes<!-- hidden -->, sir.</p>", "Yes, sir."),
    ],
)
def test_the_text(content: str, expected: str) -> None:
    assert text(content) == expected


def test_text_that_a_broken_page_puts_into_the_author_element_is_kept() -> None:
    found = only("""<div class="comment-author vcard"><cite class="fn">Beenish</cite> <span class="says">says:</span>
      <p>The author's element was never closed before this paragraph.</p></div>""")
    assert found.author.name == "Beenish"
    assert "never closed" in found.text


def test_a_reply_is_no_part_of_the_text_that_it_answers() -> None:
    outer, inner = (
        comments("""<li id="comment-1" class="comment"><div class="comment-content"><p>Outer.</p></div>
      <ul class="children"><li id="comment-2" class="comment"><div class="comment-content"><p>Inner.</p></div></li>
      </ul></li>""")
    )
    assert (outer.text, inner.text, inner.parent_id) == ("Outer.", "Inner.", "1")


@pytest.mark.parametrize(
    ("ident", "number"),
    [
        ("comment-123", "123"),
        ("li-comment-123", "123"),
        ("dsq-comment-123", "123"),
        ("kommentar_123", "123"),
        ("comment123", "123"),
        ("wpd-comm-123_0", "123"),
        ("c5689936624652", "5689936624652"),
    ],
)
def test_the_id_is_the_pages_own_number(ident: str, number: str) -> None:
    assert (
        only("<b class='fn'>Ali</b><div class='comment-content'>Yes.</div>", ident=ident).id
        == number
    )


def test_without_a_number_the_id_is_a_hash_that_stays() -> None:
    def ids(extra: str) -> list[str]:
        item = "<div class='comment'><b class='author'>{}</b><i class='date'>1 May 2024</i><p class='text'>Yes.</p></div>"
        return [
            found.id
            for found in comments(
                extra + item.format("Ali") + item.format("Ali") + item.format("Sana")
            )
        ]

    first = ids("")
    assert len(set(first)) == 3
    assert ids("<!-- a comment of the page's source -->") == first


@pytest.mark.parametrize(
    "reply",
    [
        "<li id='comment-2' class='comment' data-parent='1'>{}</li>",
        "<li id='comment-2' class='comment'><a class='in-reply-to' href='#comment-1'>@Ali</a>{}</li>",
        "<li id='comment-2' class='comment depth-2'>{}</li>",
        "<li id='wpd-comm-2_1' class='comment'>{}</li>",
    ],
)
def test_a_flat_reply_keeps_the_parent_that_the_page_states(reply: str) -> None:
    body = "<b class='fn'>Ali</b><div class='comment-content'>Yes.</div>"
    found = comments(f"<li id='comment-1' class='comment depth-1'>{body}</li>" + reply.format(body))
    assert [comment.parent_id for comment in found] == [None, "1"]


def test_a_flat_reply_without_a_statement_has_no_parent() -> None:
    body = "<b class='fn'>Ali</b><div class='comment-content'>@Sana Yes.</div>"
    found = comments(
        f"<li id='comment-1' class='comment'>{body}</li><li id='comment-2' class='comment'>{body}</li>"
    )
    assert [comment.parent_id for comment in found] == [None, None]


def test_replies_past_the_depth_of_the_theme_stay_with_the_comment_around_them() -> None:
    item = "<li id='comment-{}' class='comment depth-{}'><div class='comment-content'>Yes.</div>{}</li>"
    deepest = item.format(2, 2, "") + item.format(3, 2, "")
    found = comments(item.format(1, 1, f"<ol class='children'>{deepest}</ol>"))
    assert [(comment.id, comment.parent_id) for comment in found] == [
        ("1", None),
        ("2", "1"),
        ("3", "1"),
    ]


@pytest.mark.parametrize(
    ("heading", "count"),
    [
        ("3 Comments", 3),
        ("12 thoughts on “Bridge opens”", 12),
        ("Kommentare (7)", 7),
        ("1.234 comentarios", 1234),
        ("One Response to “Bridge opens”", 1),
        ("Ein Gedanke zu „Brücke“", 1),
        ("Keine Kommentare", 0),
        ("Комментарии: 15", 15),
        ("تبصرے (4)", 4),
        ("Leave a Reply", None),
        ("24 hours of bridges", None),
        ("Bridges of 2024", None),
    ],
)
def test_counts(heading: str, count: int | None) -> None:
    assert read_count(heading) == count


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("comment", Role.ITEM),
        ("comments", Role.SECTION),
        ("comments-area", Role.SECTION),
        ("commentlist", Role.SECTION),
        ("MtnCommentText", Role.TEXT),
        ("comment-author", Role.AUTHOR),
        ("comment-date", Role.DATE),
        ("comment-form", Role.FORM),
        ("comments-link", Role.COUNT),
        ("recent-comments", Role.ELSEWHERE),
        ("kommentare", Role.SECTION),
        ("kommentar-item", Role.ITEM),
        ("comentarios", Role.SECTION),
        ("texto-comentario", Role.TEXT),
        ("comments-open", Role.NONE),
        ("js-comment", Role.NONE),
        ("commentary", Role.NONE),
        ("commentator", Role.NONE),
        ("comment-choisir-son-assurance-auto-en-ligne", Role.NONE),
        ("entry-content", Role.NONE),
    ],
)
def test_what_a_name_says(name: str, role: Role) -> None:
    assert role_of(name) is role


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("post-date", Role.DATE),
        ("author-name", Role.AUTHOR),
        ("text-right", Role.NONE),
        ("js-read-more", Role.NONE),
    ],
)
def test_what_a_name_says_inside_a_comment(name: str, part: Role) -> None:
    assert part_of(name) is part
