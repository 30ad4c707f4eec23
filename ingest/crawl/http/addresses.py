"""Which addresses a request may go to, and which URLs spell one out (RFC 6890; pure but for `check_name`)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import unicodedata
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from ingest.errors import BadURL, ForbiddenAddress
from ingest.urls import without_user

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


def check_url(url: str, *, allow_loopback: bool = False, networks: Iterable[Network] = ()) -> None:
    """Let a URL pass that is http(s), without user name, and spells out no address that is closed to us.

    Raises:
        BadURL: another scheme, no host, or a user name (which no message repeats).
        ForbiddenAddress: the host spells out an address that is not public.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise BadURL(f"not a URL: {without_user(url)!r}", "give http(s)://...") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise BadURL(f"not an http(s) URL: {without_user(url)!r}", "give http(s)://...")
    address = literal_address(host)
    if address is not None and not is_public(
        address, allow_loopback=allow_loopback, networks=networks
    ):
        raise forbidden(host, str(getattr(address, "ipv4_mapped", None) or address))
    check_user(url)


def check_user(url: str) -> None:
    """Let a URL pass that names no user; raises `BadURL`, which repeats neither the name nor the password."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise BadURL(
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
