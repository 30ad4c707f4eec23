"""Recordings: matched, played in order, free of secrets, whole on the disk."""

from __future__ import annotations

import asyncio
import copy
import gzip
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import vcr
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.test import get_crawler
from vcr.cassette import Cassette

from ingest.crawl.http import cassette_files
from ingest.crawl.http.cassette import Tape, request_key, to_response
from ingest.crawl.http.handler import KhabarDownloadHandler, MissedRequest
from ingest.crawl.http.recording import REPLAYED, tape_from
from ingest.crawl.run import fetch_pages
from ingest.crawl.settings import scrapy_settings
from ingest.errors import InvalidCassette, UnwritableOutput, UsageError
from ingest.record import Article
from ingest.redaction.text import redacted_url
from ingest.settings import Settings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CASSETTES = Path(__file__).parents[3] / "fixtures" / "cassettes"
URL = "https://news.example/story"


def answer(url: str = URL, body: bytes = b"text", status: int = 200) -> Response:
    return Response(url, status=status, body=body)


def recorded(path: Path, *responses: Response) -> Path:
    tape = Tape.record(path)
    for response in responses:
        tape.add(Request(response.url), response)
    tape.save()
    return path


def test_a_recording_is_played_in_order_and_then_repeats_the_last(tmp_path: Path) -> None:
    file = recorded(
        tmp_path / "tape.yaml", answer(body=b"first"), answer(body=b"second", status=410)
    )
    tape = Tape.replay([file])
    played = [tape.play(Request(URL)) for _ in range(3)]
    assert [(response.status, response.body) for response in played if response] == [
        (200, b"first"),
        (410, b"second"),
        (410, b"second"),
    ]
    assert all(response and response.flags == [REPLAYED] for response in played)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"two\nlines\n",
        b"dos\r\nlines\r\n",
        b"  leading\n\ttabs and trailing \n\n",
        "اردو متن\nدوسری سطر".encode(),
        b"next line \xc2\x85 and \xe2\x80\xa8 separator\n",
        b"\xef\xbb\xbfmarked\nby order",
        bytes(range(256)),
        gzip.compress(b"packed", mtime=0),
        b"'quotes': \"and\" # marks\n- list\n",
    ],
)
def test_bodies_come_back_byte_for_byte(tmp_path: Path, body: bytes) -> None:
    response = Tape.replay([recorded(tmp_path / "tape.yaml", answer(body=body))]).play(Request(URL))
    assert response is not None
    assert response.body == body


def test_text_is_recorded_as_text(tmp_path: Path) -> None:
    file = recorded(tmp_path / "tape.yaml", answer(body="<p>ایک</p>\n<p>دو</p>\n".encode()))
    assert "        <p>ایک</p>\n" in file.read_text(encoding="utf-8")


def test_a_recording_is_read_by_vcrpy_itself(tmp_path: Path) -> None:
    file = recorded(tmp_path / "tape.yaml", answer(body=b"one\ntwo"))
    with vcr.use_cassette(str(file), record_mode="none") as cassette:
        assert cassette.responses[0]["body"]["string"] == b"one\ntwo"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/a?b=1&c=2", "https://NEWS.example:443/a?c=2&b=1#top"),
        ("http://news.example", "http://news.example:80/"),
        ("https://news.example/a?token=one", "https://news.example/a?token=two"),
        ("https://reader:pass@news.example/a", "https://news.example/a"),
    ],
)
def test_spellings_of_one_request_match(one: str, other: str) -> None:
    assert request_key("GET", one) == request_key("get", other)


@pytest.mark.parametrize(
    "other", ["http://news.example/a", "https://news.example/a/", "https://news.example:8443/a"]
)
def test_other_requests_do_not_match(other: str) -> None:
    assert request_key("GET", other) != request_key("GET", "https://news.example/a")


