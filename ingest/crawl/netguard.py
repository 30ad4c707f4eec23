"""No request to an address that is not public: a crawler follows addresses that pages choose (SSRF).

Two checks, both needed: `check_host` refuses IP literals in all the spellings that operating systems accept, before
anything is sent; `GuardedResolver` refuses what a name resolves to, and hands Twisted the very address that it
checked, so that a second answer of the name server (DNS rebinding) is never asked for. Behind an HTTP proxy it is
the proxy that resolves names: then the operator's proxy is trusted, and only literals are checked here.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface.declarations import implementer

from ingest.errors import BadURL, ForbiddenAddress

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

_TRANSLATING = (
    IPv6Network("::/96"),  # IPv4-compatible, deprecated (RFC 4291, 2.5.5.1)
    IPv6Network("64:ff9b::/96"),  # NAT64 (RFC 6052)
    IPv6Network("64:ff9b:1::/48"),  # local NAT64 (RFC 8215)
    IPv6Network("2001::/32"),  # Teredo (RFC 4380)
    IPv6Network("2002::/16"),  # 6to4 (RFC 3056)
    IPv6Network("fec0::/10"),  # site-local, deprecated (RFC 3879)
)
"""Networks that count as global but lead to other, perhaps private, addresses."""

_refused: dict[str, str] = {}
"""Host name -> address, as the resolver refused it last; Twisted has no way to say why a name gave no address."""


def is_public(address: IPv4Address | IPv6Address, *, allow_loopback: bool = False) -> bool:
    """Whether a request may go to this address: a global unicast one (IANA's special-purpose registries, RFC 6890)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return allow_loopback
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATING):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host name spells out, or None where it is a name.

    Besides the usual forms this knows those of `inet_aton`, which connect just as well: `2130706433`, `0x7f.1`,
    `0177.0.0.1`, and digits of other scripts and widths, which IDNA folds to ASCII.
    """
    text = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".").partition("%")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(text)) if text and not text.isspace() else None
    except (OSError, UnicodeError):
        return None


def check_url(url: str, *, allow_loopback: bool = False) -> None:
    """Let a URL pass that is http(s) and spells out no private address; raises `BadURL` or `ForbiddenAddress`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise BadURL(f"not a URL: {url!r}", "give http(s)://...") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise BadURL(f"not an http(s) URL: {url!r}", "give http(s)://...")
    address = literal_address(host)
    if address is not None and not is_public(address, allow_loopback=allow_loopback):
        raise forbidden(host, str(address))


def forbidden(host: str, address: str) -> ForbiddenAddress:
    """The error for a host at that address, with what its reader can do."""
    loopback = ipaddress.ip_address(address).is_loopback
    remedy = "allow it with --allow-loopback" if loopback else "Khabar fetches from public addresses only"
    where = host if host.strip("[]") == address else f"{host} is {address}, which"
    return ForbiddenAddress(f"{where} is not a public address", remedy)


def refused_address(host: str) -> str | None:
    """The address for whose sake the resolver refused this name, or None where it did not."""
    return _refused.get(host)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of one name and drops the others."""

    def __init__(self, receiver: Any, host: str, *, allow_loopback: bool) -> None:  # noqa: ANN401 - see below
        self._receiver = receiver  # an IResolutionReceiver: zope's interfaces are no types to mypy
        self._host = host
        self._allow_loopback = allow_loopback

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        _refused.pop(self._host, None)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        text = str(getattr(address, "host", ""))
        checked = literal_address(text)
        if checked is not None and is_public(checked, allow_loopback=self._allow_loopback):
            self._receiver.addressResolved(address)
        else:
            _refused[self._host] = text

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, which gives Twisted only public addresses. For the setting `TWISTED_DNS_RESOLVER`."""

    def __init__(self, reactor: ReactorBase, cache_size: int, *, allow_loopback: bool = False) -> None:
        super().__init__(reactor, cache_size)
        self._allow_loopback = allow_loopback
        self._trusted = frozenset(_proxy_hosts())

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Made by Scrapy, which hands over a process in place of a crawler; both have settings."""
        size = crawler.settings.getint("DNSCACHE_SIZE") if crawler.settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, allow_loopback=crawler.settings.getbool("KHABAR_ALLOW_LOOPBACK"))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803, ANN401 - Twisted's names; an interface of zope's is no type
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a name, without the addresses that are not public."""
        receiver = resolutionReceiver
        if hostName not in self._trusted:
            receiver = _PublicOnly(resolutionReceiver, hostName, allow_loopback=self._allow_loopback)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


def _proxy_hosts() -> set[str]:
    """The hosts of the proxies that the operator's environment names."""
    return {host for url in getproxies().values() if (host := urlsplit(url).hostname)}
