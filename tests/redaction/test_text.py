"""Secrets in messages, addresses and bodies."""

from __future__ import annotations

import io
import logging

import pytest

from ingest.errors import KhabarError, UsageError
from ingest.logs import JsonLines, PlainLines
from ingest.redaction.text import masked, redacted_body, redacted_field, redacted_form, redacted_url

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXNrIn0.c2lnbmF0dXJlLW9mLWRlc2s"
HIDDEN = [
    "tulip:daffodil@paper.example",
    "tulip:daffodil@paper.example:8080/a",
    "desk@paper.example:daffodil@db.example/records",
    "http:///tulip:daffodil@paper.example/a",
    "http:////tulip:daffodil@paper.example",
    "https:/tulip:daffodil@paper.example",
    r"http:\\tulip:daffodil@paper.example",
    "--connect-to paper.example=ftp://tulip:daffodil@127.0.0.1: not a base URL",
    "//tulip:daffodil@paper.example/a",
    "http://tulip:daff/odil@paper.example/a",
    "http://tulip:daffodil@second@paper.example/",
    "postgresql+psycopg://tulip:daffodil@db/khabar",
    "postgresql+psycopg://db/khabar?user=desk&password=daffodil",
    "postgresql://db/khabar?sslpassword=daffodil&sslmode=require",
    "connection failed: host=db user=desk password=daffodil dbname=khabar",
    "https://paper.example/feed?token=daffodil: HTTP 403",
    "https://paper.example/feed?a=b#access_token=daffodil",
    "https://go.example/?to=https%3A%2F%2Fpaper.example%2F%3Fapi_key%3Ddaffodil%26a%3Db",
    f"https://paper.example/{JWT}/feed",
]


@pytest.mark.threat("A9", "O9")
@pytest.mark.parametrize("text", HIDDEN)
def test_no_message_or_log_record_repeats_a_secret(text: str) -> None:
    record = logging.LogRecord("ingest", logging.ERROR, __file__, 1, "at %s", (text,), None)
    record.facts = {"url": text}
    error = UsageError(text, f"remedy {text}")
    for shown in (
        masked(text),
        str(error),
        repr(error),
        PlainLines().format(record),
        JsonLines().format(record),
    ):
        assert "daffodil" not in shown
        assert "odil@" not in shown
        assert JWT[-10:] not in shown
        assert "***" in shown
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://paper.example/a?page=2&id=77: HTTP 503",
        "https://paper.example:8443/@desk/story",
        "https://video.example/@desk/story?v=a@b",
        "Khabar/0.1 (+desk@paper.example) is asked",
        "mailto:desk@paper.example",
        "data/ledger.sqlite is locked by another process (wait for it or end it, then run again)",
        "2026-11-27T10:11:12Z WARNING paper: page=2",
        "setting limits.tags: Input should be greater than 0",
        "https://paper.example/view?code=20261127",
        "12:30 kick-off @ the harbour",
    ],
)
def test_what_holds_no_secret_is_shown_as_it_is(text: str) -> None:
    assert masked(text) == text


def test_a_traceback_repeats_no_secret() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainLines())
    logger = logging.Logger("ingest.trial")  # noqa: LOG001 - its own, so that nothing else logs
    logger.addHandler(handler)
    try:
        int("https://tulip:daffodil@paper.example/")
    except ValueError:
        logger.exception("failed")
    assert "daffodil" not in stream.getvalue()
    assert "'https://***@paper.example/'" in stream.getvalue()


def test_an_error_is_masked_once_for_all() -> None:
    error = KhabarError("https://a:b@paper.example is closed", "try http:///a:b@paper.example")
    assert error.args == (error.message, error.remedy)
    assert str(error) == "https://***@paper.example is closed (try http:///***@paper.example)"


