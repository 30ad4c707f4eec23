"""The body: what stays in, what stays out, and the ways to it."""

from __future__ import annotations

import json
import re

import pytest

from ingest.extraction.body.body import find_body
from ingest.extraction.model import Body, Byline, CommentSection, Headline, Times
from ingest.html.page import Page, parse
from ingest.record import Author
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

URL = "https://news.example/2026/01/story/"
ONE = "The town council of Norham agreed on Monday to plant four thousand trees along both banks of the river."
TWO = "Work begins in March, when the ground is soft, and is to end before the schools close for the summer."
THREE = "The mayor said that the trees would keep the banks firm and the streets behind them cool in July."
FOUR = "Two council members voted against the plan because they wanted the money for the old town bridge."
TEXT = f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{FOUR}"
PARAGRAPHS = f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p><p>{FOUR}</p>"
MENU = (
    "<ul class='top'>"
    + "".join(f"<li><a href='/c{n}'>Section {n}</a></li>" for n in range(12))
    + "</ul>"
)
FOOT = "<div class='bottom'><a href='/about'>About us</a> <a href='/terms'>Terms of use</a></div>"


def page_of(article: str, *, head: str = "", before: str = "", after: str = "") -> Page:
    shell = f"<body>{MENU}{before}<div class='story'>{article}</div>{after}{FOOT}</body>"
    return parse(f"<html lang='en'><head><title>Trees</title>{head}</head>{shell}</html>", URL)


def body_of(
    page: Page,
    *,
    site: Site = UNKNOWN_SITE,
    headline: Headline | None = None,
    byline: Byline | None = None,
    comments: CommentSection | None = None,
) -> Body | None:
    return find_body(
        facts_of(page, site),
        headline=headline,
        byline=byline or Byline(),
        comments=comments or CommentSection(),
        times=Times(),
    )


def text_of(article: str, **parts: str) -> str:
    body = body_of(page_of(article, **parts))
    return body.text if body else ""


def test_plain_paragraphs() -> None:
    body = body_of(page_of(PARAGRAPHS))
    assert body is not None
    assert body.text == TEXT
    assert body.html == PARAGRAPHS
    assert body.source == "trafilatura"
    assert body.credit is None


def test_a_page_without_text_has_no_body() -> None:
    assert body_of(page_of("")) is None
    assert body_of(parse("", URL)) is None


@pytest.mark.parametrize(
    "inside",
    [
        "<h2>What comes next</h2>",
        "<ul><li>four thousand trees</li><li>nine kilometres of bank</li></ul>",
        "<blockquote><p>We plant them for our grandchildren, said the gardener of the town.</p></blockquote>",
        "<p>The <strong>plan</strong> is <a href='/plan'>on the council's site</a>, with a map of the banks.</p>",
        "<p>See <a href='/a'>the plan of the council, which was drawn up by its own gardeners in the autumn</a>.</p>",
        "<p><b><time>10:05 am</time></b> The council opens its meeting in the town hall with one member missing.</p>",
        "<div>A paragraph of the story that stands in a division and not in a paragraph element at all.</div>",
        "<table><tr><th>Bank</th><th>Trees</th></tr><tr><td>North</td><td>2,100</td></tr></table>",
        "<table><tr><td>More</td><td>2:10</td><td>-</td></tr><tr><td><a href='/b'>Up</a></td><td>.6</td></tr></table>",
    ],
)
def test_what_stays_in(inside: str) -> None:
    text = text_of(f"<p>{ONE}</p><p>{TWO}</p>{inside}<p>{THREE}</p><p>{FOUR}</p>")
    for word in re.sub(r"<[^>]+>", " ", inside).split():
        assert word in text
    assert text.startswith(ONE)
    assert text.endswith(FOUR)


