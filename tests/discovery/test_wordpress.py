import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.discovery.wordpress import plain_api, posts_url, read_posts

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
