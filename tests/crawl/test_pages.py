"""How many processes and requests at a time single pages get, and what may be sent to which host."""

from __future__ import annotations

import pytest

from ingest.crawl.pages.fetch import sized_for
from ingest.crawl.pages.given import Given, NamedHosts
from ingest.errors import UsageError
from ingest.settings import Settings


@pytest.mark.parametrize(("hosts", "expected"), [(0, 8), (1, 8), (20, 20), (100, 32)])
def test_many_hosts_are_asked_at_the_same_time(hosts: int, expected: int) -> None:
    urls = [f"https://h{host}.example/{page}" for host in range(hosts) for page in range(3)]
    assert sized_for(urls, Settings.load()).concurrency == expected
    assert sized_for(urls, Settings.load(concurrency=5)).concurrency == 5


def test_there_are_no_more_processes_than_pages() -> None:
    assert sized_for(["https://a.example/"], Settings.load(workers=3)).workers == 1
    assert sized_for(["https://a.example/"] * 5, Settings.load(workers=3)).workers == 3
    assert sized_for([], Settings.load(workers=3)).workers == 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/other", True),
        ("https://www.a.example/", True),
        ("https://a.example:443/", True),
        ("http://a.example/", False),  # unencrypted
        ("https://a.example:8443/", False),
        ("https://sub.a.example/", False),
        ("https://b.example/", True),  # it was named with http, and this is safer
        ("http://b.example/", True),
        ("https://c.example/", False),
    ],
)
def test_headers_go_to_the_named_hosts(url: str, *, expected: bool) -> None:
    hosts = NamedHosts(["https://a.example/x", "http://b.example/"])
    assert hosts.has(url) is expected


def test_what_is_given_is_not_in_its_text() -> None:
    given = Given.of(["X-Key:  daffodil "], ["a=daffodil; b=2", "c=3"])
    assert given.headers == (("X-Key", "daffodil"),)
    assert given.cookie == "a=daffodil; b=2; c=3"
    assert "daffodil" not in repr(given)


def test_only_a_secret_is_for_one_host() -> None:
    urls = ["https://a.example/", "https://www.a.example/x"]
    others = [*urls, "https://b.example/"]
    secret = Given.of(["Authorization: Bearer x"])
    secret.check_hosts(urls)
    Given.of(["Accept-Language: ur"]).check_hosts(others)
    with pytest.raises(UsageError, match=r"a\.example and b\.example"):
        secret.check_hosts(others)