@pytest.mark.parametrize(
    "inside",
    [
        "<div class='related-posts'><h3>Related stories</h3><p>Bridge over the river to close for two weeks.</p></div>",
        "<p><strong>Read more: <a href='/b'>Bridge over the river to close for two weeks in May</a></strong></p>",
        "<p><strong>Lesen Sie auch: <a href='/b'>Die alte Brücke wird im Mai gesperrt</a></strong></p>",
        "<p><strong>یہ بھی پڑھیں: <a href='/b'>دریا پر پل دو ہفتے کے لیے بند رہے گا</a></strong></p>",
        "<p>Advertisement</p>",
        "<div class='code-block code-block-3'><p>Buy two garden chairs and get a third one free this week.</p></div>",
        "<figure><img src='a.jpg'><figcaption>Young trees on the bank. Photo: A. Reader</figcaption></figure>",
        "<div class='wp-caption'><img src='a.jpg'><p class='wp-caption-text'>Young trees on the bank.</p></div>",
        "<p>Photo: News Example/A. Reader</p>",
        "<div class='box'><img src='a.jpg'><p>Young trees wait on the bank in the morning.</p></div>",
        "<p style='display: none'>A hidden text that no reader of this page has ever seen on a screen.</p>",
        "<p hidden>A hidden text that no reader of this page has ever seen on a screen.</p>",
        "<section class='stay'><p>Follow <a href='/g'>News Example on Google News</a> for updates.</p></section>",
        "<p><em>Join our <a href='/w'>WhatsApp channel</a> to get the latest news in your inbox.</em></p>",
        "<div class='newsletter'><h3>The week in Norham</h3><p>Sign up for our letter on Friday.</p></div>",
        "<p>***</p>",
        "<aside><p>Norham in numbers: eight thousand people live here, most of them near the river.</p></aside>",
        "<blockquote class='twitter-tweet'><p>Trees! Trees! Trees!</p>— Someone (@someone)</blockquote>",
        "<ul><li><a href='/1'>Bridge to close in May</a></li><li><a href='/2'>Market moves to the square</a></li></ul>",
        "<script>var story = 'trees';</script><style>p { color: red }</style><noscript>No script</noscript>",
        "<div class='box'><h3><a href='/1'>Bridge over the river to close</a></h3><p>It is the second time.</p></div>",
        "<p>(جاری ہے)</p>",
        "<p>10:05 am</p>",
        "<p>Filed Under: <a href='/c1'>Norham</a>, <a href='/c2'>Trees</a></p>",
    ],
)
def test_what_stays_out_inside_the_text(inside: str) -> None:
    assert text_of(f"<p>{ONE}</p><p>{TWO}</p>{inside}<p>{THREE}</p><p>{FOUR}</p>") == TEXT


def test_pointers_that_repeat_their_first_words_stay_out_in_any_language() -> None:
    pointer = "<p>Nuvulu zanki | <a href='/{0}'>Kolombe na mti wa mto, sehemu ya {0}</a></p>"
    inside = pointer.format("pili") + f"<p>{TWO}</p>" + pointer.format("tatu")
    assert text_of(f"<p>{ONE}</p>{inside}<p>{THREE}</p><p>{FOUR}</p>") == TEXT


@pytest.mark.parametrize(
    "lead",
    [
        "<p><strong>{}</strong></p>",
        "<p class='intro-text'>{}</p>",
        "<p id='speakable-summary'>{}</p>",
        "<p class='text-lg font-medium'>{}</p>",
        "<div class='free-part'><p>{}</p></div><div id='paywall'></div>",
    ],
)
def test_a_first_paragraph_stays_whatever_it_is_called(lead: str) -> None:
    text = "Council votes for trees on both banks of the river, against two voices."
    assert text_of(lead.format(text) + PARAGRAPHS) == f"{text}\n\n{TEXT}"


def test_a_paragraph_that_is_the_description_stays() -> None:
    text = "The description of the page, word for word, as its metadata has it."
    assert text_of(f"<p class='top'>{text}</p>{PARAGRAPHS}") == f"{text}\n\n{TEXT}"


@pytest.mark.parametrize(
    "end",
    [
        "<p><em>The writer is a gardener and teaches at the school of Norham.</em></p>",
        "<p>(Reporting by A. Reader; Editing by B. Writer)</p>",
        "<p>A. Reader in Norham contributed to this report.</p>",
        "<h3>Latest from Norham</h3>",
        "<p>© 2026 News Example. All rights reserved.</p>",
        "<p>Do you have a story? Email us at desk@news.example</p>",
        "<p>(abc)</p>",
        "<p>The post Trees for the river appeared first on News Example.</p>",
        "<p>Published in News Example, January 5, 2026</p>",
        "<div class='author-box'><p>A. Reader has written of rivers and trees for twenty years.</p></div>",
    ],
)
def test_what_stays_out_at_the_end(end: str) -> None:
    assert text_of(PARAGRAPHS + end) == TEXT


