"""Scrapy's settings for Khabar: the settings module of the Scrapy project (`scrapy.cfg`).

An operator's settings are one object, `ingest.settings.Settings`, under KHABAR_SETTINGS. What
Scrapy needs of it under names of its own is derived in `derived_settings`. Importing this module
reads no file: `ingest.crawl.addon.ProjectAddon` reads them when Scrapy starts.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.settings import Limits, Settings
from ingest.sites import SiteCatalog

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from ingest.crawl.http.cassette import Tape

_DEFAULTS = Settings.model_construct()
_LIMITS = Limits()


def default_user_agent(contact: str = "") -> str:
    """Return Khabar's own user agent, with the operator's contact if there is one."""
    try:
        number = version("khabar")
    except PackageNotFoundError:  # a checkout that is not installed
        number = "0"
    return f"Khabar/{number} (+{contact})" if contact else f"Khabar/{number}"


BOT_NAME = "khabar"
SPIDER_MODULES = ["spiders"]
SPIDER_LOADER_CLASS = "spiders.loader.SiteSpiderLoader"
NEWSPIDER_MODULE = "spiders"
ADDONS = {"ingest.crawl.addon.ProjectAddon": 500}

USER_AGENT = default_user_agent()
ROBOTSTXT_OBEY = True
ROBOTSTXT_PARSER = "ingest.crawl.politeness.robots.OwnRulesParser"
DOWNLOAD_DELAY = _DEFAULTS.delay
DOWNLOAD_DELAY_JITTER = 0  # the delay that a site asks for is the minimum, not the mean
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = _DEFAULTS.delay
AUTOTHROTTLE_MAX_DELAY = _DEFAULTS.max_delay
CONCURRENT_REQUESTS = _DEFAULTS.concurrency
# Of one response, which has one page at most. Scrapy starts so many tasks for each response.
CONCURRENT_ITEMS = 2
CONCURRENT_REQUESTS_PER_DOMAIN = 2
RETRY_TIMES = _DEFAULTS.retries
COOKIES_ENABLED = False  # none are kept from one request to the next; see `http.redirects`

DOWNLOAD_VERIFY_CERTIFICATES = _DEFAULTS.verify_certificates
DOWNLOAD_TIMEOUT = _DEFAULTS.timeout
# Also the limit of the decompressed body: 2.4 kB of brotli can become 1.1 GB.
DOWNLOAD_MAXSIZE = _LIMITS.page_bytes
DOWNLOAD_WARNSIZE = _LIMITS.page_bytes
# Bytes of pages that wait for extraction or are in it. Above it no page is requested.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 5_000_000
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the spider reports the outcome of each page
REDIRECT_MAX_TIMES = 10
# Seconds. A page with a slower refresh reloads itself, it has not moved.
METAREFRESH_MAXDELAY = 5

DOWNLOAD_HANDLERS = {
    "http": "ingest.crawl.http.handler.KhabarDownloadHandler",
    "https": "ingest.crawl.http.handler.KhabarDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
# The frontier requests each article once already; Scrapy's filter would drop requests silently.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
TWISTED_DNS_RESOLVER = "ingest.crawl.http.netguard.GuardedResolver"
TELNETCONSOLE_ENABLED = False
# On by default since Scrapy 2.19: it runs Python code that is sent to a local port.
REMOTE_CONTROL_ENABLED = False

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "ingest.crawl.http.redirects.ChainCookiesMiddleware": 700,  # also the place of Scrapy's
    "ingest.crawl.http.operator_requests.OperatorRequests": 710,  # before Scrapy's for proxies
    "ingest.crawl.politeness.robots.RobotsMiddleware": 100,
    "ingest.crawl.politeness.middleware.PolitenessMiddleware": 560,  # nearest to Scrapy's slots
    "ingest.crawl.http.bodies.MetaRefresh": 580,  # as in Scrapy
    "ingest.crawl.http.bodies.Decompression": 590,
}
EXTENSIONS = {"ingest.crawl.context.SiteClock": 100}
ITEM_PIPELINES = {"ingest.crawl.pipelines.RecordPipeline": 100}
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORTERS = {
    **dict.fromkeys(("jsonlines", "jsonl", "jl"), "ingest.crawl.addon.RecordLinesExporter"),
    "csv": "ingest.crawl.addon.TextCsvExporter",
}

LOG_LEVEL = "WARNING"
DEFAULT_DROPITEM_LOG_LEVEL = "INFO"  # rejected and unchanged pages are counted in the report

KHABAR_SETTINGS: Settings | None = None
"""The operator's settings; None: those of `khabar.toml` and the environment."""
KHABAR_CATALOG: SiteCatalog | None = None
"""The site definitions of the run; None: loaded from the folders of the operator's settings."""
KHABAR_OUTPUT: str | None = None
"""Folder of records and ledger; None: no ledger and no segments, items only go to `FEEDS`."""
KHABAR_REPLAY: list[str] = []
KHABAR_RECORD: str | None = None
KHABAR_WORKERS: Any = None
"""The `WorkerPools` that crawlers share; None: each crawler has its own processes."""
KHABAR_CASSETTE: Any = None
"""Recorded HTTP: see `ingest.crawl.http.recording`."""


