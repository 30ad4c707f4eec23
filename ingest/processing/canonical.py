"""Whether to believe the canonical URL that a page states (pure)."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.extraction.model import Addresses
from ingest.record import FetchedPage
from ingest.sites import Site
from ingest.urls import article_key, drops_article, host_of, is_home


def believed_canonical(
    addresses: Addresses, page: FetchedPage, site: Site
) -> tuple[str | None, list[str]]:
    """Return the canonical URL if it is plausible, and warnings if it is not.

    Some sites have the same canonical URL on every page, which would make one article of all of
    them. So it must not be on another site's host, nor the front page, nor leave out what names the
    article, and it must match the site's article pattern if the page's URL does. Nor may the page
    state its own address elsewhere (`og:url`, JSON-LD) and the canonical URL only once.

    Args:
        addresses: as the page states them.
        page: its final URL counts.
        site: its hosts and the form of its articles' URLs.
    """
    if addresses.canonical is None:
        return None, []
    doubt = next(_doubts(addresses.canonical, addresses, page, site), None)
    return (addresses.canonical, []) if doubt is None else (None, [doubt])


def _doubts(canonical: str, addresses: Addresses, page: FetchedPage, site: Site) -> Iterator[str]:
    host, canonical_host = host_of(page.url), host_of(canonical)
    if not (_related(host, canonical_host) or {host, canonical_host} <= site.hosts):
        yield f"rel=canonical names another host: {canonical_host}"
    if is_home(canonical) and not is_home(page.url):
        yield "rel=canonical names the front page"
    if drops_article(canonical, page.url):
        yield f"rel=canonical leaves out what names the article: {canonical}"
    if site.is_article_url(page.url) and not site.is_article_url(canonical):
        yield f"rel=canonical is no article's address: {canonical}"
    stated = set(map(article_key, addresses.stated))
    if article_key(page.url) in stated and article_key(canonical) not in stated:
        yield f"rel=canonical and the page's other addresses disagree: {canonical}"


def _related(host: str, canonical_host: str) -> bool:
    """Whether a page of `host` may have its canonical URL on `canonical_host`: subdomains, AMP."""
    if host == canonical_host or "cdn.ampproject.org" in host:
        return True
    return host.endswith(f".{canonical_host}") or canonical_host.endswith(f".{host}")
