"""Requests go to public addresses only."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.resolver import dnscache
from scrapy.utils.test import get_crawler
from twisted.internet.address import IPv4Address, IPv6Address

from ingest.crawl.http import netguard
from ingest.crawl.http.address_policy import AddressPolicy
from ingest.crawl.http.handler import KhabarDownloadHandler
from ingest.crawl.http.netguard import GuardedResolver
from ingest.crawl.settings import scrapy_settings
from ingest.errors import ForbiddenAddress, InvalidURL, Unreachable
from ingest.settings import Settings


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
    return GuardedResolver(reactor, 100, AddressPolicy(allow_loopback=allow_loopback))


@pytest.mark.threat("A4")
def test_the_resolver_hands_on_public_addresses_only() -> None:
    receiver = resolve(guarded(Names("10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111")))
    assert receiver.hosts == ["8.8.8.8", "2606:4700::1111"]
    assert receiver.complete


@pytest.mark.threat("A4")
def test_a_name_that_leads_nowhere_public_is_remembered_as_refused() -> None:
    names = Names("169.254.169.254")
    resolver = guarded(names)
    assert resolve(resolver).hosts == []
    assert resolver.refused_address("news.example") == "169.254.169.254"
    dnscache.clear()
    names.hosts = ("8.8.8.8",)
    resolve(resolver)
    assert resolver.refused_address("news.example") is None


def test_the_reason_of_a_refusal_is_asked_of_the_installed_resolver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = guarded(Names("10.0.0.1"))
    resolve(resolver)
    reactor = SimpleNamespace(nameResolver=resolver)
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", reactor)
    assert netguard.refused_address("news.example") == "10.0.0.1"
    monkeypatch.delitem(sys.modules, "twisted.internet.reactor")
    assert netguard.refused_address("news.example") is None


def test_a_resolver_remembers_a_bounded_number_of_refused_names() -> None:
    resolver = guarded(Names("10.0.0.1"))
    for number in range(1_100):
        resolve(resolver, f"host-{number}.example")
    assert resolver.refused_address("host-0.example") is None
    assert resolver.refused_address("host-1099.example") == "10.0.0.1"


def test_a_cached_name_is_checked_again() -> None:
    names = Names("127.0.0.1")
    assert resolve(guarded(names, allow_loopback=True)).hosts == ["127.0.0.1"]
    assert resolve(guarded(names)).hosts == []


@pytest.mark.threat("A5")
def test_a_name_that_was_public_and_leads_inside_later_is_refused() -> None:
    names = Names("8.8.8.8")
    reactor: Any = SimpleNamespace(nameResolver=names)
    resolver = GuardedResolver(reactor, 0)
    assert resolve(resolver).hosts == ["8.8.8.8"]
    names.hosts = ("10.0.0.1",)
    assert resolve(resolver).hosts == []


def test_an_answer_is_asked_for_once() -> None:
    names = Names("8.8.8.8")
    resolver = guarded(names)
    assert resolve(resolver).hosts == resolve(resolver).hosts == ["8.8.8.8"]
    assert names.asked == 1


@pytest.mark.threat("A7")
def test_the_operators_proxy_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netguard, "getproxies", lambda: {"https": "http://proxy.intern:3128"})
    resolver = guarded(Names("10.1.1.1"))
    assert resolve(resolver, "proxy.intern").hosts == ["10.1.1.1"]
    assert resolve(resolver, "news.example").hosts == []


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/", "https://[::1]/", "http://0x7f.1/"]
)
def test_the_handler_asks_before_it_connects(url: str) -> None:
    async def ask() -> None:
        handler = KhabarDownloadHandler(
            get_crawler(settings_dict=scrapy_settings(Settings.load(), reactor=False))
        )
        with pytest.raises(ForbiddenAddress):
            await handler.download_request(Request(url))
        await handler.close()

    asyncio.run(ask())


@pytest.mark.threat("A10")
def test_a_host_may_be_answered_for_only_where_that_is_allowed() -> None:
    async def ask() -> None:
        settings = Settings.load(
            connect_to={"news.example": "http://10.0.0.7:8000"}, allow_loopback=True
        )
        handler = KhabarDownloadHandler(
            get_crawler(settings_dict=scrapy_settings(settings, reactor=False))
        )
        with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.7"):
            await handler.download_request(Request("https://news.example/a"))

    asyncio.run(ask())


@pytest.mark.threat("A10")
def test_a_named_network_is_open_to_names_too() -> None:
    reactor: Any = SimpleNamespace(nameResolver=Names("10.20.1.1", "10.21.1.1"))
    policy = AddressPolicy(networks=(ip_network("10.20.0.0/16"),))
    assert resolve(GuardedResolver(reactor, 0, policy)).hosts == ["10.20.1.1"]


def test_the_operators_settings_open_networks() -> None:
    settings = Settings.load(allow_networks=["10.20.0.0/16"])
    crawler = get_crawler(settings_dict={"KHABAR_SETTINGS": settings})
    reactor: Any = SimpleNamespace(nameResolver=Names("10.20.1.1", "10.21.1.1"))
    assert resolve(GuardedResolver.from_crawler(crawler, reactor)).hosts == ["10.20.1.1"]


class Network:
    """In the place of the network: keeps what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def download_request(self, request: Request) -> Response:
        self.asked.append(request.url)
        return Response(request.url)


