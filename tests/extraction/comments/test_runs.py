"""Comments that no class or id names: behind a heading, signed by their text, or in turn with bylines."""

from datetime import UTC, datetime

import pytest

from ingest.extraction.comments import find_comments
from ingest.extraction.comments.headings import is_label
from ingest.extraction.model import CommentSection
from ingest.html.page import parse
from tests.extraction.facts import facts_of

STORY = f"<article><h1>Bridge opens</h1><p>{'The bridge was opened to traffic on Monday. ' * 12}</p></article>"


def section(markup: str) -> CommentSection:
    html = (
        f"<html><body><div>{STORY}{markup}</div><footer>All rights reserved</footer></body></html>"
    )
    page = parse(html, "https://example.com/2026/bridge/")
    return find_comments(facts_of(page, now=datetime(2026, 11, 20, 12, 0, tzinfo=UTC)))


def read(markup: str) -> list[tuple[str | None, str | None, str]]:
    found = section(markup).comments
    return [(comment.author.name, comment.date_created_raw, comment.text) for comment in found]


def rows(heading: str, *signed: tuple[str, str, str]) -> str:
    items = (
        f"<div class='k'><span>{name}</span> <span>{date}</span><p>{text}</p></div>"
        for name, date, text in signed
    )
    return f"<div class='x'><h4>{heading}</h4>{''.join(items)}</div>"


@pytest.mark.parametrize(
    ("heading", "first", "second"),
    [
        (
            "قارئین کے تبصرے",
            ("نادیہ اقبال", "5 مئی 2026", "کرایہ بہت ہے۔"),
            ("بلال", "6 مئی 2026", "شکریہ۔"),
        ),
        (
            "2 تبصرے",
            ("نادیہ اقبال", "3 گھنٹے پہلے", "کرایہ بہت ہے۔"),
            ("بلال", "2 دن پہلے", "شکریہ۔"),
        ),
        (
            "التعليقات (2)",
            ("نور", "5 مايو 2026", "الرسوم مرتفعة."),
            ("سامي", "6 مايو 2026", "شكرا لكم."),
        ),
        (
            "نظرات کاربران",
            ("رضا", "1405/02/15 10:30", "گران است."),
            ("سارا", "1405/02/16", "ممنون."),
        ),
        ("टिप्पणियां", ("राम", "5 मई 2026", "टोल ज्यादा है।"), ("सीता", "6 मई 2026", "धन्यवाद।")),
        ("পাঠকের মন্তব্য", ("রহিম", "৫ মে ২০২৬", "টোল বেশি।"), ("করিম", "৬ মে ২০২৬", "ধন্যবাদ।")),
        (
            "Comentarios de los lectores",
            ("Ana", "hace 2 horas", "Caro."),
            ("Luis", "5 de mayo de 2026", "Por fin."),
        ),
        (
            "Comentários (2)",
            ("Rui", "05/05/2026 10:30", "Caro."),
            ("Eva", "06/05/2026 11:30", "Enfim."),
        ),
        (
            "Vos réactions",
            ("Luc", "le 5 mai 2026", "Trop cher."),
            ("Léa", "le 6 mai 2026", "Enfin."),
        ),
        (
            "Leserkommentare",
            ("Jens", "5.5.2026, 10:30 Uhr", "Teuer."),
            ("Ute", "vor 3 Stunden", "Endlich."),
        ),
        (
            "I vostri commenti",
            ("Anna", "5 maggio 2026", "Caro."),
            ("Ugo", "6 maggio 2026", "Bene."),
        ),
        ("Okur yorumları", ("Ali", "5 Mayıs 2026", "Pahalı."), ("Ece", "2 gün önce", "Sonunda.")),
        ("2 Komentar", ("Budi", "2 jam yang lalu", "Mahal."), ("Siti", "5 Mei 2026", "Akhirnya.")),
        (
            "Комментарии",
            ("Иван", "5 мая 2026, 10:30", "Дорого."),
            ("Анна", "2 дня назад", "Наконец."),
        ),
        ("Komentarze (2)", ("Jan", "5 maja 2026", "Drogo."), ("Ewa", "2 dni temu", "Wreszcie.")),
        ("Σχόλια (2)", ("Νίκος", "5 Μαΐου 2026", "Ακριβά."), ("Εύα", "πριν 2 ώρες", "Επιτέλους.")),
        ("网友评论", ("小明", "2026-05-05 10:30", "太贵了。"), ("小红", "3小时前", "终于。")),
        (
            "コメント(2件)",
            ("山田", "2026年5月5日 10:30", "高い。"),
            ("鈴木", "3時間前", "やっと。"),
        ),
        ("댓글 2개", ("민수", "2026.05.05 10:30", "비싸요."), ("지은", "3시간 전", "드디어.")),
    ],
)
def test_rows_behind_a_heading_of_comments(
    heading: str, first: tuple[str, str, str], second: tuple[str, str, str]
) -> None:
    found = read(rows(heading, first, second))
    assert [(name, text) for name, _, text in found] == [
        (first[0], first[2]),
        (second[0], second[2]),
    ]
    dates = [raw or "" for _, raw, _ in found]
    assert all(dates)
    assert dates[0] in first[1]
    assert dates[1] in second[1]