REPLAY_SETTINGS: dict[str, Any] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": _DEFAULTS.concurrency,
}
"""Overrides for a replay, which needs no delays."""


def operator_settings(values: BaseSettings) -> Settings:
    """Return the operator's settings in Scrapy's; without any, those of file and environment."""
    settings: Settings | None = values.get("KHABAR_SETTINGS")
    return Settings.load() if settings is None else settings


def site_catalog(values: BaseSettings) -> SiteCatalog:
    """Return the site definitions in Scrapy's settings; without any, load the operator's."""
    catalog: SiteCatalog | None = values.get("KHABAR_CATALOG")
    return SiteCatalog.load(operator_settings(values).sites) if catalog is None else catalog


def base_settings() -> dict[str, Any]:
    """Return the settings of this module, for crawlers that run outside of the Scrapy project."""
    return {
        name: value
        for name, value in globals().items()
        if name.isupper() and not name.startswith("_")
    }


def scrapy_settings(
    settings: Settings,
    *,
    catalog: SiteCatalog | None = None,
    output: Path | None = None,
    tape: Tape | None = None,
    reactor: bool = True,
) -> dict[str, Any]:
    """Return Scrapy's settings for a run.

    Args:
        settings: the operator's settings.
        catalog: the site definitions; if None, they are loaded from `settings.sites`.
        output: folder of records and ledger; None if the caller takes the records.
        tape: the recording to play or to record to.
        reactor: whether Twisted's reactor runs. Only a replay works without it, and can then be
            repeated in a process.
    """
    values = base_settings() | derived_settings(settings)
    values["ADDONS"] = {"ingest.crawl.addon.KhabarAddon": 500}
    values["LOG_INSTALL_ROOT_HANDLER"] = False  # the program configures logging
    values["SPIDER_MODULES"] = []  # a run names its spider classes itself
    values["SPIDER_LOADER_CLASS"] = "scrapy.spiderloader.DummySpiderLoader"
    values["KHABAR_CATALOG"] = catalog
    values["KHABAR_OUTPUT"] = None if output is None else str(output)
    values["KHABAR_CASSETTE"] = tape
    values["TWISTED_REACTOR_ENABLED"] = reactor
    if tape is not None and not tape.records:
        values |= REPLAY_SETTINGS
    return values


def derived_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings of Scrapy that follow from the operator's, and these themselves."""
    return {
        "USER_AGENT": settings.user_agent or default_user_agent(settings.contact),
        "DOWNLOAD_DELAY": settings.delay,
        "AUTOTHROTTLE_ENABLED": settings.delay > 0,
        "AUTOTHROTTLE_START_DELAY": settings.delay,
        "AUTOTHROTTLE_MAX_DELAY": max(settings.max_delay, settings.delay),
        "CONCURRENT_REQUESTS": settings.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2 if settings.delay > 0 else settings.concurrency,
        "DOWNLOAD_VERIFY_CERTIFICATES": settings.verify_certificates,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "RETRY_TIMES": settings.retries,
        "DOWNLOAD_MAXSIZE": settings.limits.page_bytes,
        "DOWNLOAD_WARNSIZE": settings.limits.page_bytes,
        "KHABAR_SETTINGS": settings,
    }
