"""Which elements of a page are its byline, and which of their names wrote the article."""

import json

import pytest

from ingest.extraction.byline.byline import find_byline
from ingest.extraction.model import Byline
from ingest.html.page import parse, text_of
from tests.extraction.facts import facts_of

TITLE = "Harbour plan goes to the council"
TEXT = "The council met on Monday to hear the plan for the new harbour and its cost. " * 4
BODY = "".join(f"<p>{TEXT}</p>" for _ in range(4))


def byline(inside: str, *, head: str = "", title: str = TITLE, before: str = "") -> Byline:
    """The byline of a page whose article begins with `inside`."""
    html = (
        f"<html><head><title>{title}</title>{head}</head><body><article>{before}<h1>{title}</h1>"
        f'{inside}<div class="text">{BODY}</div></article></body></html>'
    )
    page = parse(html, "https://www.shorepost.example/2026/05/01/harbour/")
    return find_byline(facts_of(page))


def names(result: Byline) -> list[str]:
    return [author.name for author in result.authors]


def ld(*people: str) -> str:
    authors = [{"@type": "Person", "name": name} for name in people]
    node = {"@type": "NewsArticle", "headline": TITLE, "author": authors}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


OTHERS = [
    '<p class="byline">By <a rel="author">Mira Holt</a><br>Photography by<br><a rel="author">Tom Aziz</a></p>',
    '<div class="byline"><b>By</b> <span>Mira Holt</span> | Reviewed by <span>Tom Aziz</span></div>',
    '<div class="authors"><p>Written by</p><p class="author">Mira Holt</p><p>Fact-checked by</p><p class="author">Tom Aziz</p></div>',
    '<p class="byline">By Mira Holt | Edited by Tom Aziz | May 3, 2026</p>',
    '<p class="byline">By Mira Holt<br>Contributions from<br>Tom Aziz</p>',
]


@pytest.mark.parametrize("markup", OTHERS)
def test_photographers_editors_and_reviewers_are_no_authors(markup: str) -> None:
    assert names(byline(markup)) == ["Mira Holt"]
    assert names(byline(markup, head=ld("Mira Holt", "Tom Aziz"))) == ["Mira Holt"]


def test_a_byline_after_other_credits_counts_again() -> None:
    markup = '<p class="byline">Edited by<br>Tom Aziz<br>By<br>Mira Holt</p>'
    assert names(byline(markup)) == ["Mira Holt"]


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="x1"><span class="x2">By</span><span class="x3">Mira Holt</span></div>',
        '<div><div class="x2">Written by</div><div class="x3">Mira Holt</div></div>',
        "<div><h6>Author(s)</h6><ul><li>Mira Holt</li></ul></div>",
        "<div><span><i>Text:</i></span><span>Mira Holt</span></div>",
        '<ul><li><span role="text"><span class="x4">Author,</span> <span>Mira Holt</span></span></li></ul>',
        "<table><tr><td>نویسنده:</td><td>Mira Holt</td></tr></table>",
    ],
)
def test_the_element_after_a_label_has_the_names(markup: str) -> None:
    assert names(byline(markup)) == ["Mira Holt"]


def test_a_label_before_a_paragraph_of_text_labels_nothing() -> None:
    assert names(byline(f"<div><h2>Text</h2><p>{TEXT}</p></div>")) == []


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<p class="author"><b>Mira Holt</b> | Valle del Faro | 3.5.2026</p>', ["Mira Holt"]),
        ('<p class="author"><a href="/a">Mira Holt</a>, Tom Aziz</p>', ["Mira Holt", "Tom Aziz"]),
        ('<p class="author"><b>Mira Holt</b> | AFP</p>', ["Mira Holt", "AFP"]),
        ('<p class="author"><b>Mira Holt</b><br>Tom Aziz</p>', ["Mira Holt", "Tom Aziz"]),
    ],
)
def test_a_place_after_an_emphasised_name_is_no_author(markup: str, expected: list[str]) -> None:
    assert names(byline(markup)) == expected


@pytest.mark.parametrize(
    "markup",
    [
        "<div>Mira Holt<br><a href='/zone'>Zone Four</a><br>Tue, 5 May 2026 10:00 UTC</div>",
        "<div><p>May 5, 2026</p><p>Mira Holt, Harbour Correspondent</p></div>",
        "<section><span>Mira Holt</span> · <span>5 May 2026</span></section>",
    ],
)
def test_a_name_beside_a_date_under_the_headline(markup: str) -> None:
    assert names(byline(markup))[0] == "Mira Holt"


