"""The commonest refusal, `khabar scrape http://127.0.0.1/...`, before the settings are loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ingest.cli.defaults import has_defaults
from ingest.errors import ForbiddenAddress


def refusal(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> ForbiddenAddress | None:
    """Return the error of a call whose only argument is a URL of a literal, closed address.

    None if any option, variable or file could allow the address, and for all other spellings of
    addresses: then the address guard of the crawl decides, with the same words.

    Args:
        arguments: of the command line.
        environment: variables of the process.
        folder: the working folder, which may have settings.
    """
    if len(arguments) != 2 or arguments[0] != "scrape" or not arguments[1].startswith("http"):
        return None
    if not has_defaults(environment, folder):
        return None
    import ipaddress

    from ingest.crawl.http.special_networks import is_public

    try:
        parts = urlsplit(arguments[1])
        host = parts.hostname or ""
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    is_mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
    if str(address) != host or is_mapped or "@" in parts.netloc or is_public(address):
        return None
    remedy = "open its network with allow_networks, if you mean it"
    if address.is_loopback:
        remedy = "allow it with --allow-loopback"
    return ForbiddenAddress(f"{host} is not a public address", remedy)
