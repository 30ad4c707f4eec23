import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import LimitExceeded
from ingest.html.encoding import decode
from ingest.html.page import absolute, parse, text_of
from ingest.settings import Limits

URL = "https://news.example/2026/a/"


def test_windows_1252_bytes_under_a_utf8_claim_are_read() -> None:
    text, _ = decode(
        "<p>Café".encode() + b" \x93quoted\x94 \x96 50\x80</p>", "text/html; charset=utf-8"
    )
    assert "Café “quoted” – 50€" in text
    assert "\ufffd" not in text


def test_the_header_beats_the_meta_and_the_bom_beats_both() -> None:
    page = "<meta charset='utf-8'><p>اردو</p>"
    assert "اردو" in decode(page.encode("utf-8"), None)[0]
    assert (
        "é"
        in decode("<meta charset=utf-8><p>é".encode("latin-1"), "text/html; charset=iso-8859-1")[0]
    )
    assert (
        "اردو" in decode(b"\xef\xbb\xbf" + page.encode("utf-8"), "text/html; charset=iso-8859-1")[0]
    )


def test_metas_links_and_base() -> None:
    page = parse(
        "<head><base href='/sub/'><meta property='og:title' content=' A  B '>"
        "<meta property='og:description' content=''>"
        "<link rel='canonical' href='//news.example/x'><link rel=next href='javascript:void(0)'></head><body>",
        URL,
    )
    assert page.meta("og:description", "og:title") == "A B"
    assert page.links("canonical") == ["https://news.example/x"]
    assert page.absolute("y") == "https://news.example/sub/y"


def test_the_elements_of_a_tag_are_in_page_order() -> None:
    page = parse("<h2>one</h2><div><p>two<h2>three</h2></div>", URL)
    assert [text_of(element) for element in page.elements("h2")] == ["one", "three"]
    assert list(page.elements("h3")) == []


@pytest.mark.threat("O2")
@pytest.mark.parametrize(
    "address", ["#top", "javascript:alert(1)", "mailto:a@b.pk", "http://[bad", "", None, "data:x"]
)
def test_what_is_no_address_is_none(address: str | None) -> None:
    assert absolute(URL, address) is None


def test_a_heading_between_words_parts_them_and_scripts_are_silent() -> None:
    page = parse(
        "<div>one<br>two<p>three</p><script>bad()</script><style>x</style> four<!-- no --> five</div>",
        URL,
    )
    assert text_of(page.body) == "one two three four five"


@pytest.mark.threat("P5")
def test_limits_are_errors_that_name_them() -> None:
    with pytest.raises(LimitExceeded, match="tags"):
        parse("<b>" * 101 * 2, URL, limits=Limits(tags=100))
    with pytest.raises(LimitExceeded, match="page_bytes"):
        parse("x" * 11, URL, limits=Limits(page_bytes=10))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page(body: bytes) -> None:
    page = parse(body, URL)
    assert page.body is not None
    text_of(page.body).encode("utf-8")


@given(st.text(max_size=400))
def test_any_text_is_a_page(text: str) -> None:
    assert parse("<html><body>" + text, URL).body is not None


def test_a_comment_of_the_markup_has_no_text() -> None:
    page = parse(
        "<body><p>A<!-- hidden -->B</p><p><script>x</script></p><script>y</script></body>", URL
    )
    nodes = list(page.body.iter())
    comment = next(node for node in nodes if not isinstance(node.tag, str))
    assert text_of(comment) == ""
    assert [text_of(node) for node in page.body.iter("p", "script")] == ["AB", "", "", ""]


@pytest.mark.parametrize(
    ("html", "canonical"),
    [
        ("<head><link rel=canonical href=/own></head><body><p>x", "https://a.example/own"),
        ("<head><link rel='CANONICAL nofollow' href=/own></head>", "https://a.example/own"),
        ("<title>x</title><link rel=canonical href=/own><p>x", "https://a.example/own"),
        ("<head></head><link rel=canonical href=/own><body><p>x", "https://a.example/own"),
        ("<head><base href=/b/><link rel=canonical href=own></head>", "https://a.example/b/own"),
        (
            "<head><link rel=canonical href='#'><link rel=canonical href=/own>",
            "https://a.example/own",
        ),
        ("<head></head><body><p>x<link rel=canonical href=/other>", None),
        ("<head></head><body><section><link rel=canonical href=/other></section>", None),
        ("<head><div>x</div><link rel=canonical href=/other></head>", None),
        ("<head><template><link rel=canonical href=/other></template></head>", None),
    ],
)
def test_the_canonical_address_is_that_of_the_head(html: str, canonical: str | None) -> None:
    page = parse(f"<!doctype html><html>{html}</html>", "https://a.example/page")
    assert page.canonical == canonical
