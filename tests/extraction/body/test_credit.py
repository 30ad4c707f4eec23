"""The credited source of an article."""

from __future__ import annotations

import pytest
from lxml.html import fragment_fromstring

from ingest.extraction.body.credit import Credit, find_credit
from ingest.html.blocks import read_blocks

URL = "https://news.example/2026/01/story/"
SENTENCE = "The council agreed on Monday to plant four thousand trees along the river before the end of the year."
URDU = (
    "دریاپور (روزنامہ دریا تازہ خبریں ۔ 12 مئی 2024ء ) شہر کی کونسل نے درخت لگانے پر اتفاق کیا ہے۔"
)


def absolute(link: str | None) -> str | None:
    return link if link and link.startswith("http") else None


def credit_of(
    *parts: str, after: tuple[str, ...] = (), own: tuple[str, ...] = ("The Example Post",)
) -> Credit | None:
    root = fragment_fromstring("".join((*parts, *after)), create_parent="div")
    blocks = read_blocks(root)
    return find_credit(blocks, blocks[: len(blocks) - len(after)], own, absolute)


def name_of(*parts: str, **more: tuple[str, ...]) -> str | None:
    credit = credit_of(*parts, **more)
    return credit.organization.name if credit else None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Source: RiverTimes", "RiverTimes"),
        ("(Source: RiverTimes)", "RiverTimes"),
        ("SOURCE: The River Times", "The River Times"),
        ("Source – River Times of the North", "River Times of the North"),
        ("Via Reuters", "Reuters"),
        ("Via: River Times", "River Times"),
        ("Courtesy: River Times", "River Times"),
        ("— AFP", "AFP"),
        ("(dpa)", "dpa"),
        ("(Quelle: APA/dpa)", "APA/dpa"),
        ("Quelle: dpa", "dpa"),
        ("Fuente: Agencia EFE", "Agencia EFE"),
        ("Bron: Belga", "Belga"),
        ("بشکریہ روزنامہ دریا", "روزنامہ دریا"),
        ("出典：川新聞", "川新聞"),
        ("First published in The River Review.", "The River Review"),
        ("© dpa-infocom, dpa:260101-99-1/2", "dpa-infocom"),
    ],
)
def test_a_line_that_is_nothing_but_a_credit(line: str, name: str) -> None:
    credit = credit_of(f"<p>{SENTENCE}</p>", f"<p>{line}</p>")
    assert credit is not None
    assert credit.organization.name == name
    assert credit.source == "credit-line"
    assert credit.block is not None
    assert credit.block.text == line


def test_the_link_of_the_credit_is_its_address() -> None:
    credit = credit_of(
        f"<p>{SENTENCE}</p>", '<p>Source: <a href="https://river.example/a">RiverTimes</a></p>'
    )
    assert credit is not None
    assert credit.organization.url == "https://river.example/a"


def test_a_credit_line_below_the_text_counts_too() -> None:
    assert name_of(f"<p>{SENTENCE}</p>", after=("<div>Source: RiverTimes</div>",)) == "RiverTimes"


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("KARACHI (Reuters) - " + SENTENCE, "Reuters"),
        ("KARACHI: (Reuters) " + SENTENCE, "Reuters"),
        ("NEW DELHI, Jan 5 (AFP) — " + SENTENCE, "AFP"),
        ("Berlin (dpa) - " + SENTENCE, "dpa"),
        ("ISLAMABAD (APP): " + SENTENCE, "APP"),
        (
            "دریاپور (روزنامہ دریا تازہ خبریں ۔ 12 مئی 2024ء ) شہر کی کونسل نے درخت لگانے پر اتفاق کیا ہے۔",
            "روزنامہ دریا تازہ خبریں",
        ),
    ],
)
def test_the_agency_of_a_dateline_stays_in_the_text(first: str, name: str) -> None:
    credit = credit_of(f"<p>{first}</p>", f"<p>{SENTENCE}</p>")
    assert credit is not None
    assert credit.organization.name == name
    assert credit.source == "dateline"
    assert credit.block is None


@pytest.mark.parametrize("ending", [" (AFP)", " (Reuters).", " — AFP", " –Xinhua"])
def test_an_agency_at_the_end_of_the_last_paragraph(ending: str) -> None:
    credit = credit_of(f"<p>{SENTENCE}</p>", f"<p>{SENTENCE}{ending}</p>")
    assert credit is not None
    assert credit.source == "ending"
    assert credit.block is None


@pytest.mark.parametrize(
    "line",
    [
        "Source: a man who knows the river told us that the trees are too young",
        "Source: police",
        "Source: Twitter",
        "Source: Supplied",
        "via Email",
        "via Donation",
        "Sources",
        "Source: The Example Post",
        "Quelle: Example Post",
        "He said that the source: River Times, was wrong about the trees and the river and all that.",
        "It was seen as a win (AP",
        "The party won Dayton (PA)",
        "(app)",
    ],
)
def test_what_is_no_credit(line: str) -> None:
    assert credit_of(f"<p>{SENTENCE}</p>", f"<p>{line}</p>") is None


def test_the_publisher_does_not_credit_itself_by_its_domain() -> None:
    assert name_of(f"<p>{SENTENCE}</p>", "<p>Quelle: R.T.Z.</p>", own=("rtz",)) is None


def test_a_desk_in_a_dateline_is_no_source() -> None:
    assert name_of(f"<p>KARACHI (Web Desk): {SENTENCE}</p>") is None


def test_no_text_no_credit() -> None:
    assert find_credit([], [], (), absolute) is None


def test_a_linked_via_line_beside_the_text_is_a_credit_though_the_text_leaves_it_out() -> None:
    line = "<p><em>Via <a href='https://river-reporter.example/a'>The River Reporter</a></em></p>"
    credit = credit_of(f"<p>{SENTENCE}</p>", after=(line,))
    assert credit is not None
    assert (credit.organization.name, credit.organization.url) == (
        "The River Reporter",
        "https://river-reporter.example/a",
    )
    assert (
        name_of(f"<p>{SENTENCE}</p>", after=("<div><p>Via <a href='/x'>River Times</a></p></div>",))
        is None
    )
    assert (
        name_of(f"<p>{SENTENCE}</p>", after=("<p>Via <a href='/x'>Staff Reporter</a></p>",)) is None
    )