@pytest.mark.threat("O8")
@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "key",
        "api_key",
        "apikey",
        "api-key",
        "password",
        "passwd",
        "sig",
        "signature",
        "secret",
        "client_secret",
        "auth",
        "session_id",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "AWSAccessKeyId",
    ],
)
def test_secret_parameters_are_redacted(name: str) -> None:
    assert redacted_url(f"https://news.example/a?page=2&{name}=hunter2") == (
        f"https://news.example/a?page=2&{name}=REDACTED"
    )


@pytest.mark.parametrize(
    "name", ["author", "keyword", "monkey", "page", "passage", "design", "tokens"]
)
def test_ordinary_parameters_stay(name: str) -> None:
    url = f"https://news.example/a?{name}=b%20c"
    assert redacted_url(url) == url


@pytest.mark.threat("O8")
def test_no_secret_reaches_the_file(tmp_path: Path) -> None:
    request = Request(
        "https://news.example/a?token=hunter2",
        headers={
            "Authorization": "Basic hunter2",
            "Cookie": "a=hunter2",
            "Proxy-Authorization": "hunter2",
        },
    )
    response = Response(
        request.url,
        status=302,
        headers={
            "Set-Cookie": "b=hunter2",
            "Location": "https://news.example/b?sig=hunter2",
            "ETag": '"kept"',
        },
    )
    tape = Tape.record(tmp_path / "tape.yaml")
    tape.add(request, response)
    tape.save()
    text = (tmp_path / "tape.yaml").read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert "kept" in text
    assert "sig=REDACTED" in text


def tape_of(
    tmp_path: Path, request: Request, response: Response, plain: Response | None = None
) -> Tape:
    tape = Tape.record(tmp_path / "tape.yaml")
    tape.add(request, response, plain)
    tape.save()
    return Tape.replay([tmp_path / "tape.yaml"])


@pytest.mark.threat("O8")
def test_a_link_of_a_redacted_body_leads_to_its_recording(tmp_path: Path) -> None:
    link = "https://news.example/a?id=7&_wpnonce=hunter2&h=Zk3vQ9pL2mT7wR5yB8nC"
    body = f'<a href="{link.replace("&", "&amp;")}">'.encode()
    tape_of(tmp_path, Request(URL), answer(body=body))
    page = Tape.replay([tmp_path / "tape.yaml"]).play(Request(URL))
    assert page is not None
    followed = page.body.decode().split('"')[1].replace("&amp;", "&")
    assert "hunter2" not in followed
    assert "Zk3vQ9" not in followed
    tape = tape_of(tmp_path, Request(link), answer(link))
    assert tape.play(Request(followed)) is not None
    assert tape.play(Request(link)) is not None
    assert tape.play(Request(link.replace("Zk3v", "Yk4v"))) is None


@pytest.mark.threat("O8")
@pytest.mark.parametrize("secret", [True, False])
def test_a_packed_body_is_recorded_packed_unless_it_holds_a_secret(
    tmp_path: Path, secret: bool
) -> None:
    plain = b'<input name="csrf" value="hunter2"> text' if secret else b"<p>text"
    packed = Response(URL, headers={"Content-Encoding": "gzip"}, body=gzip.compress(plain, mtime=0))
    played = tape_of(tmp_path, Request(URL), packed, answer(body=plain)).play(Request(URL))
    assert played is not None
    assert ("Content-Encoding" in played.headers) is not secret
    assert played.body == (plain.replace(b"hunter2", b"REDACTED") if secret else packed.body)


@pytest.mark.threat("O8")
def test_headers_of_a_recording(tmp_path: Path) -> None:
    request = Request(URL, headers={"X-Auth-Token": "hunter2", "Referer": f"{URL}?pin=hunter2"})
    response = Response(
        URL,
        headers={
            "Refresh": f"0; url={URL}?code=hunter2",
            "Link": f"<{URL}?otp=hunter2>; rel=next",
            "X-Session-Token": "hunter2",
            "Location": "https://desk:hunter2@news.example/b",
        },
    )
    played = tape_of(tmp_path, request, response).play(request)
    assert played is not None
    assert played.headers["Location"] == b"https://news.example/b"
    assert "hunter2" not in (tmp_path / "tape.yaml").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
