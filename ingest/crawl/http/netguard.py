"""Requests go to public addresses only: a crawler follows URLs that pages choose (SSRF).

Two checks are needed. `AddressPolicy.check_url` refuses IP literals in all spellings that operating
systems accept, before anything is sent. `GuardedResolver` refuses what a name resolves to, and
gives Twisted the address that it checked, so that a name is never resolved twice (DNS rebinding).

A proxy of the operator's environment or settings may be anywhere. Since the proxy resolves names then,
`AddressPolicy.check_name` resolves them here as well: a name with a private address in this
machine's network is refused, and a name that this machine cannot resolve is left to the proxy.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.datatypes import LocalCache
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface.declarations import implementer

from ingest.crawl.http.address_policy import AddressPolicy, literal_address
from ingest.crawl.settings import operator_settings

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


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
        self._trusted = proxy_hosts() | {self._policy.proxy}
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
