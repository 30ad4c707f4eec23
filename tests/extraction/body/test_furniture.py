"""What is on a page beside an article's text: it stays out, and the text stays whole."""

from __future__ import annotations

import json

import pytest
from lxml.html.builder import P

from ingest.extraction.body.lines import is_notice
from ingest.extraction.model import Headline
from ingest.html.blocks import Block, Run
from tests.extraction.body.test_body import (
    FOUR,
    ONE,
    PARAGRAPHS,
    TEXT,
    THREE,
    TWO,
    body_of,
    page_of,
    text_of,
)


@pytest.mark.parametrize(
    "end",
    [
        (
            "<h3>Save 40% on your first six months</h3><ul><li>All stories of the river, every day of"
            " the week</li><li>Cancel any time</li></ul>"
        ),
        (
            "<h4>Noch kein Abonnent?</h4><ul><li>Alle Artikel vom Fluss, an jedem Tag der Woche</li>"
            "<li>Jederzeit kündbar</li></ul>"
        ),
    ],
)
def test_an_offer_to_subscribe_stays_out_with_its_list(end: str) -> None:
    assert text_of(f"{PARAGRAPHS}<div class='plan'>{end}</div>") == TEXT


def test_a_heading_about_subscribers_inside_the_text_takes_nothing_with_it() -> None:
    heading = "<h2>Save 40% on membership, said the mayor</h2>"
    text = text_of(f"<p>{ONE}</p>{heading}<p>{TWO}</p><p>{THREE}</p><p>{FOUR}</p>")
    assert [line for line in (ONE, TWO, THREE, FOUR) if line not in text] == []


def test_a_list_of_links_divided_by_line_breaks_stays_out() -> None:
    links = "<br>".join(f"• <a href='/a{n}'>How bridge number {n} was lost</a>" for n in range(4))
    assert text_of(f"{PARAGRAPHS}<p>{links}</p>") == TEXT


def test_lines_of_the_text_with_a_few_links_stay() -> None:
    lines = "<br>".join(f"- Bridge {n}, which <a href='/b'>fell</a> long ago." for n in range(4))
    assert "Bridge 3, which fell long ago." in text_of(f"{PARAGRAPHS}<p>{lines}</p>")


def test_dates_below_the_text_stay_out() -> None:
    dates = (
        "<div class='times'>Veröffentlicht am 12.03.2026<br>Geändert am 13.03.2026, 8.15 Uhr</div>"
    )
    assert text_of(PARAGRAPHS + dates) == TEXT


@pytest.mark.parametrize("name", ["disclaimer", "site-legal-notice", "haftungsausschluss"])
def test_a_legal_notice_longer_than_the_article_is_not_the_article(name: str) -> None:
    line = (
        "Nothing here is advice, and nobody answers for what readers do with what they read here."
    )
    notice = f"<div class='{name}'>" + f"<p>{line} {line}</p>" * 6 + "</div>"
    story = f"<h1>Trees</h1><div class='copy'><p>{ONE}</p><p>{TWO}</p></div>{notice}"
    page = page_of(story)
    heading = page.body.find(".//h1")
    body = body_of(page, headline=Headline("Trees", "h1", element=heading))
    assert body is not None
    assert body.text == f"{ONE}\n\n{TWO}"


def test_an_appended_article_with_a_headline_set_alike_is_another_article() -> None:
    other = "Nine kilns were fired at the brickworks on Monday, said the builders of the railway."
    story = "".join(f"<p>{line}</p>" for line in (ONE, TWO))
    added = "".join(f"<p>{other} {number}.</p>" for number in range(8))
    page = page_of(
        f"<div><h1 class='title big'>Trees</h1>{story}</div>"
        f"<div class='next'><h1 class='title big'>Kilns</h1>{added}</div>"
    )
    body = body_of(page, headline=Headline("Trees", "h1", element=page.body.find(".//h1")))
    assert body is not None
    assert body.text == f"{ONE}\n\n{TWO}"


