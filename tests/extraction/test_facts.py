"""Facts of a page: found once, shared by all extractors."""

from datetime import date

import pytest

from ingest.extraction.publisher import OwnNames
from ingest.html.page import parse, text_of
from ingest.sites import UNKNOWN_SITE, Site
from tests.extraction.facts import facts_of

URL = "https://www.shorepost.example/harbour/"
PARAGRAPH = "<p>The council met on Monday to hear the plan for the new harbour and its cost.</p>"


def test_the_site_calls_itself_by_its_definition_its_metadata_and_its_host() -> None:
    head = '<meta property="og:site_name" content="The Shore Post">'
    names = facts_of(parse(f"<head>{head}</head>", URL)).own_names
    assert {"the shore post", "shorepost.example", "shorepost"} <= names.folded
    assert "theshorepost" in names.keys


def test_a_single_letter_is_no_key_of_a_name() -> None:
    assert OwnNames(("X", "Shore-Post")).keys == {"shorepost"}


def test_the_main_heading_is_the_one_that_is_the_title_and_not_one_with_a_label_in_it() -> None:
    html = """<head><meta property="og:title" content="The best boats of 2026"></head><body>
    <h1>The best boats of 2026</h1><article><h1>Buying guide: The best boats of 2026</h1></article></body>"""
    heading = facts_of(parse(html, URL)).heading
    assert heading is not None
    assert heading.text == "The best boats of 2026"


def test_a_title_behind_the_sites_name_and_a_colon_is_found_in_a_lower_heading() -> None:
    html = "<head><title>shorepost.example: Blame game begins</title></head><body><h2>Blame game begins</h2></body>"
    heading = facts_of(parse(html, URL)).heading
    assert heading is not None
    assert heading.element.tag == "h2"


@pytest.mark.parametrize("paragraph", [PARAGRAPH, f"<div>{PARAGRAPH}</div>"])
def test_the_container_holds_the_paragraphs_close_to_itself(paragraph: str) -> None:
    html = f"<body><div id='menu'><p>Short.</p></div><div id='text'>{paragraph * 3}</div></body>"
    container = facts_of(parse(html, URL)).container
    assert container is not None
    assert container.get("id") == "text"


def test_a_page_without_a_paragraph_has_no_container() -> None:
    assert facts_of(parse("<body><p>Short.</p></body>", URL)).container is None


def test_a_definition_names_the_container() -> None:
    site = Site(name="shore", domain="shorepost.example", select={"body": ["#small"]})
    html = f"<body><div id='small'>A word.</div><div>{PARAGRAPH * 3}</div></body>"
    container = facts_of(parse(html, URL), site).container
    assert container is not None
    assert text_of(container) == "A word."


def test_the_languages_are_the_sites_and_then_the_pages() -> None:
    head = '<meta http-equiv="content-language" content="ur"><meta property="og:locale" content="en_GB">'
    page = parse(f"<html lang='en-US'><head>{head}</head></html>", URL)
    assert facts_of(page).languages == ("en-US", "ur", "en_GB")


def test_the_zone_is_the_sites_or_else_the_countrys() -> None:
    page = parse("<p>a</p>", "https://paper.com.pk/a")
    ours = Site(name="paper", domain="paper.com.pk", time_zone="Asia/Dubai")
    assert str(facts_of(page).zone) == "Asia/Karachi"
    assert str(facts_of(page, ours).zone) == "Asia/Dubai"
    assert facts_of(parse("<p>a</p>", URL)).zone is None


def test_a_dated_variant_of_the_definition_takes_its_own_selectors_and_shares_the_rest() -> None:
    variant = {"valid_until": "2020-01-01", "select": {"headline": ["h3"]}}
    site = Site.model_validate(
        {"name": "shore", "domain": "shorepost.example", "variants": [variant]}
    )
    facts = facts_of(parse("<body><h1>New design</h1><h3>Old design</h3></body>", URL), site)
    past = facts.at(date(2019, 5, 1))
    assert facts.heading is not None
    assert past.heading is not None
    assert (facts.heading.text, past.heading.text) == ("New design", "Old design")
    assert past.data is facts.data
    assert facts.at(date(2026, 5, 1)) is facts


def test_no_definition_has_variants_for_an_unknown_site() -> None:
    facts = facts_of(parse("<p>a</p>", URL), UNKNOWN_SITE)
    assert facts.at(date(2019, 5, 1)) is facts