@pytest.mark.threat("O8")
@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a:b@paper.example/x", "https://paper.example/x"),
        (
            "https://paper.example/x;jsessionid=tulip?a=b",
            "https://paper.example/x;jsessionid=REDACTED?a=b",
        ),
        (
            "https://paper.example/x?Policy=tulip&Key-Pair-Id=rose&v=1",
            "https://paper.example/x?Policy=REDACTED&Key-Pair-Id=REDACTED&v=1",
        ),
        (
            "https://paper.example/story/the-ferry-leaves?id=c4gxp0pzqd7o",
            "https://paper.example/story/the-ferry-leaves?id=c4gxp0pzqd7o",
        ),
    ],
)
def test_an_address_in_a_recording(url: str, clean: str) -> None:
    assert redacted_url(url) == clean
    assert redacted_url(clean) == clean


@pytest.mark.threat("O8")
@pytest.mark.parametrize(
    "value",
    [
        "5; url=https://paper.example/?otp=tulip",
        "<https://paper.example/a?sig=tulip>; rel=preload, <https://paper.example/b>; rel=next",
        'Digest realm="news", nonce="tulip", qop="auth"',
    ],
)
def test_the_value_of_a_header(value: str) -> None:
    assert redacted_field(value) == value.replace("tulip", "REDACTED")


BODIES = [
    '{"access_token": "tulip", "expires_in": 3600}',
    r'<div data-state="{\"csrfToken\":\"tulip\",\"page\":2}">',
    "<div data-settings='{&quot;nonce&quot;:&quot;tulip&quot;}'>",
    '<input type="hidden" id="x" name="_wpnonce" value="tulip">',
    '<input value="tulip" name=csrfmiddlewaretoken type=hidden>',
    '<meta content="tulip" name="csrf-token">',
    "<script nonce='tulip'>var apiKey = \"tulip\"; window.session_token='tulip'</script>",
    '<a href="/story?a=1&amp;token=tulip&amp;b=2">a</a>',
    r'{"next":"https:\/\/paper.example\/?page=2\u0026signature=tulip"}',
    '<a href="//desk:tulip@paper.example/a">',
]


@pytest.mark.threat("O8")
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("charset", ["utf-8", "windows-1256"])
def test_secrets_in_a_body(body: str, charset: str) -> None:
    packed = f"کتاب {body}".encode(charset, "replace")
    assert redacted_body(packed) == packed.replace(b"tulip", b"REDACTED")


@pytest.mark.threat("O8")
@pytest.mark.parametrize(
    "body", [JWT, f"Bearer {JWT}", '{"k": "AKIAIOSFODNN7EXAMPL2"}', "xoxb-2048-abcdef123456"]
)
def test_secrets_by_their_form(body: str) -> None:
    clean = redacted_body(body.encode())
    assert clean != body.encode()
    assert b"REDACTED-" in clean
    assert body.rsplit(maxsplit=1)[-1].encode()[-9:] not in clean


@pytest.mark.parametrize(
    "body",
    [
        '{"code":"rest_no_route","key":"value","date":"2026-11-27","slug":"the-ferry-leaves"}',
        "<p>The password: sesame was said.</p><p>Basic considerations of a token economy</p>",
        '<input type="password" name="page" value="2"><label for="pin">PIN</label>',
        '<script type="application/ld+json">{"@id":"d41d8cd98f00b204e9800998ecf8427e"}</script>',
        '<a href="/story/d41d8cd98f00b204e9800998ecf8427e?id=5f2b8c1de01a9c77b3f0aa12">a</a>',
    ],
)
def test_other_bodies_stay(body: str) -> None:
    assert redacted_body(body.encode()) == body.encode()


def test_the_form_of_a_request() -> None:
    assert redacted_form(b"password=tulip&page=2") == b"password=REDACTED&page=2"
    assert redacted_form(b"") == b""


@pytest.mark.parametrize(
    "piece", ['"', 'a="', "<input ", "//a@", "&a=", "x:", "\\", "a:@", "eyJaaaaaaaaaa.", "?"]
)
def test_long_texts_take_no_longer_than_they_are_long(piece: str) -> None:
    text = piece * (60_000 // len(piece))  # a square of it would take minutes
    assert len(masked(f"{text}@=")) > 0
    assert len(redacted_body(text.encode())) > 0