def test_only_the_owner_may_read_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "tape.yaml"
    file.write_text("older")
    file.chmod(0o644)
    recorded(file, answer())
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("file", sorted(CASSETTES.glob("*.yaml")), ids=lambda file: file.name)
def test_the_recorded_newsrooms_hold_no_secrets_and_stay_small(file: Path) -> None:
    assert file.stat().st_size < 2**20
    cassette = cassette_files.load(file)
    assert len(cassette.requests) > 30
    names = {name.casefold() for request in cassette.requests for name in request.headers}
    names |= {name.casefold() for response in cassette.responses for name in response["headers"]}
    assert not names & {"authorization", "cookie", "set-cookie", "proxy-authorization"}
    assert all(redacted_url(request.uri) == request.uri for request in cassette.requests)


def test_a_miss_names_the_nearest_recorded_request(tmp_path: Path) -> None:
    file = recorded(
        tmp_path / "tape.yaml",
        answer("https://news.example/2026/ferry"),
        answer("https://b.example/"),
    )
    error = Tape.replay([file]).missing(Request("https://news.example/2026/fery"))
    assert str(error) == (
        "not recorded: GET https://news.example/2026/fery (the nearest recorded one is https://news.example/2026/ferry)"
    )


def test_a_folder_is_all_its_cassettes(tmp_path: Path) -> None:
    recorded(tmp_path / "a.yaml", answer("https://a.example/"))
    recorded(tmp_path / "deep" / "b.yaml", answer("https://b.example/"))
    tape = Tape.replay([tmp_path])
    assert tape.play(Request("https://a.example/"))
    assert tape.play(Request("https://b.example/"))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "just text",
        "- a\n- list\n",
        "interactions: 5\n",
        "{unclosed",
        "a: !!python/object:os.x {}\n",
    ],
)
def test_a_file_that_is_no_cassette_is_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidCassette) as caught:
        Tape.replay([file])
    assert "broken.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_response_that_is_none_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "tape.yaml"
    request = f"{{method: GET, uri: '{URL}', body: null, headers: {{}}}}"
    file.write_text(
        f"version: 1\ninteractions:\n- request: {request}\n  response: {{}}\n", encoding="utf-8"
    )
    with pytest.raises(InvalidCassette, match="no response is recorded"):
        Tape.replay([file]).play(Request(URL))


def test_what_does_not_exist_is_no_cassette(tmp_path: Path) -> None:
    with pytest.raises(InvalidCassette, match="no such cassette"):
        Tape.replay([tmp_path / "missing.yaml"])
    with pytest.raises(InvalidCassette, match="no cassette"):
        Tape.replay([tmp_path])


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = recorded(tmp_path / "tape.yaml", answer(body=b"old"))
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnwritableOutput, match="No space left"):
        recorded(file, answer(body=b"new"))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body, wbits=-15),
    "BR": brotli.compress,
    "zstd": zstd.compress,
    "deflate, br": lambda body: brotli.compress(zlib.compress(body)),
}
"""Content codings, in the spellings of several servers."""
TEXTS = [
    b"<p>plain",
    b"",
    b'{"id": 7, "title": "The ferry leaves at nine"}',
    b"xml version 1",
    "خبر اور تصویر".encode("windows-1256", "replace"),
    b"<html>" + b"<p>The ferry leaves at nine.</p>" * 90_000,
]


@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("body", TEXTS, ids=range(len(TEXTS)))
def test_a_body_that_others_unpacked_loses_the_header(coding: str, body: bytes) -> None:
    recorded_so = {
        "status": {"code": 200},
        "headers": {"Content-Encoding": [coding], "Content-Type": ["text/html"]},
        "body": {"string": body},
    }
    response = to_response(Request(URL), recorded_so)
    assert "Content-Encoding" not in response.headers
    assert response.body == body