def test_the_heading_is_left_out_of_the_body_with_its_comments() -> None:
    found = section(
        "<div class='hl'>Reader comments</div>"
        "<div class='k'>Ann wrote: <i>5 May 2026</i><p>Too dear.</p></div>"
        "<div class='k'>Ben wrote: <i>6 May 2026</i><p>Not at all.</p></div>"
    )
    assert [(c.author.name, c.text) for c in found.comments] == [
        ("Ann", "Too dear."),
        ("Ben", "Not at all."),
    ]
    assert [element.get("class") for element in found.elements] == ["k", "k", "hl"]


def test_texts_with_a_byline_behind_each() -> None:
    markup = (
        "<h3>2 responses</h3><p>Too dear.</p><p>For lorries at least.</p><p>Posted by: Ann | May 5, 2026 06:24 PM</p>"
        "<p>Not at all.</p><p>Posted by: Ben | May 6, 2026 07:05 PM</p>"
    )
    assert read(markup) == [
        ("Ann", "May 5, 2026 06:24 PM", "Too dear.\n\nFor lorries at least."),
        ("Ben", "May 6, 2026 07:05 PM", "Not at all."),
    ]


def test_texts_with_a_byline_before_each_and_a_hidden_copy() -> None:
    markup = "<a name='comments'></a>" + "".join(
        f"<div class='b'>Written by {name}, Lahore on <i>{time} Tue 5 May 26</i></div>"
        f"<div style='display: none'>{text}</div><div class='e'>{text}</div>"
        "<div class='r'><a href='#'>Quote</a> | <a href='/r'>Report this post</a></div>"
        for name, time, text in (("Ann", "8:21pm", "Too dear."), ("Ben", "9:06pm", "Not at all."))
    )
    assert read(markup) == [
        ("Ann, Lahore", "8:21pm Tue 5 May 26", "Too dear."),
        ("Ben, Lahore", "9:06pm Tue 5 May 26", "Not at all."),
    ]


def test_replies_of_the_same_shape_are_comments_of_their_own() -> None:
    found = section(
        "<h2><a name='all'><span>Comments</span></a></h2><ul class='list'>"
        "<li class='m' id='m1'><a class='author'><h4>Ann</h4></a> <time>5 May 2026</time><div><p>Too dear.</p></div>"
        "<ul><li class='m' id='m2'><a class='author'><h4>Ben</h4></a> <time>6 May 2026</time><div><p>No.</p></div>"
        "</li></ul></li><li class='m' id='m3'><a class='author'><h4>Cem</h4></a> <time>7 May 2026</time>"
        "<div><p>Yes.</p></div></li></ul>"
    ).comments
    assert [(c.id, c.parent_id, c.author.name, c.text) for c in found] == [
        ("m1", None, "Ann", "Too dear."),
        ("m2", "m1", "Ben", "No."),
        ("m3", None, "Cem", "Yes."),
    ]


def test_items_of_a_named_section_that_only_their_text_signs() -> None:
    markup = (
        "<div id='comments'><h4>Comments</h4>"
        "<div class='item'><p>Too dear.</p><p class='c'>Posted By: Ann | May 05 2026 at 03:16 PM</p></div>"
        "<div class='item'><p>Not at all.</p><p class='c'>Posted By: Ben | May 05 2026 at 03:24 PM</p></div></div>"
    )
    assert [(name, text) for name, _, text in read(markup)] == [
        ("Ann", "Too dear."),
        ("Ben", "Not at all."),
    ]