def ask(
    monkeypatch: pytest.MonkeyPatch, request: Request, resolved: str, **flags: object
) -> list[str]:
    """What goes out of a request if this machine resolves every name to one address."""

    async def getaddrinfo(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (resolved, 0))]

    async def main() -> list[str]:
        settings = scrapy_settings(Settings.load(**flags), reactor=False)
        handler = KhabarDownloadHandler(get_crawler(settings_dict=settings))
        network: Any = Network()
        monkeypatch.setattr(handler, "_network", network)
        await handler.download_request(request)
        asked: list[str] = network.asked
        return asked

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asyncio.run(main())


PROXIED = {"proxy": "http://proxy.intern:3128"}


@pytest.mark.threat("A7")
def test_behind_a_proxy_names_are_asked_for_here_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.9"):
        ask(monkeypatch, Request("http://wiki.intern/", meta=PROXIED), "10.0.0.9")
    assert ask(monkeypatch, Request("http://news.example/", meta=PROXIED), "8.8.8.8") == [
        "http://news.example/"
    ]
    opened = ask(
        monkeypatch,
        Request("http://wiki.intern/", meta=PROXIED),
        "10.0.0.9",
        allow_networks=["10.0.0.0/8"],
    )
    assert opened == ["http://wiki.intern/"]


@pytest.mark.threat("A7")
def test_the_proxy_itself_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netguard, "getproxies", lambda: {"https": "http://proxy.intern:3128"})
    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.9"):
        ask(monkeypatch, Request("http://proxy.intern:8080/admin"), "10.0.0.9")


@pytest.mark.threat("A9")
def test_a_url_with_a_user_is_not_asked_for_wherever_it_would_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = Request("https://name:hunter2@news.example/a")
    with pytest.raises(InvalidURL) as caught:
        ask(
            monkeypatch,
            request,
            "8.8.8.8",
            connect_to={"news.example": "http://127.0.0.1:1"},
            allow_loopback=True,
        )
    assert "hunter2" not in str(caught.value)


@pytest.mark.threat("S8")
def test_not_modified_without_a_condition_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unmodified(_: object, request: Request) -> Response:
        return Response(request.url, status=304)

    monkeypatch.setattr(Network, "download_request", unmodified)
    with pytest.raises(Unreachable, match="304"):
        ask(monkeypatch, Request("https://news.example/a"), "8.8.8.8")
    ask(monkeypatch, Request("https://news.example/a", headers={"If-None-Match": '"1"'}), "8.8.8.8")
