import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.crawl.frontier.sources import _posts_page
from ingest.discovery.source import SourceResponse
from ingest.discovery.wordpress import MAX_ITEMS, plain_api, posts_url, read_posts

URL = "https://paper.example/wp-json/wp/v2/posts"
POST = {
    "id": 51,
    "link": "https://paper.example/canal/",
    "date": "2025-03-04T10:06:07",
    "date_gmt": "2025-03-04T05:06:07",
    "modified_gmt": "2025-03-05T05:06:07",
    "title": {"rendered": "Canal &#8211; the <em>lock</em>"},
}


def test_a_post_becomes_a_candidate() -> None:
    posts = read_posts(json.dumps([POST]).encode(), URL)
    (item,) = posts.candidates
    assert item.title == "Canal – the lock"
    assert item.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert item.modified == datetime(2025, 3, 5, 5, 6, 7, tzinfo=UTC)
    assert posts.ids == {"https://paper.example/canal/": 51}


def test_a_local_time_needs_the_sites_zone() -> None:
    post = {**POST, "date_gmt": "0000-00-00T00:00:00"}
    zoned = read_posts(json.dumps([post]).encode(), URL, ZoneInfo("Asia/Karachi")).candidates[0]
    assert zoned.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert read_posts(json.dumps([post]).encode(), URL).candidates[0].published is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"code":"rest_forbidden","message":"No."}', b"null", b"[" * 5000]
)
def test_bad_posts_say_why(body: bytes) -> None:
    posts = read_posts(body, URL)
    assert posts.candidates == ()
    assert posts.error


def test_an_error_of_the_api_is_told() -> None:
    assert (
        read_posts(b'{"code":"rest_forbidden","message":"Sorry, no."}', URL).error == "Sorry, no."
    )


def test_addresses_of_the_api() -> None:
    assert posts_url("https://p.example/wp-json/", page=2).startswith(
        "https://p.example/wp-json/wp/v2/posts?per_page=100&page=2&"
    )
    assert posts_url("https://p.example/?rest_route=/").startswith(
        "https://p.example/?rest_route=/wp/v2/posts&per_page=100&"
    )
    assert plain_api("https://p.example/wp-json/") == "https://p.example/?rest_route=/"


NOTICE = b"<br />\n<b>Deprecated</b>: strlen($x[0]) in <b>/srv/p.php</b> on line <b>9</b><br />\n"


def test_posts_are_read_between_notices() -> None:
    posts = read_posts(NOTICE + json.dumps([POST]).encode() + NOTICE, URL)
    assert [item.url for item in posts.candidates] == ["https://paper.example/canal/"]
    assert (posts.error, posts.is_api) == (None, True)


@pytest.mark.parametrize(
    ("body", "is_api"),
    [
        (b"<!doctype html><html><body>Nothing here", False),
        (b"", False),
        (NOTICE, False),
        (b'{"ok": true}', False),
        (b'{"code": "rest_forbidden", "message": "No."}', True),
        (b"[]", True),
    ],
)
def test_an_answer_that_is_not_the_apis_is_told_from_one_that_is(body: bytes, is_api: bool) -> None:
    assert read_posts(body, URL).is_api is is_api


@pytest.mark.parametrize(
    ("count", "headers", "page", "expected"),
    [
        (20, {"x-wp-totalpages": "3"}, 1, True),
        (20, {"x-wp-totalpages": "3"}, 3, False),
        (100, {"x-wp-totalpages": "1"}, 1, False),
        (100, {}, 1, True),
        (20, {}, 1, False),
        (0, {"x-wp-totalpages": "3"}, 1, False),
    ],
)
def test_the_stated_number_of_pages_tells_whether_posts_follow(
    count: int, headers: dict[str, str], page: int, expected: bool
) -> None:
    posts = read_posts(json.dumps([POST] * count).encode(), URL, headers=headers)
    assert posts.has_next(page, 100) is expected


def test_a_change_from_the_future_is_none() -> None:
    post = {**POST, "modified_gmt": "2041-11-16T18:11:00"}
    (item,) = read_posts(json.dumps([post]).encode(), URL).candidates
    assert item.modified is None
    assert item.published == datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "is_cut"), [(3, False), (MAX_ITEMS, False), (MAX_ITEMS + 2, True)]
)
def test_an_answer_with_too_many_posts_is_cut_and_says_so(number: int, is_cut: bool) -> None:
    many = [{"id": each, "link": f"https://paper.example/{each}/"} for each in range(number)]
    response = SourceResponse(URL, 200, json.dumps(many).encode())
    page = _posts_page(None, 100, response)
    assert len(page.candidates) == min(number, MAX_ITEMS)
    assert page.error == ("only the first 5000 posts were read" if is_cut else None)
