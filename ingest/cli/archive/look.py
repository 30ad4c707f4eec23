"""`khabar archive`: what is in WARC files, one page of them, and whether they are whole."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.console import Terminal
from ingest.errors import ArticleNotFound, KhabarError, UsageError

if TYPE_CHECKING:
    from ingest.archive.record import Record, Skipped
    from ingest.archive.sources import Found
    from ingest.settings import Limits

EXIT_CODES = "Exit codes: 0 done; 2 an argument or a file is wrong."
_DAMAGED = f"{EXIT_CODES[:-1]}; 4 a record is damaged."
EXIT_DAMAGED = 4

Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE...", help="WARC files, folders or patterns, or - for stdin."),
]


def archive_app() -> typer.Typer:
    """Return the commands below `khabar archive`."""
    app = typer.Typer(
        name="archive", no_args_is_help=True, rich_markup_mode=None, epilog=EXIT_CODES
    )
    app.callback()(archive)
    app.command("list", epilog=_DAMAGED)(list_records)
    app.command(epilog=EXIT_CODES)(show)
    app.command(epilog=_DAMAGED)(verify)
    return app


def archive() -> None:
    """List, show or verify the records of WARC archives.

    Example: khabar archive list data/
    """


def list_records(sources: Sources) -> None:
    """Print a line for each record.

    Fields are separated by tabs: file, offset, time, type, bytes of the block, URL. What could not
    be read has the reason in place of the type.

    Example: khabar archive list data/dailytimes | grep 1402210
    """
    from ingest.archive.record import Skipped
    from ingest.text import one_line, printable

    damaged = False
    for name, item in _records(sources, _limits()):
        if isinstance(item, Skipped):
            damaged = damaged or item.is_damage
            cells = [name, str(item.offset), "-", item.reason.value, "-", item.url or item.detail]
        else:
            head = item.head
            moment = head.date.isoformat(timespec="seconds")
            cells = [name, str(head.offset), moment, head.kind, str(head.length), head.url or "-"]
        typer.echo("\t".join(printable(one_line(cell)) for cell in cells))
    if damaged:
        raise typer.Exit(EXIT_DAMAGED)


def show(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the page.")],
    sources: Sources,
    *,
    time: Annotated[
        str | None,
        typer.Option(
            "--time", metavar="WHEN", help="The last one before then [default: the last one]."
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the bytes of the page, decompressed.")
    ] = False,
) -> None:
    """Print a page of an archive, as the text of its record.

    Example: khabar archive show https://dailytimes.com.pk/1158965/ data/ --raw > page.html
    """
    from ingest.formats import Format, record_writer
    from ingest.record import Article

    found = _last(url, sources, time)
    page = found.page()
    if raw:
        sys.stdout.buffer.write(page.body)
        return
    from ingest.processing.build import article_of
    from ingest.settings import Settings
    from ingest.sites import SiteCatalog

    settings = Settings.load()
    result = article_of(page, SiteCatalog.load(settings.sites), settings.limits)
    if not isinstance(result, Article):
        reason = f"{result.reason}{f' ({result.detail})' if result.detail else ''}"
        raise UsageError(f"{url}: not an article: {reason}", "print the page with --raw")
    typer.echo(record_writer(Format.TEXT).document(result.to_dict()), nl=False)


def verify(context: typer.Context, sources: Sources) -> None:
    """Check every record: its frame, its checksums and its digests.

    Example: khabar archive verify data/
    """
    from ingest.archive.record import Skipped
    from ingest.archive.verify import problems_of

    terminal, counts = context.ensure_object(Terminal), Counter[str]()
    for name, item in _records(sources, _limits()):
        counts["records"] += 1
        if isinstance(item, Skipped):
            place, texts = item.offset, [f"{item.reason}: {item.detail}"]
        else:
            place, texts = item.head.offset, list(problems_of(item))
        counts["problems"] += len(texts)
        for text in texts:
            terminal.error(f"{name} at byte {place}: {text}")
    terminal.note(f"{counts['records']} records; {counts['problems']} problems")
    if counts["problems"]:
        raise typer.Exit(EXIT_DAMAGED)


def _limits() -> Limits:
    from ingest.settings import Settings

    return Settings.load().limits


def _records(names: list[str], limits: Limits) -> Iterator[tuple[str, Record | Skipped]]:
    """Yield all records of archives, with the names of their files."""
    from ingest.archive.reader import ArchiveReader
    from ingest.archive.sources import STDIN, find_sources

    for name in find_sources(names).archives:
        if name == STDIN:
            for item in ArchiveReader(sys.stdin.buffer, limits.page_bytes):
                yield name, item
            continue
        try:
            with Path(name).open("rb") as file:
                for item in ArchiveReader(file, limits.page_bytes):
                    yield name, item
        except OSError as error:
            raise UsageError(
                f"cannot read {name}: {error.strerror}", "name a WARC file that can be read"
            ) from error


def _last(url: str, names: list[str], time: str | None) -> Found:
    """Return the last page with this URL; raises `ArticleNotFound`."""
    from ingest.archive.pages import PageFilter
    from ingest.archive.sources import find_sources
    from ingest.schedule import parse_since

    until = parse_since(time, option="--time") if time else None
    chosen = PageFilter(is_wanted=lambda other: other == url, until=until)
    last: Found | None = None
    for found in find_sources(names).read(chosen, _limits()):
        if isinstance(found.content, KhabarError):
            continue
        if last is None or found.content.retrieved_at >= last.page().retrieved_at:
            last = found
    if last is None:
        raise ArticleNotFound(f"no page {url} in the archives", "see `khabar archive list`")
    return last
