"""No request to an address that is not public: a crawler follows addresses that pages choose (SSRF).

Two checks, both needed: `addresses.guard_url` refuses IP literals in all the spellings that operating systems accept,
before anything is sent; `GuardedResolver` refuses what a name resolves to, and hands Twisted the very address that it
checked, so that a second answer of the name server (DNS rebinding) is never asked for.

A proxy that the operator's environment names may be reached wherever it is. Since it is the proxy that resolves names
then, `addresses.check_name` asks for them here as well, before the proxy is: a name that leads to a private address on
this machine's own network is refused, one that this machine cannot resolve is left to the proxy and its rules.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import unicodedata
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface.declarations import implementer

from ingest.errors import ForbiddenAddress, InvalidURL
from ingest.urls import without_user

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.internet.base import ReactorBase


Network = IPv4Network | IPv6Network

_TRANSLATING = (
    IPv6Network("::/96"),  # IPv4-compatible, deprecated (RFC 4291, 2.5.5.1)
    IPv6Network("64:ff9b::/96"),  # NAT64 (RFC 6052)
    IPv6Network("64:ff9b:1::/48"),  # local NAT64 (RFC 8215)
    IPv6Network("2001::/32"),  # Teredo (RFC 4380)
    IPv6Network("2002::/16"),  # 6to4 (RFC 3056)
    IPv6Network("fec0::/10"),  # site-local, deprecated (RFC 3879)
)
"""Networks that count as global but lead to other, perhaps private, addresses."""


def is_public(
    address: IPv4Address | IPv6Address,
    *,
    allow_loopback: bool = False,
    networks: Iterable[Network] = (),
) -> bool:
    """Whether a request may go to this address.

    That is a global unicast one (IANA's special-purpose registries, RFC 6890), or one of the `networks` that the
    operator opened.
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in networks):
        return True
    if address.is_loopback:
        return allow_loopback
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATING):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host name spells out, or None where it is a name.

    Besides the usual forms this knows those of `inet_aton`, which connect just as well: `2130706433`, `0x7f.1`,
    `0177.0.0.1`, and digits and full stops of other scripts and widths, which IDNA folds to ASCII.
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


def guard_url(url: str, *, allow_loopback: bool = False, networks: Iterable[Network] = ()) -> None:
    """Let a URL pass that is http(s), without user name, and spells out no address that is closed to us.

    Raises:
        InvalidURL: another scheme, no host, or a user name (which no message repeats).
        ForbiddenAddress: the host spells out an address that is not public.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise InvalidURL(f"not a URL: {without_user(url)!r}", "give http(s)://...") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise InvalidURL(f"not an http(s) URL: {without_user(url)!r}", "give http(s)://...")
    address = literal_address(host)
    if address is not None and not is_public(
        address, allow_loopback=allow_loopback, networks=networks
    ):
        raise forbidden(host, str(getattr(address, "ipv4_mapped", None) or address))
    check_user(url)


def check_user(url: str) -> None:
    """Let a URL pass that names no user; raises `InvalidURL`, which repeats neither the name nor the password."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise InvalidURL(
            f"a URL of {parts.hostname} names a user",
            "leave user name and password out: Khabar sends none",
        )


async def check_name(
    host: str, *, allow_loopback: bool = False, networks: Iterable[Network] = ()
) -> None:
    """Let a name pass that leads to no address closed to us, or that this machine cannot resolve.

    Raises:
        ForbiddenAddress: one of its addresses is not public.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for text in {str(place[0]) for *_, place in found}:
        address = literal_address(text)
        if address is None or not is_public(
            address, allow_loopback=allow_loopback, networks=networks
        ):
            raise forbidden(host, text)


def forbidden(host: str, address: str) -> ForbiddenAddress:
    """The error for a host at that address, with what its reader can do."""
    literal = literal_address(address)
    remedy = "open its network with allow_networks, if you mean it"
    if literal is not None and literal.is_loopback:
        remedy = "allow it with --allow-loopback"
    where = host if host.strip("[]") == address else f"{host} is {address}, which"
    return ForbiddenAddress(f"{where} is not a public address", remedy)


_refused: dict[str, str] = {}
"""Host name -> address, as the resolver refused it last; Twisted has no way to say why a name gave no address."""


def refused_address(host: str) -> str | None:
    """The address for whose sake the resolver refused this name, or None where it did not."""
    return _refused.get(host)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of one name and drops the others."""

    def __init__(
        self,
        receiver: Any,  # noqa: ANN401 - an IResolutionReceiver: zope's interfaces are no types to mypy
        host: str,
        *,
        allow_loopback: bool,
        networks: Sequence[Network],
    ) -> None:
        self._receiver = receiver
        self._host = host
        self._allow_loopback = allow_loopback
        self._networks = networks

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        _refused.pop(self._host, None)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        text = str(getattr(address, "host", ""))
        checked = literal_address(text)
        if checked is not None and self._is_open(checked):
            self._receiver.addressResolved(address)
        else:
            _refused[self._host] = text

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionComplete()

    def _is_open(self, address: IPv4Address | IPv6Address) -> bool:
        return is_public(address, allow_loopback=self._allow_loopback, networks=self._networks)


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, which gives Twisted only public addresses. For the setting `TWISTED_DNS_RESOLVER`."""

    def __init__(
        self,
        reactor: ReactorBase,
        cache_size: int,
        *,
        allow_loopback: bool = False,
        networks: Sequence[Network] = (),
    ) -> None:
        super().__init__(reactor, cache_size)
        self._allow_loopback = allow_loopback
        self._networks = networks
        self._trusted = proxy_hosts()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Made by Scrapy, which hands over a process in place of a crawler; both have settings."""
        size = (
            crawler.settings.getint("DNSCACHE_SIZE")
            if crawler.settings.getbool("DNSCACHE_ENABLED")
            else 0
        )
        networks = opened_networks(crawler.settings)
        return cls(
            reactor,
            size,
            allow_loopback=crawler.settings.getbool("KHABAR_ALLOW_LOOPBACK"),
            networks=networks,
        )

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803, ANN401 - Twisted's names; an interface of zope's is no type
        hostName: str,  # noqa: N803 - the interface has these names
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a name, without the addresses that are not public."""
        receiver = resolutionReceiver
        if hostName not in self._trusted:
            receiver = _PublicOnly(
                resolutionReceiver,
                hostName,
                allow_loopback=self._allow_loopback,
                networks=self._networks,
            )
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


def opened_networks(settings: BaseSettings) -> tuple[Network, ...]:
    """The networks of Scrapy's setting `KHABAR_ALLOW_NETWORKS`, a list of texts or networks."""
    return tuple(
        ipaddress.ip_network(str(network)) for network in settings.getlist("KHABAR_ALLOW_NETWORKS")
    )


def proxy_hosts() -> frozenset[str]:
    """The hosts of the proxies that the operator's environment names."""
    return frozenset(host for url in getproxies().values() if (host := urlsplit(url).hostname))