def test_one_text_behind_its_byline() -> None:
    markup = "<a name='comments'></a><!-- all --><p>Posted by Ann on May 5, 2026 2:09 PM</p><p>Too dear.</p>"
    assert read(markup) == [("Ann", "May 5, 2026 2:09 PM", "Too dear.")]


@pytest.mark.parametrize(
    "markup",
    ["<h3>Comments</h3><!-- none -->", "<!-- x --><div><img alt='a long picture text'></div>"],
)
def test_nothing_behind_a_heading(markup: str) -> None:
    assert read(f"<div><h3>Comments</h3></div>{markup}") == []


@pytest.mark.parametrize(("tag", "heading"), [("b", "قارئین کے تبصرے"), ("div", "Comentarios")])
def test_rows_that_begin_with_a_name_and_have_no_date(tag: str, heading: str) -> None:
    texts = {"Ann Lee": "The toll is far too high for us.", "Ben": "It is the right one, I think."}
    items = "".join(f"<li><{tag}>{name}</{tag}><p>{text}</p></li>" for name, text in texts.items())
    found = read(f"<h4>{heading}</h4><ul>{items}</ul>")
    assert [(name, text) for name, _, text in found] == list(texts.items())


@pytest.mark.parametrize("name", ["tabsra", "comentario", "comment", "kommentar-box"])
def test_the_name_of_one_comment_for_the_section_of_all(name: str) -> None:
    row = "<div class='row'><div class='nombre'>{}</div><div class='fecha'>5 May 2026</div><p>{}</p></div>"
    rows = row.format("Ann", "Too dear.") + row.format("Ben", "Not at all.")
    found = read(f"<div class='{name}'><h3>Comments (2)</h3>{rows}</div>")
    assert [(author, text) for author, _, text in found] == [
        ("Ann", "Too dear."),
        ("Ben", "Not at all."),
    ]


def test_boxes_with_a_title_behind_an_empty_section_are_no_comments() -> None:
    boxes = "<div class='w'><h4>Letters</h4><p>Sign up for our daily letter.</p></div>" * 2
    assert read(f"<h4>Comments</h4>{boxes}") == []


@pytest.mark.parametrize(
    "markup",
    [
        "<h3>Fares</h3><div>by <b>Ann</b>, May 5, 2026</div>",
        "<div class='comment-subject'>Fares</div><div class='comment-info'>Ann - May 5, 2026</div>",
        "<h4 class='title'>Re: Fares</h4><span class='author'>Ann</span> <i class='date'>May 5, 2026</i>",
    ],
)
def test_the_title_of_a_comment_is_neither_text_nor_name(markup: str) -> None:
    found = read(f"<ol class='comments'><li class='comment'>{markup}<p>Too dear.</p></li></ol>")
    assert found == [("Ann", "May 5, 2026", "Too dear.")]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(
            rows(
                "Comments",
                *(
                    (f"<a href='/{n}'>A view of the river at dawn</a>", "5 May 2026", "Why.")
                    for n in "ab"
                ),
            ),
            id="teasers of opinion pieces",
        ),
        pytest.param(
            "<h3>Comments</h3><p>No one has written yet. Be the first of all.</p>", id="none yet"
        ),
        pytest.param(
            rows("Events", ("Ann", "5 May 2026", "Opening."), ("Ben", "6 May 2026", "Fair.")),
            id="other",
        ),
        pytest.param(
            "<h3>Responses</h3><p>The council replied on 5 May 2026 that the toll would stay, and said no more.</p>"
            "<p>A second reply is expected by 9 May 2026, when the committee of works will meet again.</p>",
            id="a chapter of the article",
        ),
        pytest.param(
            "<div id='c' class='comments'><h3>Comments</h3></div>"
            + rows("Events", ("Ann", "5 May 2026", "Fair."), ("Ben", "6 May 2026", "Fair.")),
            id="behind an empty section",
        ),
    ],
)
def test_this_is_no_run_of_comments(markup: str) -> None:
    assert read(markup) == []


@pytest.mark.parametrize(
    "text",
    ["Comments", "3 Comments:", "12 thoughts on “Bridge opens”", "تبصرے (۲)", "Kommentare (5)"],
)
def test_headings(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize(
    "text", ["", "Comment", "Comments are closed", "Kommentar", "A reader's letter", "آراء"]
)
def test_no_headings(text: str) -> None:
    assert not is_label(text)
