"""What a shell completes beside commands and options: the names of sites."""

from __future__ import annotations


def site_names(incomplete: str) -> list[str]:
    """Return the names of site definitions that begin like this; none if a definition is wrong."""
    from ingest.errors import KhabarError
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    try:
        sites = SiteCatalog.load(Settings.load().sites)
    except KhabarError:
        return []
    return [site.name for site in sites if site.name.startswith(incomplete)]
