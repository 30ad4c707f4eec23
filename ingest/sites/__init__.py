"""Site definitions: what is known about a site, as data.

They are TOML files in `spiders/sites/`, and in the folders of the setting `sites`. A definition
names its platforms (`spiders/platforms/`), whose values are its defaults: lists are appended to the
site's own, other values apply if the site does not set them. `UNKNOWN_SITE` stands for a site
without a definition.

`SiteCatalog` holds all definitions. A caller (a command, the API, a crawl) loads it once and passes
it on.
"""

from ingest.sites.catalog import SiteCatalog, load_platforms, load_site, make_site
from ingest.sites.definition import (
    DEFAULT_RECHECK,
    NAME,
    UNKNOWN_SITE,
    Discover,
    Listing,
    Pattern,
    Plugins,
    Seconds,
    Select,
    Selector,
    Site,
    SiteName,
    SiteTest,
    Throttle,
    Variant,
    ZoneName,
)

__all__ = [
    "DEFAULT_RECHECK",
    "NAME",
    "UNKNOWN_SITE",
    "Discover",
    "Listing",
    "Pattern",
    "Plugins",
    "Seconds",
    "Select",
    "Selector",
    "Site",
    "SiteCatalog",
    "SiteName",
    "SiteTest",
    "Throttle",
    "Variant",
    "ZoneName",
    "load_platforms",
    "load_site",
    "make_site",
]