@pytest.mark.parametrize(
    "start",
    [
        "<p class='standfirst'>Council votes for trees on both banks.</p>",
        "<p><strong>Trees for Norham</strong></p>",
        "<div class='intro'><p class='lead'>Council votes for trees on both banks.</p></div>",
        "<p class='dateline'>Published: January 5, 2026 10:21</p>",
    ],
)
def test_what_stays_out_at_the_beginning(start: str) -> None:
    head = "<meta name=description content='The description of the page, word for word, as its metadata has it.'>"
    assert text_of(start + PARAGRAPHS, head=head) == TEXT


@pytest.mark.parametrize(
    "dateline", ["NORHAM: ", "NORHAM - ", "Norham: ", "NORHAM (Reuters) - ", "نورہم: "]
)
def test_a_bold_first_paragraph_with_a_dateline_is_the_text(dateline: str) -> None:
    first = f"<p><strong>{dateline}{ONE}</strong></p>"
    assert text_of(f"{first}<p>{TWO}</p><p>{THREE}</p><p>{FOUR}</p>") == f"{dateline}{TEXT}"


def test_headline_deck_byline_and_comments_are_cut_where_others_found_them() -> None:
    page = page_of(
        f"<h1>Trees for the river</h1><p id=d>Both banks.</p><p id=b>By A. Reader</p>{PARAGRAPHS}"
        "<div id=c><p>A long comment of a reader that stands right below the text and says things.</p></div>"
    )
    heading, deck, line, section = page.select("h1, #d, #b, #c")
    body = body_of(
        page,
        headline=Headline("Trees for the river", "h1", element=heading, deck=deck),
        byline=Byline((Author(name="A. Reader"),), "rule", elements=(line,)),
        comments=CommentSection(elements=(section,)),
    )
    assert body is not None
    assert body.text == TEXT


def test_an_element_that_holds_most_of_the_text_is_never_cut() -> None:
    page = page_of(PARAGRAPHS)
    (story,) = page.select(".story")
    body = body_of(page, byline=Byline(elements=(story,)))
    assert body is not None
    assert body.text == TEXT


def test_many_comments_under_a_short_text_are_cut() -> None:
    comment = "<p>A reader says at length what he thinks of trees, of rivers, of councils and of the weather.</p>"
    page = page_of(PARAGRAPHS, after=f"<div id=c>{comment * 30}</div>")
    body = body_of(page, comments=CommentSection(elements=tuple(page.select("#c"))))
    assert body is not None
    assert body.text == TEXT


def test_a_second_article_below_the_first_is_another_text() -> None:
    other = "<p>The market of Norham moves to the square behind the church, where there is more room for it.</p>"
    page = parse(
        f"<body><main><article><h1>Trees</h1><div class='b'>{PARAGRAPHS}</div></article>"
        f"<article><h1>Market</h1><div class='b'>{other * 9}</div></article></main></body>",
        URL,
    )
    body = body_of(page, headline=Headline("Trees", "h1", element=page.select("h1")[0]))
    assert body is not None
    assert body.text == TEXT


def test_a_text_cut_into_several_containers_is_whole() -> None:
    article = "".join(
        f"<div class='grid'><p class='t'>{text}</p></div>" for text in (ONE, TWO, THREE, FOUR)
    )
    assert text_of(article) == TEXT


def test_text_between_line_breaks_without_any_paragraph() -> None:
    urdu = [
        "شہر کی کونسل نے پیر کے روز دریا کے دونوں کناروں پر چار ہزار درخت لگانے پر اتفاق کیا ہے۔"
    ] * 1
    urdu += [
        "کام مارچ میں شروع ہو گا جب زمین نرم ہوتی ہے اور گرمیوں کی چھٹیوں سے پہلے ختم ہو جائے گا۔"
    ]
    urdu += [
        "میئر نے کہا کہ درخت کناروں کو مضبوط رکھیں گے اور جولائی میں گلیوں کو ٹھنڈا رکھیں گے، کتاب\u200cخانہ بھی۔"
    ]
    page = page_of("<br><br>".join(urdu))
    body = body_of(page)
    assert body is not None
    assert body.text == "\n\n".join(urdu)


