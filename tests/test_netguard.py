"""Requests go to public addresses only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.resolver import dnscache
from scrapy.utils.test import get_crawler
from twisted.internet.address import IPv4Address, IPv6Address

from ingest.crawl import netguard
from ingest.crawl.handler import KhabarDownloadHandler
from ingest.crawl.netguard import GuardedResolver, check_url, is_public, literal_address
from ingest.crawl.scrapy_settings import scrapy_settings
from ingest.errors import BadURL, ForbiddenAddress
from ingest.settings import Settings

PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "2002:7f00:1::",
    "2001:0:4136:e378::1",
]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_that_are_not_global_are_refused_even_where_loopback_is_allowed(text: str) -> None:
    assert not is_public(ip_address(text), allow_loopback=True)


@pytest.mark.parametrize("text", LOOPBACK)
def test_loopback_needs_leave(text: str) -> None:
    assert not is_public(ip_address(text))
    assert is_public(ip_address(text), allow_loopback=True)


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_global_addresses_pass(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "１２７.0.0.1"]
)
def test_all_spellings_of_an_address_are_read(host: str) -> None:
    assert literal_address(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize("host", ["news.example", "localhost", "1.2.3.4.example", "", "a.b", "xn--e1afmkfd.example"])
def test_names_are_no_addresses(host: str) -> None:
    assert literal_address(host) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1:8080/a",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "https://user@10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_urls_that_spell_out_a_private_address_are_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress, match="not a public address"):
        check_url(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://news.example/", "data:,x", "http://", "http://[::1"])
def test_only_http_passes(url: str) -> None:
    with pytest.raises(BadURL):
        check_url(url)


def test_the_refusal_of_loopback_names_the_remedy() -> None:
    with pytest.raises(ForbiddenAddress, match="--allow-loopback"):
        check_url("http://127.0.0.1/")
    check_url("http://127.0.0.1/", allow_loopback=True)
    check_url("https://news.example/a")


class Receiver:
    """Takes what a resolver finds."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.complete = False

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 - Twisted's name
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        self.hosts.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self.complete = True


class Names:
    """A resolver that finds what it is told to."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts
        self.asked = 0

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *_: object) -> object:  # noqa: N802
        self.asked += 1
        receiver.resolutionBegan(SimpleNamespace(name=name))
        for host in self.hosts:
            kind = IPv6Address if ":" in host else IPv4Address
            receiver.addressResolved(kind("TCP", host, port))
        receiver.resolutionComplete()
        return receiver


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(netguard, "getproxies", dict)
    dnscache.clear()
    yield
    dnscache.clear()


def resolve(resolver: GuardedResolver, name: str = "news.example") -> Receiver:
    receiver = Receiver()
    resolver.resolveHostName(receiver, name, 80)
    return receiver


def guarded(names: Names, *, allow_loopback: bool = False) -> GuardedResolver:
    reactor: Any = SimpleNamespace(nameResolver=names)
    return GuardedResolver(reactor, 100, allow_loopback=allow_loopback)


def test_the_resolver_hands_on_public_addresses_only() -> None:
    receiver = resolve(guarded(Names("10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111")))
    assert receiver.hosts == ["8.8.8.8", "2606:4700::1111"]
    assert receiver.complete


def test_a_name_that_leads_nowhere_public_is_remembered_as_refused() -> None:
    assert resolve(guarded(Names("169.254.169.254"))).hosts == []
    assert netguard.refused_address("news.example") == "169.254.169.254"
    dnscache.clear()
    resolve(guarded(Names("8.8.8.8")))
    assert netguard.refused_address("news.example") is None


def test_a_cached_name_is_checked_again() -> None:
    names = Names("127.0.0.1")
    assert resolve(guarded(names, allow_loopback=True)).hosts == ["127.0.0.1"]
    assert resolve(guarded(names)).hosts == []


def test_an_answer_is_asked_for_once() -> None:
    names = Names("8.8.8.8")
    resolver = guarded(names)
    assert resolve(resolver).hosts == resolve(resolver).hosts == ["8.8.8.8"]
    assert names.asked == 1


def test_the_operators_proxy_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netguard, "getproxies", lambda: {"https": "http://proxy.intern:3128"})
    resolver = guarded(Names("10.1.1.1"))
    assert resolve(resolver, "proxy.intern").hosts == ["10.1.1.1"]
    assert resolve(resolver, "news.example").hosts == []


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/", "https://[::1]/", "http://0x7f.1/"])
def test_the_handler_asks_before_it_connects(url: str) -> None:
    async def ask() -> None:
        handler = KhabarDownloadHandler(get_crawler(settings_dict=scrapy_settings(Settings.load(), reactor=False)))
        with pytest.raises(ForbiddenAddress):
            await handler.download_request(Request(url))
        await handler.close()

    asyncio.run(ask())


def test_a_host_may_be_answered_for_only_where_that_is_allowed() -> None:
    async def ask() -> None:
        settings = Settings.load(connect_to={"news.example": "http://10.0.0.7:8000"}, allow_loopback=True)
        handler = KhabarDownloadHandler(get_crawler(settings_dict=scrapy_settings(settings, reactor=False)))
        with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.7"):
            await handler.download_request(Request("https://news.example/a"))

    asyncio.run(ask())
