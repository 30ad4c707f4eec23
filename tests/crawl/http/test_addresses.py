"""Which addresses a request may go to, in all their spellings."""

from __future__ import annotations

import asyncio
import socket
import tomllib
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from ingest.crawl.http import netguard
from ingest.crawl.http.address_policy import AddressPolicy, literal_address
from ingest.discovery.address import announced_url
from ingest.errors import ForbiddenAddress, InvalidURL, UsageError
from ingest.html.page import absolute
from ingest.settings import Settings
from ingest.urls import check_url, is_http_url

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


@pytest.mark.threat("A1", "A2")
@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_that_are_not_global_are_refused_even_where_loopback_is_allowed(
    text: str,
) -> None:
    assert not AddressPolicy(allow_loopback=True).allows(ip_address(text))


@pytest.mark.threat("A1")
@pytest.mark.parametrize("text", LOOPBACK)
def test_loopback_needs_leave(text: str) -> None:
    assert not AddressPolicy().allows(ip_address(text))
    assert AddressPolicy(allow_loopback=True).allows(ip_address(text))


@pytest.mark.threat("A2")
@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_global_addresses_pass(text: str) -> None:
    assert AddressPolicy().allows(ip_address(text))


@pytest.mark.threat("A3")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "１２７.0.0.1",
    ],
)
def test_all_spellings_of_an_address_are_read(host: str) -> None:
    assert literal_address(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "host", ["news.example", "localhost", "1.2.3.4.example", "", "a.b", "xn--e1afmkfd.example"]
)
def test_names_are_no_addresses(host: str) -> None:
    assert literal_address(host) is None


@pytest.mark.threat("A2")
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
        AddressPolicy().check_url(url)


@pytest.mark.threat("A8")
@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://news.example/", "data:,x", "http://", "http://[::1"]
)
def test_only_http_passes(url: str) -> None:
    with pytest.raises(InvalidURL):
        AddressPolicy().check_url(url)


def test_the_refusal_of_loopback_names_the_remedy() -> None:
    with pytest.raises(ForbiddenAddress, match="--allow-loopback"):
        AddressPolicy().check_url("http://127.0.0.1/")
    AddressPolicy(allow_loopback=True).check_url("http://127.0.0.1/")
    AddressPolicy().check_url("https://news.example/a")


@pytest.mark.threat("A3")
@pytest.mark.parametrize(
    "host",
    ["①②⑦.⓪.⓪.①", "127.0.0.1。", "0x7F000001", "017700000001", "127.0.1", "[::ffff:127.0.0.1]"],
)
def test_odd_spellings_are_refused_in_a_url(host: str) -> None:
    with pytest.raises(ForbiddenAddress):
        AddressPolicy().check_url(f"http://{host}:8080/a")


@pytest.mark.threat("A10")
def test_a_named_network_is_open_and_no_other() -> None:
    policy = AddressPolicy(networks=(ip_network("10.20.0.0/16"), ip_network("fd00:1::/32")))
    for host in ("10.20.3.4", "[::ffff:10.20.3.4]", "[fd00:1::5]"):
        policy.check_url(f"http://{host}/")
    for host in ("10.21.0.1", "127.0.0.1", "169.254.169.254", "[fd00:2::5]"):
        with pytest.raises(ForbiddenAddress, match=r"allow_networks|--allow-loopback"):
            policy.check_url(f"http://{host}/")


def test_loopback_may_be_a_named_network() -> None:
    AddressPolicy(networks=(ip_network("127.0.0.0/8"),)).check_url("http://127.0.0.1/")


@pytest.mark.threat("A9")
@pytest.mark.parametrize(
    "url", ["http://name:hunter2@news.example/", "https://name@8.8.8.8/", "file://n:hunter2@x/a"]
)
def test_a_user_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        AddressPolicy().check_url(url)
    assert "hunter2" not in str(caught.value)
    assert "name" not in str(caught.value).replace("names a user", "").replace("user name", "")


