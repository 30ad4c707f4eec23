"""No request to an address that is not public: a crawler follows addresses that pages choose (SSRF).

Two checks, both needed: `addresses.check_url` refuses IP literals in all the spellings that operating systems accept,
before anything is sent; `GuardedResolver` refuses what a name resolves to, and hands Twisted the very address that it
checked, so that a second answer of the name server (DNS rebinding) is never asked for.

A proxy that the operator's environment names may be reached wherever it is. Since it is the proxy that resolves names
then, `addresses.check_name` asks for them here as well, before the proxy is: a name that leads to a private address on
this machine's own network is refused, one that this machine cannot resolve is left to the proxy and its rules.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface.declarations import implementer

from ingest.crawl.http.addresses import Network, is_public, literal_address

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.internet.base import ReactorBase

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
