"""One frozen settings object: defaults < `khabar.toml` in the working folder < `KHABAR_*` environment < flags."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ingest.errors import UsageError
from ingest.schedule import Interval


class Limits(BaseModel):
    """Bounds on what a page may cost. Each has its unit in its name or text, and its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page_bytes: int = Field(
        default=16 * 2**20, description="body of one response; 2.4 kB of brotli can become 1.1 GB"
    )
    head_bytes: int = Field(
        default=100 * 2**10, description="status and headers of one response; browsers: 256 KiB"
    )
    content_codings: int = Field(
        default=3, description="compressions of one body; each is taken off, one is usual"
    )
    robots_bytes: int = Field(
        default=500 * 2**10, description="of robots.txt, as RFC 9309 section 2.5 allows"
    )
    tags: int = Field(
        default=60_000, description="tags of one page; extraction is quadratic in elements"
    )
    extraction_seconds: float = Field(default=30.0, description="of one page in a worker")
    worker_bytes: int = Field(
        default=2 * 2**30, description="address space of one worker beyond what it starts with"
    )
    worker_pages: int = Field(
        default=1_000, ge=1, description="of one worker; then a fresh one, without old leaks"
    )
    date_characters: int = Field(
        default=100, description="text handed to dateparser; 20 kB take it 5.6 s"
    )
    future_hours: float = Field(
        default=24.0, description="a date further ahead of the download is refused"
    )
    comments: int = Field(default=5_000, description="comments kept of one page")
    crawl_delay_seconds: float = Field(
        default=60.0,
        description="of a robots.txt's Crawl-delay or Request-rate that are obeyed; some ask for days",
    )
    robots_hours: float = Field(
        default=24.0,
        gt=0,
        description="that a robots.txt holds before it is read again, as RFC 9309 section 2.4 says",
    )
    retry_after_seconds: float = Field(
        default=120.0, description="of a Retry-After; who asks for more is left alone"
    )
    blocked_answers: int = Field(
        default=8,
        ge=1,
        description="refusals (403, 429, challenges) in a row; a host that gives so many is left alone",
    )
    hook_seconds: float = Field(
        default=30.0, description="for on_unhealthy, and for webhook: a crawl must end"
    )
    runs_kept: int = Field(
        default=1_000, description="of a site, rows and files of 5 kB: ten days of one each 15 min"
    )
    ledger_wait_seconds: float = Field(
        default=30.0, description="for another process that is writing to the ledger"
    )
    believe_304_hours: float = Field(
        default=72.0, description="after that a page is fetched whole: servers err, too"
    )
    stop_seconds: float = Field(
        default=5.0, description="for the pages under way, once a signal has ended the run"
    )
    listing_pages: int = Field(
        default=20, description="listing or sitemap pages followed in one run and source"
    )


class Scheduling(BaseModel):
    """How `khabar schedule` runs crawls; when, each site's definition says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Interval = Field(
        default="1h", description="between two crawls of a site whose definition states nothing"
    )
    crawls: int = Field(
        default=2, ge=1, description="under way at once; each is a process with workers of its own"
    )
    jitter_seconds: float = Field(
        default=30.0, ge=0, description="at most, added to each time: no rush at the hour"
    )
    crawl_seconds: float = Field(
        default=6 * 3600.0, gt=0, description="of one crawl, which is then stopped: it hangs"
    )
    stop_seconds: float = Field(
        default=20.0, ge=0, description="for a crawl to end in good order, before it is killed"
    )


LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseSettings):
    """What an operator may set. `Settings.load(flag=...)` reads all sources; flags that are None do not count."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="KHABAR_",
        env_nested_delimiter="__",
        toml_file="khabar.toml",
    )

    output: Path = Field(default=Path("data"), description="folder of the records and the ledger")
    ledger: str = Field(
        default="", description="the ledger's database as an SQLAlchemy URL; empty: in the output"
    )
    user_agent: str = Field(
        default="", description="sent with every request; empty: Khabar's own name"
    )
    contact: str = Field(
        default="", description="URL or e-mail of the operator, added to Khabar's own name"
    )
    delay: float = Field(default=1.0, ge=0, description="seconds between two requests to one host")
    max_delay: float = Field(
        default=60.0,
        gt=0,
        description="seconds; a slow host, or one that refuses us, is asked no less often than that",
    )
    concurrency: int = Field(default=8, ge=1, description="requests under way at once, all hosts")
    timeout: float = Field(default=30.0, gt=0, description="seconds for one response")
    retries: int = Field(default=2, ge=0, description="of a failed request")
    workers: int = Field(
        default=0, ge=0, description="extraction processes; 0: one for each core, at most 4"
    )
    allow_loopback: bool = Field(
        default=False, description="let requests go to this machine (tests and the demo)"
    )
    allow_networks: list[IPvAnyNetwork] = Field(
        default=[],
        description="networks beside the public ones that requests may go to (intranet news), as in CIDR",
    )
    verify_certificates: bool = Field(
        default=True, description="refuse sites whose TLS certificate does not hold"
    )
    connect_to: dict[str, str] = Field(
        default={}, description="host -> base URL that answers in its place"
    )
    stale_after_hours: float = Field(
        default=72.0,
        gt=0,
        description="without a newer item, where a site's rhythm is not known: a long weekend",
    )
    on_unhealthy: str = Field(
        default="", description="command that gets an unhealthy crawl's findings as JSON on stdin"
    )
    webhook: str = Field(
        default="", pattern="^(https?://.+)?$", description="URL that they are posted to"
    )
    sites: list[Path] = Field(default=[], description="folders of further site definitions")
    log_level: LogLevel | None = Field(
        default=None, description="least that is logged; None: as the command has it"
    )
    log_json: bool = Field(default=False, description="standard error as JSON Lines")
    schedule: Scheduling = Scheduling()
    limits: Limits = Limits()

    @field_validator("connect_to")
    @classmethod
    def _only_http(cls, targets: dict[str, str]) -> dict[str, str]:
        if wrong := [
            base for base in targets.values() if not base.startswith(("http://", "https://"))
        ]:
            raise ValueError(f"{wrong[0]!r} is not an http(s) URL")
        return targets

    @classmethod
    def load(cls, **flags: object) -> Self:
        """The settings with the given flags on top, where None means not given; raises `UsageError` naming the key."""
        try:
            return cls.model_validate(
                {key: value for key, value in flags.items() if value is not None}
            )
        except ValidationError as error:
            problem = error.errors()[0]
            cause = problem.get("ctx", {}).get("error")
            if isinstance(cause, tomllib.TOMLDecodeError):
                raise UsageError(f"khabar.toml: {cause}", "mend the file") from error
            said = problem["msg"].removeprefix("Value error, ")
            name = ".".join(str(part) for part in problem["loc"])
            raise UsageError(
                f"setting {name}: {said}", "see khabar.toml, KHABAR_* and the flags"
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"khabar.toml: {error}", "mend the file") from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic-settings'
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic-settings'
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags before environment before file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
