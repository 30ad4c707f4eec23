from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from ingest.crawl.http.pace import RefusedRequest
from ingest.crawl.rendering.page_requests import Answer, Asked, FirstParty, PageRequests
from ingest.errors import HostExcluded
from ingest.record import FetchedPage
from ingest.sites import UNKNOWN_SITE, Site

PAGE = FetchedPage(
    url="https://www.news.example.co.uk/one/",
    body=b"<p>shell</p>",
    retrieved_at=datetime(2026, 11, 20, tzinfo=UTC),
    headers={
        "content-type": "text/html",
        "content-encoding": "gzip",
        "set-cookie": "a=b",
        "etag": "1",
    },
)
DATA = "https://www.news.example.co.uk/data.json"


class Downloads:
    """Answers requests, and keeps them."""

    def __init__(self, **answers: Response | Exception) -> None:
        self.answers = answers
        self.requests: list[Request] = []

    async def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.rpartition("/")[2], Response(request.url, body=b"{}"))
        if isinstance(answer, Exception):
            raise answer
        return answer


def requests_of(downloads: Downloads, most: int = 9, site: Site = UNKNOWN_SITE) -> PageRequests:
    return PageRequests(PAGE, FirstParty(PAGE.url, site), downloads, most=most, scripts={})


def answers(requests: PageRequests, *asked: Asked) -> list[Answer | None]:
    async def all_of_them() -> list[Answer | None]:
        return [await requests.answer(each) for each in asked]

    return asyncio.run(all_of_them())


def moved(to: str) -> Response:
    return Response(DATA, status=302, headers={"Location": to})


def test_the_page_is_answered_once_with_what_was_fetched() -> None:
    downloads = Downloads()
    navigation = Asked(PAGE.url + "#top", kind="document", is_page=True)
    first, second = answers(requests_of(downloads), navigation, navigation)
    assert first == Answer(200, {"content-type": "text/html", "etag": "1"}, PAGE.body)
    assert second is not None
    assert second.status == 204
    assert downloads.requests == []


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://api.example.co.uk/a", True),
        ("https://example.co.uk/a", True),
        ("https://other.co.uk/a", False),
        ("https://notexample.co.uk/a", False),
        ("https://cdn.example.net/a", True),
        ("https://assets.cdn.example.net/a", True),
        ("https://www.example.net/a", False),
        ("https://alias.example.org/a", True),
        ("data:text/plain,a", False),
    ],
)
def test_a_site_is_its_domains_and_the_hosts_that_its_definition_names(
    url: str, is_own: bool
) -> None:
    site = Site(
        name="a", domain="example.co.uk", aliases=["example.org"], render_hosts=["cdn.example.net"]
    )
    assert FirstParty(PAGE.url, site).includes(url) is is_own


def test_an_address_is_a_site_of_its_own() -> None:
    own = FirstParty("http://10.0.0.1/a", UNKNOWN_SITE)
    assert own.includes("http://10.0.0.1/b")
    assert not own.includes("http://11.0.0.1/b")


@pytest.mark.parametrize(
    "kind", ["image", "font", "media", "ping", "eventsource", "websocket", "other", "manifest"]
)
def test_what_has_no_text_is_not_asked_for(kind: str) -> None:
    downloads = Downloads()
    assert answers(requests_of(downloads), Asked(DATA, kind=kind)) == [None]
    assert downloads.requests == []


def test_a_style_sheet_is_empty() -> None:
    downloads = Downloads()
    assert answers(requests_of(downloads), Asked(DATA, kind="stylesheet")) == [
        Answer(200, {"content-type": "text/css"}, b"")
    ]
    assert downloads.requests == []


def test_a_request_has_the_headers_of_the_script_without_those_of_a_browser() -> None:
    downloads = Downloads()
    headers = {
        "x-key": "a",
        "referer": "https://a",
        "cookie": "b",
        "user-agent": "c",
        "sec-fetch-mode": "cors",
    }
    answers(requests_of(downloads), Asked(DATA, headers=headers))
    (sent,) = downloads.requests
    assert sent.headers.to_unicode_dict() == {"X-Key": "a", "Referer": "https://a"}


def test_a_redirect_is_followed_within_the_site_only() -> None:
    downloads = Downloads(**{
        "data.json": moved("/next.json"),
        "away.json": moved("https://elsewhere.example/"),
        "circle.json": moved("/circle.json"),
    })  # fmt: skip
    requests = requests_of(downloads)
    base = DATA.removesuffix("data.json")
    found, *others = answers(
        requests, *(Asked(base + name) for name in ("data.json", "away.json", "circle.json"))
    )
    assert found is not None
    assert found.body == b"{}"
    assert others == [None, None]
    assert "2 left out: 1 of other sites, 1 with too many redirects" in requests.remark()
    assert not any("elsewhere" in request.url for request in downloads.requests)


def test_requests_over_the_limit_are_left_out() -> None:
    downloads = Downloads()
    requests = requests_of(downloads, most=2)
    answers(requests, *[Asked(DATA)] * 4)
    assert len(downloads.requests) == 2
    assert requests.remark() == (
        "rendered in a browser: 2 requests; 2 left out: 2 over limits.render_requests"
    )


def test_a_script_is_fetched_once() -> None:
    downloads = Downloads()
    first, second = answers(requests_of(downloads), *[Asked(DATA, kind="script")] * 2)
    assert first == second
    assert len(downloads.requests) == 1


def test_the_reasons_of_what_is_left_out_are_counted() -> None:
    refused: dict[str, Any] = {
        "robots": IgnoreRequest("Forbidden by robots.txt"),
        "large": IgnoreRequest("over DOWNLOAD_MAXSIZE"),
        "broken": OSError("gone"),
    }
    requests = requests_of(Downloads(**refused))
    base = DATA.removesuffix("data.json")
    answers(requests, *(Asked(base + name) for name in refused), Asked(DATA, method="POST"))
    assert requests.remark() == (
        "rendered in a browser: 3 requests; 4 left out: 1 forbidden by robots.txt, "
        "1 over limits.page_bytes, 1 without an answer, 1 not GET"
    )
    assert str(requests.problem).endswith("/broken: without an answer")


def test_a_host_that_is_left_alone_is_told_apart() -> None:
    requests = requests_of(Downloads(**{"data.json": RefusedRequest("left alone")}))
    assert answers(requests, Asked(DATA)) == [None]
    assert isinstance(requests.problem, HostExcluded)


@pytest.mark.parametrize(
    ("status", "is_missing"), [(200, False), (404, False), (429, True), (503, True)]
)
def test_data_that_may_come_another_time_is_missing(status: int, is_missing: bool) -> None:
    requests = requests_of(Downloads(**{"data.json": Response(DATA, status=status)}))
    (answer,) = answers(requests, Asked(DATA))
    assert answer is not None
    assert answer.status == status
    assert (requests.problem is not None) is is_missing


def test_a_page_that_is_closed_gets_nothing() -> None:
    downloads = Downloads()
    requests = requests_of(downloads)
    requests.close()
    assert answers(requests, Asked(DATA)) == [None]
    assert downloads.requests == []
