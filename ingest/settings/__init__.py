"""The operator's settings, as one frozen object: see `Settings.load` for where values come from.

The `description` of each field is its documentation: what it sets, its unit, and the reason for the
default. `Settings.GROUPS` and `Limits.GROUPS` give the order and the headings of a reference.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, IPvAnyNetwork, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ingest.logs import LogLevel
from ingest.settings.limits import Groups, Limits, Scheduling
from ingest.settings.problems import (
    DELIMITER,
    FILE,
    PREFIX,
    check_environment,
    invalid_toml,
    usage_error,
)
from ingest.urls import is_http_url

__all__ = ["Groups", "Limits", "Scheduling", "Settings"]


class Settings(BaseSettings):
    """The operator's settings. Create them with `Settings.load`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        toml_file=FILE,
    )

    output: Path = Field(default=Path("data"), description="Folder of the records and the ledger.")
    ledger: str = Field(
        default="",
        description="SQLAlchemy URL of the ledger's database, such as "
        "postgresql+psycopg://khabar@db/khabar. Empty: an SQLite file in the output folder.",
    )
    compress: Literal["none", "gzip", "zstd"] = Field(
        default="none",
        description="Format in which `khabar compact` compresses segments: `none`, `gzip` or `zstd`, "
        "which is smaller and faster, and needs the extra `zstd`.",
    )
    user_agent: str = Field(
        default="",
        description="User-Agent header of every request. Empty: Khabar's own, with `contact`.",
    )
    contact: str = Field(
        default="",
        description="URL or e-mail address of the operator, added to Khabar's own user agent, so "
        "that a site can complain.",
    )
    delay: float = Field(
        default=1.0,
        ge=0,
        description="Minimum seconds between two requests to one host. A definition or a "
        "robots.txt can ask for more.",
    )
    max_delay: float = Field(
        default=60.0,
        gt=0,
        description="Maximum seconds between two requests to one host, to which a slow host or "
        "one that refuses requests can raise the delay.",
    )
    concurrency: int = Field(
        default=8,
        ge=1,
        description="Maximum number of requests at the same time, to all hosts together.",
    )
    timeout: float = Field(default=30.0, gt=0, description="Timeout in seconds of one request.")
    retries: int = Field(
        default=2,
        ge=0,
        description="Number of times that a failed request is repeated.",
    )
    workers: int = Field(
        default=0,
        ge=0,
        description="Number of extraction processes. 0: one for each CPU core, at most 4; beyond "
        "that the delays between requests limit the speed.",
    )
    allow_loopback: bool = Field(
        default=False,
        description="Allow requests to this machine (127.0.0.1, ::1), for tests and the demo. "
        "Refused by default, so that a page cannot make Khabar read local services.",
    )
    allow_networks: list[IPvAnyNetwork] = Field(
        default=[],
        description="Private networks that requests may go to, in CIDR notation, for news sites "
        "of an intranet.",
    )
    proxy: str = Field(
        default="",
        repr=False,
        description="URL of an HTTP proxy for every request, such as http://127.0.0.1:3128, also "
        "with user name and password. Empty: the proxies of the environment (HTTPS_PROXY).",
    )
    verify_certificates: bool = Field(
        default=True,
        description="Refuse sites whose TLS certificate is not valid.",
    )
    connect_to: dict[str, str] = Field(
        default={},
        description="Base URLs to connect to in place of hosts, by host name, for example a local "
        "copy of a site.",
    )
    render: bool | Literal["if-empty"] | None = Field(
        default=None,
        description="Render article pages in a browser: true, false, or `if-empty` for those whose "
        "text only scripts bring. Without it, as each site definition says.",
    )
    archive: bool = Field(
        default=False,
        description="Keep the answers of article pages in WARC files beside the records: see "
        "docs/archives.md. A site definition can ask for it as well.",
    )
    browser: str = Field(
        default="",
        description="Chromium to render pages with, by name or path. Empty: the one of the PATH, or "
        "that of `playwright install chromium`.",
    )
    stale_after_hours: float = Field(
        default=72.0,
        gt=0,
        description="Hours without a newer article after which a site is unhealthy, if too few of "
        "its articles are known to derive its rhythm. The default spans a long weekend.",
    )
    on_unhealthy: str = Field(
        default="",
        description="Command to run after an unhealthy crawl, without a shell. It gets the "
        "findings as JSON on standard input.",
    )
    webhook: str = Field(
        default="",
        description="URL to which the findings of an unhealthy crawl are posted as JSON.",
    )
    sinks: list[str] = Field(
        default=[],
        description="Plug-ins that get each record once it is written, such as `stdout`.",
    )
    sites: list[Path] = Field(
        default=[],
        description="Folders of additional site definitions. They take precedence over the ones "
        "included in Khabar.",
    )
    log_level: LogLevel | None = Field(
        default=None,
        description="Minimum level of log records. Without it, the default of the command: error "
        "for scrape and sites, warning for crawl and recheck, info for schedule.",
    )
    log_json: bool = Field(
        default=False,
        description="Write log records as JSON Lines, and the results of a crawl as log records.",
    )
    schedule: Scheduling = Field(
        default=Scheduling(), description="How `khabar schedule` runs crawls."
    )
    limits: Limits = Field(
        default=Limits(), description="Bounds on what one page, host or run may cost."
    )

    GROUPS: ClassVar[Groups] = {
        "Files": ("output", "ledger", "compress", "archive", "sites", "sinks"),
        "Identity": ("contact", "user_agent"),
        "Requests": (
            "delay",
            "max_delay",
            "concurrency",
            "timeout",
            "retries",
            "allow_loopback",
            "allow_networks",
            "proxy",
            "verify_certificates",
            "connect_to",
        ),
        "Extraction": ("workers", "render", "browser"),
        "Monitoring": ("stale_after_hours", "on_unhealthy", "webhook"),
        "Logging": ("log_level", "log_json"),
        "Tables": ("schedule", "limits"),
    }

    @field_validator("connect_to")
    @classmethod
    def _only_http(cls, targets: dict[str, str]) -> dict[str, str]:
        for base in targets.values():
            if not is_http_url(base):
                raise ValueError(f"{base!r} is not an http(s) URL")
        return targets

    @field_validator("proxy")
    @classmethod
    def _only_http_proxy(cls, url: str) -> str:
        # The value is not repeated: it may have a password.
        if url and not is_http_url(url):
            raise ValueError("not an http(s) URL of a proxy")
        return url

    @field_validator("webhook")
    @classmethod
    def _only_http_or_none(cls, url: str) -> str:
        if url and not is_http_url(url):
            raise ValueError("not an http(s) URL")
        return url

    @classmethod
    def load(cls, **flags: object) -> Self:
        """Return the settings, merged from four sources.

        Each source overrides the ones after it:

        1. `flags`, which are the options of the command line or the arguments of a program;
        2. environment variables: `KHABAR_DELAY=2`, `KHABAR_LIMITS__TAGS=1000` for a key of a table,
           and JSON for a list or a mapping: `KHABAR_SITES='["my-sites"]'`;
        3. `khabar.toml` in the working folder;
        4. the defaults of this class.

        A source that sets one key of a table (`limits`, `schedule`) leaves its other keys alone.

        Args:
            flags: values by field name. None means that the flag is not set.

        Raises:
            UsageError: a value is not valid, or a key of the file or a `KHABAR_*` variable is not a
                setting. The message names the source and the key, the remedy the nearest name.
        """
        check_environment(cls, os.environ)
        values = {key: value for key, value in flags.items() if value is not None}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise usage_error(cls, error, values) from error
        except tomllib.TOMLDecodeError as error:
            raise invalid_toml(error) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class passes it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class passes it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in order of precedence."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
