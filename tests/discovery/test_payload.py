from __future__ import annotations

import gzip
import json

import pytest

from ingest.discovery.payload import escape_ampersands, read_document, read_json, unpack

RSS = "<rss><channel><title>Überfahrt</title></channel></rss>"
NOTICE = (
    b"<br />\n<b>Notice</b>: Undefined index: p in <b>/srv/map.php</b> on line <b>3</b><br />\n"
)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (f'<?xml version="1.0" encoding="utf-16"?>{RSS}'.encode(), {}),
        (f'<?xml version="1.0" encoding="iso-8859-1"?>{RSS}'.encode(), {}),
        (f'<?xml version="1.0" encoding="iso-8859-1"?>{RSS}'.encode("latin-1"), {}),
        (RSS.encode("cp1252"), {"content-type": "text/xml; charset=windows-1252"}),
        (RSS.encode(), {"content-type": "text/xml; charset=iso-8859-1"}),
        (RSS.encode("utf-8-sig"), {}),
        (RSS.encode("utf-16"), {}),
        (RSS.encode("utf-16-be"), {"content-type": "application/xml"}),
        (NOTICE + f'<?xml version="1.0" encoding="utf-8"?>\n{RSS}'.encode(), {}),
        (b'<?xml version="1.0" encoding="utf-8"?>\n' + NOTICE + RSS.encode(), {}),
        (b"\n\n \t" + RSS.encode(), {}),
    ],
)
def test_xml_is_decoded_whatever_is_in_front_of_it(body: bytes, headers: dict[str, str]) -> None:
    document = read_document(body, headers)
    assert document.root == "rss"
    assert document.body.decode().endswith(RSS)
    assert b"Notice" not in document.body
    assert document.error is None


def test_a_prolog_stays_with_its_root() -> None:
    prolog = (
        b'<?xml-stylesheet href="/s.xsl"?><!-- made by hand --><!DOCTYPE rss [<!ENTITY x "y">]>'
    )
    document = read_document(b'junk<?xml version="1.1" encoding="ascii"?>' + prolog + RSS.encode())
    assert document.body == b'<?xml version="1.0" encoding="utf-8"?>' + prolog + RSS.encode()


def test_html_and_text_have_no_root() -> None:
    page = read_document(b"<!doctype html><p>the &lt;rss> of a blog, <feed-list></p>")
    assert (page.root, page.is_html) == ("", True)
    assert read_document(b"https://paper.example/a").root == ""


def test_all_members_and_layers_of_gzip_are_unpacked() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 40
    assert unpack(members, 1_000) == (b"one two", None)
    assert unpack(gzip.compress(members), 1_000) == (b"one two", None)


def test_a_gzip_file_that_ends_early_gives_what_it_has_and_a_reason() -> None:
    whole = gzip.compress(json.dumps(list(range(900))).encode())
    data, error = unpack(whole[:-200], 10_000)
    assert data.startswith(b"[0, 1, 2")
    assert error == "broken gzip: it ends early"


@pytest.mark.parametrize("members", [[b"x" * 300], [b"x" * 60, b"x" * 300], [b"x" * 100, b"y"]])
def test_members_together_stay_within_the_limit(members: list[bytes]) -> None:
    data, error = unpack(b"".join(map(gzip.compress, members)), 100)
    assert data == b"x" * 100
    assert error == "cut at 100 bytes"


@pytest.mark.parametrize(
    ("source", "escaped"),
    [
        (b"?a=1&b=2&copy=3", b"?a=1&amp;b=2&amp;copy=3"),
        (b"?a=1&amp;b=2&#38;c&#x26;d", b"?a=1&amp;b=2&#38;c&#x26;d"),
        (b"caf&eacute;&nbsp;&LT;b", "caf\u00e9\u00a0&lt;b".encode()),
        (b"&nonsense;", b"&amp;nonsense;"),
        (b"<![CDATA[?a=1&b=2]]>?a&b", b"<![CDATA[?a=1&b=2]]>?a&amp;b"),
        (b"<![CDATA[?a&b", b"<![CDATA[?a&b"),
        (b"<!DOCTYPE u>&own;&b", b"<!DOCTYPE u>&own;&amp;b"),
    ],
)
def test_an_ampersand_that_begins_no_reference_is_escaped(source: bytes, escaped: bytes) -> None:
    assert escape_ampersands(source) == escaped


def is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'[{"a": 1}]', [{"a": 1}]),
        (NOTICE + b'[{"a": 1}]', [{"a": 1}]),
        (NOTICE + b'array[0] [1, 2] {"b": 2} [{"a": 1}]' + NOTICE, [{"a": 1}]),
        (NOTICE + b"[]", []),
    ],
)
def test_json_is_read_behind_a_notice(body: bytes, value: object) -> None:
    assert read_json(body, is_list) == (value, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty answer"),
        (b"Busy", "not JSON"),
        (b'<!doctype html><script>[{"a": 1}</script>', "an HTML page, not JSON"),
        (b"[" * 2_000_000, "over 1000000 values"),
    ],
)
def test_what_is_no_json_has_a_reason(body: bytes, reason: str) -> None:
    assert read_json(body, is_list) == (None, reason)
