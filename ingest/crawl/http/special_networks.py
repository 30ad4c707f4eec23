"""Which addresses are public, by the registries of IANA in `special_networks.toml`.

`ipaddress.is_global` of Python has another state of the registries in each release.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def is_public(address: Address) -> bool:
    """Whether an address is global unicast, and in no special-purpose network (RFC 6890).

    An IPv4-mapped address is in such a network: its IPv4 address must be asked about.
    """
    special, unicast = _networks()
    if isinstance(address, IPv6Address) and not any(address in network for network in unicast):
        return False
    return not any(address in network for network in special)


@cache
def _networks() -> tuple[tuple[Network, ...], tuple[Network, ...]]:
    """Return the special networks, and those of global unicast addresses of IPv6."""
    file = resources.files("ingest.crawl.http").joinpath("special_networks.toml")
    tables = tomllib.loads(file.read_text("utf-8"))
    unicast = tuple(map(ip_network, tables.pop("unicast")))
    return tuple(ip_network(text) for table in tables.values() for text in table), unicast