def names(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> None:
    """Let this machine resolve every name to these addresses; to none of them: not at all."""

    async def getaddrinfo(*_: object, **__: object) -> list[Any]:
        if not hosts:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in hosts]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(ForbiddenAddress, match=r"inside\.example is 10\.0\.0\.1"):
        asyncio.run(AddressPolicy().check_name("inside.example"))
    asyncio.run(AddressPolicy(networks=(ip_network("10.0.0.0/8"),)).check_name("inside.example"))


def test_a_name_that_cannot_be_resolved_is_left_to_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch)
    asyncio.run(AddressPolicy().check_name("news.example"))


def registered() -> list[str]:
    """The first and the last address of each network of the registries."""
    file = Path(netguard.__file__).with_name("special_networks.toml")
    tables = tomllib.loads(file.read_text("utf-8"))
    networks = [text for name in ("ipv4", "ipv6", "other") for text in tables[name]]
    return [str(ip_network(text)[end]) for text in networks for end in (0, -1)]


@pytest.mark.threat("A1", "A2")
@pytest.mark.parametrize("text", registered())
def test_no_end_of_a_registered_network_is_public(text: str) -> None:
    address = ip_address(text)
    policy = AddressPolicy()
    assert not policy.allows(address)
    assert AddressPolicy(networks=(ip_network(text),)).allows(address) or "::ffff" in text
    with pytest.raises(ForbiddenAddress):
        policy.check_url(f"http://[{text}]/" if ":" in text else f"http://{text}/")
    if isinstance(address, IPv4Address):
        number = int(address)
        assert not policy.allows(IPv6Address((0xFFFF << 32) | number))  # mapped
        assert not policy.allows(IPv6Address((0x64FF9B << 96) | number))  # NAT64
        assert not policy.allows(IPv6Address((0x2002 << 112) | (number << 80)))  # 6to4
        assert not policy.allows(IPv6Address(number))  # compatible


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    "text",
    ["192.0.0.192", "192.0.0.9", "192.88.99.1", "3fff::1", "5f00::1", "100:0:0:1::1", "4000::1"],
)
def test_addresses_that_some_releases_of_python_call_global(text: str) -> None:
    assert not AddressPolicy(allow_loopback=True).allows(ip_address(text))


@pytest.mark.threat("A1")
def test_the_neighbours_of_registered_networks_are_public() -> None:
    for text in ("9.255.255.255", "11.0.0.0", "191.255.255.255", "192.0.1.0", "198.20.0.0"):
        assert AddressPolicy().allows(ip_address(text)), text
    for text in ("2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1", "2a00:1450::1", "3ffe::1"):
        assert AddressPolicy().allows(ip_address(text)), text


@pytest.mark.parametrize(
    "url",
    [
        "http://g:h/i",
        "http://paper:-443/",
        "http://paper:65536/",
        "http://paper:+80/",
        "http://paper..example/",
        "http://.paper.example/",
        "http://paper.example\\@other.example/",
        "http://300.1.1.1/",
        "http://pa<per.example/",
        "http://pa%zzper.example/",
        f"http://{'p' * 64}.example/",
        "http://paper.example:80:81/",
        "http://[::1/",
        "http://:80/",
    ],
)
def test_what_is_no_address_is_none_wherever_it_comes_from(url: str) -> None:
    assert not is_http_url(url)
    for check in (check_url, AddressPolicy().check_url):
        with pytest.raises(InvalidURL):
            check(url)
    assert absolute("https://paper.example/", url) is None
    assert announced_url("https://paper.example/", url) is None
    with pytest.raises(UsageError):
        Settings.load(webhook=url)
    with pytest.raises(UsageError):
        Settings.load(connect_to={"paper.example": url})


@pytest.mark.parametrize(
    "url",
    [
        "https://paper.example:8443/a",
        "http://paper_two.example/",
        "https://اخبار.پاکستان/خبر",
        "http://paper.example./",
        "https://paper.example/a:b/@c?d=e:f",
    ],
)
def test_addresses_pass_everywhere(url: str) -> None:
    assert check_url(url) == url
    AddressPolicy().check_url(url)
    assert absolute("https://paper.example/", url) == url
