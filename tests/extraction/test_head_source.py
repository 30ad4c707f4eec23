import pytest

from ingest.extraction.head_source import find_head_source
from ingest.html.page import parse
from tests.extraction.facts import facts_of

TEXT = "<p>" + "The bridge over the river was opened to traffic on Monday morning. " * 6 + "</p>"


def source(info: str, head: str = "") -> tuple[str, str | None] | None:
    html = f"<head>{head}</head><body><h1>Bridge opens</h1>{info}<div>{TEXT}</div></body>"
    found = find_head_source(facts_of(parse(html, "https://www.town-post.example/2026/1.htm")))
    return None if found is None else (found.name, found.url)


@pytest.mark.parametrize(
    ("info", "name", "url"),
    [
        ("<div>2026-01-02 08:30　来源：江边晚报　责任编辑：林清</div>", "江边晚报", None),
        ("<p>稿件来源：江边晚报 | 点击：12</p>", "江边晚报", None),
        (
            "<p><b>來源：</b><!-- x --><a href='/out'>江邊晚報</a></p>",
            "江邊晚報",
            "https://www.town-post.example/out",
        ),
        ("<div class='meta'>5 March 2026 | Source: River Wire</div>", "River Wire", None),
        ("<dl><dt>Quelle:</dt><dd>Flussbote</dd></dl>", "Flussbote", None),
        (
            "<ul><li><span>Fuente:</span> <span>Diario del Río</span></li></ul>",
            "Diario del Río",
            None,
        ),
        ("<p>출처: 강변일보</p>", "강변일보", None),
    ],
)
def test_the_source_in_a_line_below_the_headline(info: str, name: str, url: str | None) -> None:
    assert source(info) == (name, url)


@pytest.mark.parametrize(
    "info",
    [
        "<p>Source: Town Post</p>",
        "<p>Photo: River Wire</p>",
        "<p>Source: March 5, 2026 / 1:54 PM</p>",
        "<p>Source: a report that the council published</p>",
        "<p>作者：林清岚</p>",
    ],
)
def test_an_own_name_a_photographer_a_date_and_a_sentence_are_no_source(info: str) -> None:
    assert source(info) is None


def test_the_source_in_a_meta() -> None:
    meta = '<meta name="ContentSource" content="{}">'
    assert source("", meta.format("江边晚报")) == ("江边晚报", None)
    assert source("", meta.format("https://wire.example/1")) is None


@pytest.mark.parametrize(
    "info",
    [
        "<p>Source:</p><h3>More Stories</h3><p>A note</p>",
        "<p>Source:</p><p>River Wire</p><p>A note</p>",
        "<p><b>Source:</b></p><div>Follow Us</div><p>A note</p>",
        "<p>Source: <span></span></p><div><a href='/tide'>Tide</a></div><p>A note</p>",
        "<div>Source:<div>Related News</div></div>",
        "<p>Source:<br><br>Share This</p>",
        "<span>Source:</span><div>Tags</div>",
        "<p>Source: \u200b</p><p>River Wire</p>",
        "<p>Source: \u200b\u200b</p>",
    ],
)
def test_an_empty_line_of_a_source_takes_nothing_from_what_follows(info: str) -> None:
    assert source(info) is None


@pytest.mark.parametrize(
    "info",
    [
        "<div><div>Source:</div><div>River Wire</div></div>",
        "<table><tr><th>Source:</th><td>River Wire</td><td>5 March</td></tr></table>",
        "<p><b>Source:</b> <a href='/a'>River Wire</a></p>",
        "<p>Source:<br>River Wire</p>",
    ],
)
def test_a_value_beside_its_label_is_the_source(info: str) -> None:
    found = source(info)
    assert found is not None
    assert found[0] == "River Wire"