def test_a_date_alone_gives_no_author() -> None:
    assert names(byline("<div><p>May 5, 2026</p></div>")) == []


def test_the_headline_is_no_byline_though_the_authors_name_is_in_it() -> None:
    head = '<meta name="author" content="Lanternfish">'
    assert names(byline("", head=head, title="Lanternfish Shines Again")) == ["Lanternfish"]


def test_a_line_with_the_name_of_a_person_who_is_not_the_author() -> None:
    """A text that only contains a name of the metadata has to give that name."""
    head = ld("Harbour")
    assert names(byline("<p>Harbour Lights Tonight</p>", head=head)) == ["Harbour"]


def test_the_text_of_a_wire_begins_with_its_own_byline() -> None:
    result = byline('<p class="byline">By Hillmarsh Wire</p><p>By Mira Holt</p>')
    assert names(result) == ["Mira Holt"]
    assert [text_of(element) for element in result.elements] == ["By Mira Holt"]


def test_further_names_look_like_those_of_the_metadata() -> None:
    card = '<a class="name" rel="author">Mira Holt</a><i class="author-city">Great Hillmarsh</i>'
    assert names(byline(f'<div class="byline">{card}</div>', head=ld("Mira Holt"))) == ["Mira Holt"]


def test_a_title_glued_to_a_name_of_the_metadata() -> None:
    markup = '<div class="byline">Mira <b>Holt</b><i>Harbour</i> Columnist</div>'
    result = byline('<div class="byline">Mira HoltHarbour Columnist</div>', head=ld("Mira Holt"))
    assert names(result) == ["Mira Holt"]
    assert names(byline(markup, head=ld("Mira Holt"))) == ["Mira Holt"]


def test_a_byline_over_the_headline_wins_over_the_account() -> None:
    before = '<p class="byline">Mira Holt</p>'
    assert names(byline("", before=before, head=ld("Tom Aziz"))) == ["Mira Holt"]


def test_an_author_of_the_metadata_with_the_sites_address() -> None:
    head = '<meta name="author" content="Dr Mira Holt - https://www.hillmarsh.example/">'
    assert names(byline("", head=head)) == ["Mira Holt"]


@pytest.mark.parametrize("text", ["Dr. Mira Holt", "Prof. Dr. Mira Holt", "Mrs Mira Holt"])
def test_an_honorific_is_no_part_of_the_name(text: str) -> None:
    (author,) = byline(f'<p class="byline">By {text}</p>').authors
    assert (author.name, author.name_raw) == ("Mira Holt", text)


def test_a_link_to_a_topic_is_no_author() -> None:
    links = '<a href="/tag/old-harbour">Old Harbour</a>'
    markup = f'<p class="byline"><a href="/author/mira">Mira Holt</a> {links}</p>'
    assert names(byline(markup)) == ["Mira Holt"]
    assert names(byline(f'<p class="byline">{links}</p>')) == []
    by_topic = '<p class="byline"><a href="/topics/author/mira-holt">Mira Holt</a></p>'
    assert names(byline(by_topic)) == ["Mira Holt"]


@pytest.mark.parametrize(
    "markup",
    [
        "<div>Our Great New Harbour Guide<br>May 5, 2026</div>",
        "<div>sea and harbour<br>May 5, 2026</div>",
        "<div>Class of 2026</div>",
        "<div>海港新聞<br>2026年5月5日</div>",
    ],
)
def test_other_texts_beside_a_date_are_no_names(markup: str) -> None:
    assert names(byline(markup)) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("نویسنده: لیلا مرادی", ["لیلا مرادی"]),
        ("كتبت: منى سالم", ["منى سالم"]),
        ("लेखिका: रेखा नाथ और विवेक सेन", ["रेखा नाथ", "विवेक सेन"]),
        ("लेखक रेखा नाथ", ["रेखा नाथ"]),
        ("Συντάκτης: Ελένη Παππά", ["Ελένη Παππά"]),
        ("Szerző: Holt Mira", ["Holt Mira"]),
        ("Подготовила Ирина Коваль", ["Ирина Коваль"]),
    ],
)
def test_labels_of_many_languages(line: str, expected: list[str]) -> None:
    assert names(byline(f'<p class="author">{line}</p>')) == expected
