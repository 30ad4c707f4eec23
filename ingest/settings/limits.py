"""The nested tables of the settings: `[limits]` and `[schedule]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ingest.schedule import Interval

Groups = Mapping[str, tuple[str, ...]]
"""Names of fields by heading."""


class Limits(BaseModel):
    """Bounds on what one page, host or run may cost. A page that exceeds one is rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page_bytes: int = Field(
        default=16 * 2**20,
        description="Maximum size in bytes of one response, before and after decompression. "
        "2.4 kB of brotli can expand to 1.1 GB.",
    )
    head_bytes: int = Field(
        default=100 * 2**10,
        description="Maximum size in bytes of the status line and headers of one response. "
        "Browsers allow 256 KiB.",
    )
    content_codings: int = Field(
        default=3,
        description="Maximum number of compressions of one response body, each of which has to be "
        "undone. One is usual.",
    )
    robots_bytes: int = Field(
        default=500 * 2**10,
        description="Maximum number of bytes of a robots.txt to parse. RFC 9309, section 2.5, "
        "requires at least this many.",
    )
    tags: int = Field(
        default=60_000,
        description="Maximum number of tags of one page. The time of an extraction grows with the "
        "number of elements: 40,000 take some 4 seconds.",
    )
    extraction_seconds: float = Field(
        default=30.0,
        description="Seconds after which the parsing of one page or source is cancelled. A usual one "
        "takes well below one second.",
    )
    worker_bytes: int = Field(
        default=2 * 2**30,
        description="Maximum address space in bytes that one extraction process may use for a page "
        "or source, beyond what it starts with (Linux only).",
    )
    worker_pages: int = Field(
        default=1_000,
        ge=1,
        description="Pages and sources after which an extraction process is replaced by a new one, "
        "to free memory that libraries leak.",
    )
    date_characters: int = Field(
        default=100,
        description="Maximum length in characters of a text to parse as a date. dateparser takes "
        "5.6 seconds for 20,000 characters.",
    )
    future_hours: float = Field(
        default=24.0,
        description="Hours by which a date may be later than the download. A later date is "
        "dropped; the tolerance covers wrong time zones.",
    )
    comments: int = Field(
        default=5_000,
        description="Maximum number of comments in one record; further ones are dropped.",
    )
    crawl_delay_seconds: float = Field(
        default=60.0,
        description="Longest Crawl-delay or Request-rate interval of a robots.txt to obey, in "
        "seconds. A longer one is cut to this value, because some sites ask for days.",
    )
    robots_hours: float = Field(
        default=24.0,
        gt=0,
        description="Hours to cache a robots.txt before it is fetched again. RFC 9309, section "
        "2.4, allows at most 24.",
    )
    retry_after_seconds: float = Field(
        default=120.0,
        description="Longest Retry-After to wait for, in seconds. A host that asks for more is "
        "not contacted again in this run.",
    )
    blocked_answers: int = Field(
        default=8,
        ge=1,
        description="Number of refusals in a row (status 403 or 429, challenge pages) after which "
        "a host is not contacted again in this run.",
    )
    hook_seconds: float = Field(
        default=30.0,
        description="Timeout in seconds of the command `on_unhealthy` and of the request to "
        "`webhook`, so that a crawl always ends.",
    )
    runs_kept: int = Field(
        default=1_000,
        description="Number of run summaries to keep for each site, in the ledger and as files of "
        "about 5 kB. The default covers ten days of one run every 15 minutes.",
    )
    ledger_wait_seconds: float = Field(
        default=30.0,
        description="Seconds to wait for another process that is writing to the ledger.",
    )
    believe_304_hours: float = Field(
        default=72.0,
        description="Hours after which a page is fetched without validators (ETag, "
        "Last-Modified), in case its server wrongly keeps answering 304.",
    )
    stop_seconds: float = Field(
        default=5.0,
        description="Seconds that requests in progress may take to finish after a signal has "
        "stopped the run.",
    )
    render_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Seconds after which a page that is rendered in a browser is taken as it is. The "
        "delays between its requests count.",
    )
    render_requests: int = Field(
        default=50,
        ge=1,
        description="Maximum number of requests of a rendered page for scripts and data; further "
        "ones are left out.",
    )
    listing_pages: int = Field(
        default=20,
        description="Maximum number of pages to follow from one listing, sitemap or API in one "
        "run.",
    )

    GROUPS: ClassVar[Groups] = {
        "Responses": ("page_bytes", "head_bytes", "content_codings", "listing_pages"),
        "Extraction": (
            "tags",
            "extraction_seconds",
            "worker_bytes",
            "worker_pages",
            "date_characters",
            "future_hours",
            "comments",
            "render_seconds",
            "render_requests",
        ),
        "Politeness": (
            "robots_bytes",
            "robots_hours",
            "crawl_delay_seconds",
            "retry_after_seconds",
            "blocked_answers",
            "believe_304_hours",
        ),
        "Runs": ("stop_seconds", "hook_seconds", "ledger_wait_seconds", "runs_kept"),
    }


class Scheduling(BaseModel):
    """How `khabar schedule` runs crawls. The times themselves are in the site definitions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Interval = Field(
        default="1h",
        description="Interval between two crawls of a site whose definition has no schedule, for "
        "example 90s, 15m, 6h or 1d.",
    )
    crawls: int = Field(
        default=2,
        ge=1,
        description="Maximum number of crawls at the same time. Each is a process with its own "
        "extraction processes.",
    )
    jitter_seconds: float = Field(
        default=30.0,
        ge=0,
        description="Maximum random delay in seconds that is added to each start, so that not all "
        "sites are crawled at the full hour.",
    )
    crawl_seconds: float = Field(
        default=6 * 3600.0,
        gt=0,
        description="Timeout in seconds of one crawl. It is far above any regular crawl: one that "
        "takes longer hangs.",
    )
    stop_seconds: float = Field(
        default=20.0,
        ge=0,
        description="Seconds that a crawl may take to stop in good order before it is killed.",
    )
