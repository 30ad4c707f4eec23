"""One frozen settings object: defaults < `khabar.toml` in the working folder < `KHABAR_*` environment < flags."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ingest.errors import UsageError


class Limits(BaseModel):
    """Bounds on what a page may cost. Each has its unit in its name or text, and its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page_bytes: int = Field(default=16 * 2**20, description="body of one response; 2.4 kB of brotli can become 1.1 GB")
    robots_bytes: int = Field(default=500 * 2**10, description="of robots.txt, as RFC 9309 section 2.5 allows")
    tags: int = Field(default=60_000, description="tags of one page; extraction is quadratic in elements")
    extraction_seconds: float = Field(default=30.0, description="of one page in a worker")
    worker_bytes: int = Field(default=2 * 2**30, description="address space of one worker beyond what it starts with")
    date_characters: int = Field(default=100, description="text handed to dateparser; 20 kB take it 5.6 s")
    future_hours: float = Field(default=24.0, description="a date further ahead of the download is refused")
    comments: int = Field(default=5_000, description="comments kept of one page")
    crawl_delay_seconds: float = Field(default=60.0, description="of a robots.txt's Crawl-delay that are obeyed")
    retry_after_seconds: float = Field(default=120.0, description="of a Retry-After; who asks for more is left alone")
    ledger_wait_seconds: float = Field(default=30.0, description="for another process that is writing to the ledger")
    believe_304_hours: float = Field(default=72.0, description="after that a page is fetched whole: servers err, too")
    stop_seconds: float = Field(default=5.0, description="for the pages under way, once a signal has ended the run")
    listing_pages: int = Field(default=20, description="listing or sitemap pages followed in one run and source")


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
    ledger: str = Field(default="", description="the ledger's database as an SQLAlchemy URL; empty: in the output")
    user_agent: str = Field(default="", description="sent with every request; empty: Khabar's own name")
    contact: str = Field(default="", description="URL or e-mail of the operator, added to Khabar's own name")
    delay: float = Field(default=1.0, ge=0, description="seconds between two requests to one host")
    concurrency: int = Field(default=8, ge=1, description="requests under way at once, all hosts")
    timeout: float = Field(default=30.0, gt=0, description="seconds for one response")
    retries: int = Field(default=2, ge=0, description="of a failed request")
    workers: int = Field(default=0, ge=0, description="extraction processes; 0: one for each core, at most 4")
    allow_loopback: bool = Field(default=False, description="let requests go to this machine (tests and the demo)")
    verify_certificates: bool = Field(default=True, description="refuse sites whose TLS certificate does not hold")
    connect_to: dict[str, str] = Field(default={}, description="host -> base URL that answers in its place")
    sites: list[Path] = Field(default=[], description="folders of further site definitions")
    limits: Limits = Limits()

    @classmethod
    def load(cls, **flags: object) -> Self:
        """The settings with the given flags on top, where None means not given; raises `UsageError` naming the key."""
        try:
            return cls.model_validate({key: value for key, value in flags.items() if value is not None})
        except ValidationError as error:
            problem = error.errors()[0]
            name = ".".join(str(part) for part in problem["loc"])
            raise UsageError(f"setting {name}: {problem['msg']}", "see khabar.toml, KHABAR_* and the flags") from error
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
