"""Which addresses requests may go to: the policy of the address guard, without Scrapy.

`netguard` enforces it on the network. A literal of a closed address can be refused before a crawl,
and Scrapy, are loaded.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Self
from urllib.parse import urlsplit

from ingest.crawl.http.special_networks import Address, Network, is_public
from ingest.errors import ForbiddenAddress, InvalidURL, KhabarError
from ingest.settings import Settings
from ingest.urls import is_http_url, without_user


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses requests may go to: the public ones, and those that the operator allows.

    Attributes:
        allow_loopback: whether they may go to this machine.
        networks: further networks that they may go to.
        proxy: host of the proxy that the settings name, which may be anywhere.
    """

    allow_loopback: bool = False
    networks: tuple[Network, ...] = ()
    proxy: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the policy of the operator's settings."""
        proxy = urlsplit(settings.proxy).hostname or ""
        return cls(settings.allow_loopback, tuple(settings.allow_networks), proxy)

    def allows(self, address: Address) -> bool:
        """Whether a request may go to this address."""
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(address in network for network in self.networks):
            return True
        return self.allow_loopback if address.is_loopback else is_public(address)

    def check_url(self, url: str) -> None:
        """Check that a URL is http(s), names no user, and is not a literal of a closed address.

        Raises:
            InvalidURL: another scheme, no host, or a user name, which no message repeats.
            ForbiddenAddress: the host is a literal of an address that is not public.
        """
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        address = literal_address(host)
        if address is not None and not self.allows(address):
            raise forbidden(host, str(getattr(address, "ipv4_mapped", None) or address))
        if not is_http_url(url):
            raise InvalidURL(f"not an http(s) URL: {without_user(url)!r}", "give http(s)://...")
        check_user(url)

    async def check_name(self, host: str) -> None:
        """Check that a name has no closed address. A name that does not resolve here passes.

        Raises:
            ForbiddenAddress: one of its addresses is not public.
        """
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        for text in {str(place[0]) for *_, place in answers}:
            address = literal_address(text)
            if address is None or not self.allows(address):
                raise forbidden(host, text)


def refused_urls(urls: Iterable[str], settings: Settings) -> dict[str, KhabarError]:
    """Return the errors of URLs with a literal address that requests may not go to."""
    refused: dict[str, KhabarError] = {}
    policy = AddressPolicy.of(settings)
    for url in urls:
        if urlsplit(url).hostname in settings.connect_to:
            continue
        try:
            policy.check_url(url)
        except KhabarError as error:
            refused[url] = error
    return refused


def literal_address(host: str) -> Address | None:
    """Return the address that a host name is a literal of, or None if it is a name.

    Besides the usual forms this accepts those of `inet_aton`, which connect as well: `2130706433`,
    `0x7f.1`, `0177.0.0.1`, and digits and full stops of other scripts and widths, which IDNA maps
    to ASCII.
    """
    text = (
        unicodedata.normalize("NFKC", host)
        .replace("\u3002", ".")
        .strip("[]")
        .rstrip(".")
        .partition("%")[0]
    )
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(text)) if text and not text.isspace() else None
    except (OSError, UnicodeError):
        return None


def check_user(url: str) -> None:
    """Check that a URL names no user; raises `InvalidURL`, without name and password."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise InvalidURL(
            f"a URL of {parts.hostname} names a user",
            "leave user name and password out: Khabar sends none",
        )


def forbidden(host: str, address: str) -> ForbiddenAddress:
    """Return the error for a host at that address, with its remedy."""
    literal = literal_address(address)
    remedy = "open its network with allow_networks, if you mean it"
    if literal is not None and literal.is_loopback:
        remedy = "allow it with --allow-loopback"
    subject = host if host.strip("[]") == address else f"{host} is {address}, which"
    return ForbiddenAddress(f"{subject} is not a public address", remedy)
