"""The spider loader of Khabar's Scrapy project: a spider for each site definition.

`scrapy list` and `scrapy crawl` use it, because the project's settings name it as
SPIDER_LOADER_CLASS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.spiderloader import SpiderLoader

from ingest.crawl.addon import exit_on_error
from ingest.crawl.settings import site_catalog
from spiders.site import SiteSpider

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from ingest.sites import Site


class SiteSpiderLoader(SpiderLoader):
    """Loads the spiders in SPIDER_MODULES, and makes one of each definition in the catalogue."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        # `scrapy list` runs without add-ons, so the definitions are read here.
        with exit_on_error():
            catalog = site_catalog(settings)
        for site in catalog:
            self._spiders[site.name] = spider_class(site)


def spider_class(site: Site) -> type[SiteSpider]:
    """Return the spider class of a site; its name is the site's."""
    class_name = f"{site.name.title().replace('-', '').replace('.', '')}Spider"
    return type(
        class_name, (SiteSpider,), {"name": site.name, "site": site, "__module__": __name__}
    )
