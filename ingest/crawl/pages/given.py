"""What an operator gives for the requests of single pages: headers, cookies, a waiver of robots.txt.

Headers and cookies may be secrets. They go only to hosts that the operator has named, not to those
that a redirect or a feed names, and never from https down to http.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from ingest.errors import UsageError
from ingest.redaction.values import is_secret_header
from ingest.urls import host_of

NO_ROBOTS = "robots.txt was not asked, as the operator wanted (--no-robots)"
"""Warning in the record of a page that was fetched without a look at robots.txt."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, 5.6.2."""
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_OURS = {
    "cookie": "give it with --cookie",
    "user-agent": "give it with --user-agent, by which robots.txt is read too",
    **dict.fromkeys(
        ("if-none-match", "if-modified-since"), "leave it out: the page has to be whole"
    ),
    **dict.fromkeys(
        ("connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"),
        "leave it out: the connection sets it",
    ),
}


@dataclass(frozen=True, slots=True)
class Given:
    """Headers, cookies and the waiver, checked: see `Given.of`."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookie: str = field(default="", repr=False)
    ignore_robots: bool = False

    @classmethod
    def of(
        cls,
        headers: Iterable[str] = (),
        cookies: Iterable[str] = (),
        *,
        ignore_robots: bool = False,
    ) -> Self:
        """Return what these texts give.

        Args:
            headers: each as `Name: value`.
            cookies: each as `name=value`, or several of them separated by `; `.
            ignore_robots: fetch a page without asking robots.txt.

        Raises:
            UsageError: a text has another form, or a header is not the operator's to set. The
                message does not repeat a value.
        """
        return cls(
            tuple(_header(text) for text in headers),
            "; ".join(_cookie(text) for text in cookies),
            ignore_robots,
        )

    @property
    def secret(self) -> str:
        """The option that gives a secret of one host, or empty."""
        if self.cookie:
            return "--cookie"
        return next((f"--header {name}" for name, _ in self.headers if is_secret_header(name)), "")

    def check_hosts(self, urls: Iterable[str]) -> None:
        """Raise `UsageError` if a secret would go to several hosts."""
        hosts = sorted({host_of(url) for url in urls})
        if self.secret and len(hosts) > 1:
            raise UsageError(
                f"{self.secret} would go to {len(hosts)} hosts, such as {hosts[0]} and {hosts[1]}",
                "give the URLs of one host at a time",
            )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    name = name.strip()
    if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise UsageError("--header: not a name and a value", "write --header 'Name: value'")
    lower = name.casefold()
    if lower in _OURS or lower.startswith("proxy-"):
        remedy = _OURS.get(lower, "give the proxy with --proxy")
        raise UsageError(f"--header {name}: is set otherwise", remedy)
    return name, value.strip()


def _cookie(text: str) -> str:
    pairs = [pair.strip() for pair in text.split(";") if pair.strip()]
    for pair in pairs:
        if "=" not in pair or not pair.isprintable():
            raise UsageError("--cookie: not a name and a value", "write --cookie 'name=value'")
    return "; ".join(pairs)


class NamedHosts:
    """The hosts that an operator has named by URLs."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._places = {_place(url) for url in urls}

    def has(self, url: str) -> bool:
        """Whether the URL is on one of the hosts, and not http if that was named with https."""
        scheme, host, port = _place(url)
        places = [(scheme, host, port)]
        if scheme == "https":
            places.append(("http", host, port))
        return any(place in self._places for place in places)


def _place(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = None if parts.port in {80, 443} else parts.port
    return parts.scheme, host_of(url), port
