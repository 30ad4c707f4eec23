"""Requests go to public addresses only: a crawler follows URLs that pages choose (SSRF).

Two checks are needed. `AddressPolicy.check_url` refuses IP literals in all spellings that operating
systems accept, before anything is sent. `GuardedResolver` refuses what a name resolves to, and
gives Twisted the address that it checked, so that a name is never resolved twice (DNS rebinding).

A proxy in the operator's environment may be anywhere. Since the proxy resolves names then,
`AddressPolicy.check_name` resolves them here as well: a name with a private address in this
machine's network is refused, and a name that this machine cannot resolve is left to the proxy.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.datatypes import LocalCache
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface.declarations import implementer

from ingest.crawl.http.special_networks import Address, Network, is_public
from ingest.crawl.settings import operator_settings
from ingest.errors import ForbiddenAddress, InvalidURL
from ingest.settings import Settings
from ingest.urls import is_http_url, without_user

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses requests may go to: the public ones, and those that the operator allows."""

    allow_loopback: bool = False
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the policy of the operator's settings."""
        return cls(settings.allow_loopback, tuple(settings.allow_networks))

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


def refused_address(host: str) -> str | None:
    """Return the address for which the installed resolver refused this name, or None.

    Twisted reports a refused name as unknown, so the reason is taken from the resolver itself.
    """
    reactor = sys.modules.get("twisted.internet.reactor")
    resolver = getattr(reactor, "nameResolver", None)
    return resolver.refused_address(host) if isinstance(resolver, GuardedResolver) else None


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes the allowed addresses of one name on, and drops the others."""

    def __init__(
        self,
        receiver: Any,  # noqa: ANN401 - an IResolutionReceiver, which mypy does not know
        host: str,
        policy: AddressPolicy,
        refused: LocalCache[str, str],
    ) -> None:
        self._receiver = receiver
        self._host = host
        self._policy = policy
        self._refused = refused

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        self._refused.pop(self._host, None)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        text = str(getattr(address, "host", ""))
        checked = literal_address(text)
        if checked is not None and self._policy.allows(checked):
            self._receiver.addressResolved(address)
        else:
            self._refused[self._host] = text

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionComplete()


_REFUSED_NAMES = 1_000
"""Refused names that a resolver remembers, for the error of the request that just failed."""


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, without addresses that are not allowed: see `AddressPolicy`.

    For Scrapy's setting `TWISTED_DNS_RESOLVER`.
    """

    def __init__(
        self, reactor: ReactorBase, cache_size: int, policy: AddressPolicy | None = None
    ) -> None:
        super().__init__(reactor, cache_size)
        self._policy = policy or AddressPolicy()
        self._trusted = proxy_hosts()
        self._refused: LocalCache[str, str] = LocalCache(_REFUSED_NAMES)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Create the resolver. Scrapy passes a process instead of a crawler; both have settings."""
        settings = crawler.settings
        size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, AddressPolicy.of(operator_settings(settings)))

    def refused_address(self, host: str) -> str | None:
        """Return the last address for which this name was refused, or None if it was not."""
        return self._refused.get(host)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803, ANN401 - Twisted's name, and as above
        hostName: str,  # noqa: N803 - the interface has these names
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a name, without the addresses that are not allowed."""
        receiver = resolutionReceiver
        if hostName not in self._trusted:
            receiver = _PublicOnly(resolutionReceiver, hostName, self._policy, self._refused)
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


def proxy_hosts() -> frozenset[str]:
    """Return the hosts of the proxies in the operator's environment."""
    hosts = (urlsplit(url).hostname for url in getproxies().values())
    return frozenset(host for host in hosts if host)
