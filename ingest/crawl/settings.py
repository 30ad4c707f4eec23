"""Scrapy's settings for Khabar: this module is the project's settings module (`scrapy.cfg`).

`scrapy_settings()` puts an operator's `ingest.settings.Settings` on top of what stands here.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ingest.crawl.http.cassette import Tape
from ingest.settings import Limits, Settings

_DEFAULTS = Settings.model_construct()
_LIMITS = Limits()


def default_user_agent(contact: str = "") -> str:
    """The honest name: Khabar's, and where its operator can be reached."""
    try:
        number = version("khabar")
    except PackageNotFoundError:  # a checkout that is not installed
        number = "0"
    return f"Khabar/{number} (+{contact})" if contact else f"Khabar/{number}"


BOT_NAME = "khabar"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"

USER_AGENT = default_user_agent()
ROBOTSTXT_OBEY = True
ROBOTSTXT_PARSER = "ingest.crawl.politeness.robots.OwnRulesParser"
DOWNLOAD_DELAY = _DEFAULTS.delay
DOWNLOAD_DELAY_JITTER = 0  # a delay that a site asks for is the least, not the mean
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = _DEFAULTS.delay
AUTOTHROTTLE_MAX_DELAY = _DEFAULTS.max_delay
CONCURRENT_REQUESTS = _DEFAULTS.concurrency
CONCURRENT_REQUESTS_PER_DOMAIN = 2
RETRY_TIMES = _DEFAULTS.retries
COOKIES_ENABLED = False

DOWNLOAD_VERIFY_CERTIFICATES = _DEFAULTS.verify_certificates
DOWNLOAD_TIMEOUT = _DEFAULTS.timeout
DOWNLOAD_MAXSIZE = (
    _LIMITS.page_bytes
)  # holds for the unpacked body too: 2.4 kB of brotli can become 1.1 GB
DOWNLOAD_WARNSIZE = _LIMITS.page_bytes
SCRAPER_SLOT_MAX_ACTIVE_SIZE = (
    5_000_000  # bytes of pages in extraction or before it; over it none is asked for
)
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # who asked for the page says what came of it
REDIRECT_MAX_TIMES = 10
METAREFRESH_MAXDELAY = (
    5  # seconds: a slower refresh is a page that reloads itself, not one that has moved
)

DOWNLOAD_HANDLERS = {
    "http": "ingest.crawl.http.handler.KhabarDownloadHandler",
    "https": "ingest.crawl.http.handler.KhabarDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # asks for each article once already; this one drops silently
TWISTED_DNS_RESOLVER = "ingest.crawl.http.netguard.GuardedResolver"
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = (
    False  # on by default since 2.19: it runs Python that is sent to a local port
)

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "ingest.crawl.politeness.robots.RobotsMiddleware": 100,
    "ingest.crawl.politeness.middleware.PolitenessMiddleware": 560,  # nearest to Scrapy's slots
}
EXTENSIONS = {"ingest.crawl.context.SiteClock": 100}
ITEM_PIPELINES = {"ingest.crawl.pipelines.RecordPipeline": 100}
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORTERS = {
    **dict.fromkeys(("jsonlines", "jsonl", "jl"), "ingest.crawl.addon.RecordLinesExporter"),
    "csv": "ingest.crawl.addon.TextCsvExporter",
}

LOG_LEVEL = "WARNING"
DEFAULT_DROPITEM_LOG_LEVEL = (
    "INFO"  # a rejected or unchanged page is no cause for alarm: the report counts it
)

KHABAR_SETTINGS: Settings | None = None
"""The operator's settings: those of `khabar.toml` and the environment."""
KHABAR_OUTPUT: str | None = None
"""Folder of records and ledger; None: no ledger and no segments, what comes out goes to `FEEDS`."""
KHABAR_ALLOW_LOOPBACK = False
KHABAR_ALLOW_NETWORKS: list[str] = []
KHABAR_CONNECT_TO: dict[str, str] = {}
KHABAR_REPLAY: list[str] = []
KHABAR_RECORD: str | None = None
KHABAR_WORKERS: Any = None
"""The `ingest.processing.workers.WorkerPools` that crawlers share; None: each crawler has processes of its own."""
KHABAR_CASSETTE: Any = None
"""What these mean: see `ingest.crawl.http.handler`."""


REPLAY_SETTINGS: dict[str, Any] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": _DEFAULTS.concurrency,
}
"""On top of the others in a replay: a recording needs no rest."""


def base_settings() -> dict[str, Any]:
    """What this module says, as a mapping: for crawlers that run outside of the Scrapy project."""
    return {
        name: value
        for name, value in globals().items()
        if name.isupper() and not name.startswith("_")
    }


def scrapy_settings(
    settings: Settings,
    *,
    output: Path | None = None,
    tape: Tape | None = None,
    reactor: bool = True,
) -> dict[str, Any]:
    """Scrapy's settings for a run.

    Args:
        settings: what the operator set.
        output: folder of records and ledger; None where the caller takes the records.
        tape: the recording to play or to record to.
        reactor: whether Twisted's reactor runs; only a replay can do without, and then may be repeated in a process.
    """
    values = base_settings() | _of(settings)
    values["LOG_INSTALL_ROOT_HANDLER"] = False  # logging is the program's business
    values["SPIDER_MODULES"] = []  # a run names its spider classes itself
    values["KHABAR_OUTPUT"] = None if output is None else str(output)
    values["KHABAR_CASSETTE"] = tape
    values["TWISTED_REACTOR_ENABLED"] = reactor
    if tape is not None and not tape.records:
        values |= REPLAY_SETTINGS
    return values


def _of(settings: Settings) -> dict[str, Any]:
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
        "KHABAR_ALLOW_LOOPBACK": settings.allow_loopback,
        "KHABAR_ALLOW_NETWORKS": [str(network) for network in settings.allow_networks],
        "KHABAR_CONNECT_TO": dict(settings.connect_to),
        "KHABAR_SETTINGS": settings,
    }


globals().update(_of(Settings.load()))  # `scrapy crawl` too heeds khabar.toml and the environment
