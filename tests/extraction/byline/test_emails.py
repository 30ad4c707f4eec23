import pytest
from lxml.html import HtmlElement, fragment_fromstring

from ingest.extraction.byline.emails import (
    decode_cloudflare,
    emails_in,
    hidden_email,
    plain,
)


def paragraph(text: str) -> HtmlElement:
    element: HtmlElement = fragment_fromstring("<p></p>")
    element.text = text
    return element


def cloudflare(address: str, key: int = 0x5A) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


def test_decodes_cloudflare() -> None:
    assert decode_cloudflare(cloudflare("rida.k@example.org")) == "rida.k@example.org"


@pytest.mark.parametrize("code", ["", "5a", "xyz", "5a1", "00ff"])
def test_bad_cloudflare_codes_give_nothing(code: str) -> None:
    assert decode_cloudflare(code) is None


@pytest.mark.parametrize(
    "text",
    [
        "rida.k@example.org",
        "Write to rida.k[at]example.org.",
        "rida.k (at) example (dot) org",
        "rida.k [ at ] example [dot] org",
        "rida.k(at)example.org",
        "reach her: rida.k at example dot org",
        "rida.k{at}example{punkt}org",
    ],
)
def test_finds_whole_addresses(text: str) -> None:
    assert emails_in(paragraph(text)) == ["rida.k@example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "Reach out at rida.k[at]",
        "rida.k@",
        "@rida_k on the networks",
        "She is at example dot",
        "7 [at] night",
        "a@b",
    ],
)
def test_half_an_address_is_none(text: str) -> None:
    assert emails_in(paragraph(text)) == []
    assert plain(text) == text


def test_mailto_with_subject() -> None:
    link = fragment_fromstring('<a href="MAILTO:rida%2Ek@example.org?subject=Hi">write</a>')
    assert hidden_email(link) == "rida.k@example.org"


def test_protected_link() -> None:
    link = fragment_fromstring(
        f'<a href="/cdn-cgi/l/email-protection#{cloudflare("rida.k@example.org")}">x</a>'
    )
    assert hidden_email(link) == "rida.k@example.org"


def test_ordinary_link_hides_nothing() -> None:
    assert hidden_email(fragment_fromstring('<a href="https://example.org/@rida">x</a>')) is None


def test_emails_of_links_and_text_once_each() -> None:
    box = fragment_fromstring(
        '<div><a href="mailto:one@example.org">mail</a><p>one@example.org, two[at]example.org</p></div>'
    )
    assert emails_in(box) == ["one@example.org", "two@example.org"]