def test_a_page_inside_an_unclosed_nav_is_read() -> None:
    page = parse(
        f"<body><nav class='top'>{MENU}<div class='story'><h1>T</h1>{PARAGRAPHS}</div></body>", URL
    )
    body = body_of(page)
    assert body is not None
    assert body.text == TEXT


def test_copies_for_phones_are_read_once() -> None:
    assert text_of(f"<div class='m'>{PARAGRAPHS}</div><div class='m'>{PARAGRAPHS}</div>") == TEXT


def test_the_rule_of_a_site_says_where_the_body_stands() -> None:
    page = page_of(
        f"<div class='x'><p>Norham.</p>{PARAGRAPHS}</div>",
        after="<p class='promo-line'>Watch our films</p>",
    )
    site = Site(
        name="s",
        domain="news.example",
        select=Select(body=["div.x"]),
        prune=["div.x > p:first-child"],
    )
    body = body_of(page, site=site)
    assert body is not None
    assert (body.text, body.source) == (TEXT, "rule")


def test_the_promo_lines_of_a_site_are_dropped() -> None:
    site = Site(name="s", domain="news.example", promo=[r"^Ltd feature films"])
    body = body_of(
        page_of(
            f"<p>{ONE}</p><p>{TWO}</p><p>Ltd feature films: the river</p><p>{THREE}</p><p>{FOUR}</p>"
        ),
        site=site,
    )
    assert body is not None
    assert body.text == TEXT


def test_a_credit_line_leaves_the_text() -> None:
    page = page_of(f"{PARAGRAPHS}<p>Source: <a href='https://river.example/'>RiverTimes</a></p>")
    body = body_of(page)
    assert body is not None
    assert body.text == TEXT
    assert body.credit is not None
    assert (body.credit.name, body.credit.url) == ("RiverTimes", "https://river.example/")
    assert body.credit_source == "credit-line"


def test_the_stated_body_is_taken_where_the_page_shows_none() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "Trees", "articleBody": TEXT})
    body = body_of(page_of("", head=f"<script type='application/ld+json'>{data}</script>"))
    assert body is not None
    assert (body.text, body.source) == (TEXT, "json-ld")


@pytest.mark.parametrize("depth", [1, 2])
def test_the_text_of_a_page_that_a_browser_puts_together(depth: int) -> None:
    state = json.dumps({"id": "7", "html": PARAGRAPHS, "next": "8"})
    if depth == 2:
        state = f"self.__next_f.push([1,{json.dumps(state)}])"
    page = parse(f"<body><div id='root'></div><script>{state}</script></body>", URL)
    body = body_of(page)
    assert body is not None
    assert (body.text, body.source) == (TEXT, "script")


def test_hostile_nesting_ends() -> None:
    body = body_of(parse("<body>" + "<div class='related'>" * 400 + PARAGRAPHS, URL))
    assert body is None or ONE in body.text


def test_short_news_keeps_its_second_short_paragraph() -> None:
    body = body_of(
        page_of(f"<div class='entry-content'><p>{ONE}</p><p>More rain is due on Friday.</p></div>")
    )
    assert body is not None
    assert body.text == f"{ONE}\n\nMore rain is due on Friday."


def test_a_card_whose_links_are_gone_leaves_no_title() -> None:
    card = "<div class='card'><h4>Studio feature films</h4><p><a href='/films/'>See all at the studio</a></p></div>"
    body = body_of(page_of(f"<p>{ONE}</p><p>{TWO}</p>{card}<p>{THREE}</p><p>{FOUR}</p>"))
    assert body is not None
    assert body.text == TEXT


def test_a_subheading_in_a_wrapper_of_its_own_stays() -> None:
    heading = "<div class='wrap'><h3>What it costs</h3></div>"
    body = body_of(page_of(f"<p>{ONE}</p><p>{TWO}</p>{heading}<p>{THREE}</p><p>{FOUR}</p>"))
    assert body is not None
    assert body.text == f"{ONE}\n\n{TWO}\n\nWhat it costs\n\n{THREE}\n\n{FOUR}"