def test_headings_of_the_text_in_sections_of_their_own_open_no_other_article() -> None:
    page = page_of(
        f"<h1 class='title'>Trees</h1><section><h1>Where</h1><p>{ONE}</p><p>{TWO}</p></section>"
        f"<section><h1>When</h1><p>{THREE}</p><p>{FOUR}</p></section>"
    )
    body = body_of(page, headline=Headline("Trees", "h1", element=page.body.find(".//h1")))
    assert body is not None
    assert [line for line in (ONE, TWO, THREE, FOUR) if line not in body.text] == []


@pytest.mark.parametrize(
    "attribute",
    ["amp-access='NOT loggedIn'", "subscriptions-section='content-not-granted'", "hidden"],
)
def test_what_readers_of_the_whole_text_do_not_see_stays_out(attribute: str) -> None:
    prompt = (
        f"<section {attribute}><p>To go on reading, join us for two crowns a month.</p></section>"
    )
    rest = f"<section amp-access='loggedIn' amp-access-hide><p>{THREE}</p><p>{FOUR}</p></section>"
    assert text_of(f"<p>{ONE}</p><p>{TWO}</p>{prompt}{rest}") == TEXT


def test_a_quote_stays_whatever_its_class_says() -> None:
    quote = "<blockquote class='quote-embed card'><div class='embed'><p>We will plant them.</p></div></blockquote>"
    text = text_of(f"<p>{ONE}</p><p>{TWO}</p>{quote}<p>{THREE}</p><p>{FOUR}</p>")
    assert "We will plant them." in text


@pytest.mark.parametrize(
    "script",
    [
        "<script type='application/json'>DATA</script>",
        "<script>window.app=1;Arc.content=DATA;Arc.more=2</script>",
    ],
)
def test_a_list_of_paragraphs_in_a_script_is_a_text(script: str) -> None:
    items = [{"type": "text", "content": line} for line in (ONE, TWO, THREE, FOUR)]
    items.insert(1, {"type": "image", "content": "https://news.example/a.jpg"})
    data = json.dumps({"page": {"id": 7, "content_elements": items}})
    body = body_of(page_of("", head=script.replace("DATA", data)))
    assert body is not None
    assert body.text == TEXT
    assert body.source == "script"


def test_the_posts_of_a_live_blog_are_its_text() -> None:
    posts = "".join(
        f"<article class='post'><h3>At {hour} o'clock</h3><div class='words'><p>{line}</p></div></article>"
        for hour, line in enumerate((ONE, TWO, THREE, FOUR), 8)
    )
    live = '<script type=\'application/ld+json\'>{"@type": "LiveBlogPosting"}</script>'
    body = body_of(page_of(posts, head=live))
    assert body is not None
    assert [line for line in (ONE, TWO, THREE, FOUR) if line not in body.text] == []


def test_every_block_that_is_not_in_the_body_has_a_cause() -> None:
    box = (
        "<div class='related'><p>Read how the old bridge of Norham was lost in the flood.</p></div>"
    )
    body = body_of(page_of(f"<p>{ONE}</p>{box}<p>{TWO}</p><p>{THREE}</p><p>{FOUR}</p>"))
    assert body is not None
    causes = {omission.text: omission.cause for omission in body.omissions()}
    assert (
        "by its tag, class or id"
        in causes["Read how the old bridge of Norham was lost in the flood."]
    )
    assert not {ONE, TWO, THREE, FOUR} & set(causes)


@pytest.mark.parametrize(
    "notice",
    [
        "Follow us on Facebook for more",
        "Ikuti saluran WhatsApp kami",
        "Editor: Budi",
        "river@paper.example.co.kr",
        "无断転載 無断転載を禁じます",
        "무단 전재 및 재배포 금지",
        "版权所有",
        "ہمارے واٹس ایپ چینل",
        "جميع الحقوق محفوظة",
    ],
)
def test_notices_are_known_in_any_script(notice: str) -> None:
    assert is_notice(Block(P(), runs=[Run(notice)]))
    assert not is_notice(Block(P(), runs=[Run("The river rose by a metre.")]))