@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("body", TEXTS, ids=range(len(TEXTS)))
def test_a_body_that_is_packed_keeps_the_header(coding: str, body: bytes) -> None:
    recorded_so = {
        "status": {"code": 200},
        "headers": {"Content-Encoding": coding.split(", ")},
        "body": {"string": PACKERS[coding](body)},
    }
    response = to_response(Request(URL), recorded_so)
    assert b", ".join(response.headers.getlist("Content-Encoding")).decode() == coding
    unpacking = HttpCompressionMiddleware(crawler=get_crawler())
    unpacked = unpacking.process_response(Request(URL), response)
    assert isinstance(unpacked, Response)
    assert unpacked.body == body


def test_an_unknown_coding_stays() -> None:
    recorded_so = {
        "status": {"code": 200},
        "headers": {"Content-Encoding": ["exi"]},
        "body": {"string": b"a"},
    }
    assert to_response(Request(URL), recorded_so).headers["Content-Encoding"] == b"exi"


@pytest.mark.parametrize(
    ("mode", "plays", "records"),
    [
        ("none", True, False),
        ("once", True, False),
        ("new_episodes", True, True),
        ("all", False, True),
    ],
)
def test_the_record_mode_of_a_given_cassette_decides(
    tmp_path: Path, mode: str, plays: bool, records: bool
) -> None:
    file = recorded(tmp_path / "tape.yaml", answer())
    with vcr.use_cassette(str(file), record_mode=mode) as cassette:
        tape = Tape.of(cassette)
        assert (tape.play(Request(URL)) is not None, tape.records) == (plays, records)
        if records:
            tape.add(Request("https://news.example/new"), answer("https://news.example/new"))
    assert len(cassette_files.load(file).requests) == 1 + records


def test_a_cassette_that_records_must_come_as_a_tape(tmp_path: Path) -> None:
    file = recorded(tmp_path / "tape.yaml", answer())
    with vcr.use_cassette(str(file), record_mode="none") as cassette:
        assert isinstance(tape_from(ScrapySettings({"KHABAR_CASSETTE": cassette})), Tape)
    with vcr.use_cassette(str(file), record_mode="new_episodes") as cassette:
        with pytest.raises(UsageError, match="a cassette that records"):
            tape_from(ScrapySettings({"KHABAR_CASSETTE": cassette}))
        assert tape_from(ScrapySettings({"KHABAR_CASSETTE": Tape.of(cassette)}))


def test_the_settings_name_what_to_play_or_record(tmp_path: Path) -> None:
    file = recorded(tmp_path / "tape.yaml", answer())
    played = tape_from(ScrapySettings({"KHABAR_REPLAY": str(file)}))
    assert played is not None
    assert not played.records
    new = tape_from(ScrapySettings({"KHABAR_RECORD": str(tmp_path / "new.yaml")}))
    assert new is not None
    assert new.records
    assert tape_from(ScrapySettings()) is None


@pytest.fixture
def vcr_cassette_dir() -> str:
    return str(CASSETTES)


@pytest.mark.default_cassette("dailytimes.yaml")
@pytest.mark.vcr
def test_the_fixture_of_pytest_recording_is_replayed(vcr: Cassette, tmp_path: Path) -> None:
    article = next(request.uri for request in vcr.requests if "/1402203/" in request.uri)
    (outcome,) = fetch_pages([article], Settings.load(output=tmp_path, workers=1), replay=[vcr])
    assert isinstance(outcome, Article)
    assert vcr.play_count == 2  # robots.txt and the page


def test_copies_of_the_settings_share_the_tape() -> None:
    tape = Tape([])
    assert copy.deepcopy({"tape": tape})["tape"] is tape


def test_the_handler_answers_from_the_tape_and_misses_loudly(tmp_path: Path) -> None:
    file = recorded(tmp_path / "tape.yaml", answer(body=b"from the tape"))
    settings = scrapy_settings(Settings.load(), tape=Tape.replay([file]), reactor=False)

    async def ask() -> Response:
        handler = KhabarDownloadHandler(get_crawler(settings_dict=settings))
        with pytest.raises(MissedRequest, match="not recorded: GET"):
            await handler.download_request(Request("https://news.example/other"))
        response = await handler.download_request(Request(URL))
        await handler.close()
        return response

    assert asyncio.run(ask()).body == b"from the tape"
