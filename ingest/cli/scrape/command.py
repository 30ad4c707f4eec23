"""`khabar scrape`: the records of URLs, lists of URLs, feeds, sitemaps and saved pages."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.console import Terminal
from ingest.cli.options import FetchOptions, Fields, Record, UrlFrom
from ingest.cli.scrape.call import ScrapeCall
from ingest.cli.scrape.input import read_input
from ingest.cli.scrape.run import run
from ingest.errors import UsageError
from ingest.formats import Format


def scrape(
    context: typer.Context,
    urls: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL|FILE|FOLDER]...",
            help="Articles to fetch, saved pages, or folders of saved pages.",
            show_default=False,
        ),
    ] = None,
    *,
    input_files: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="FILE",
            help="Fetch the URLs in this file, one a line; - is stdin.",
        ),
    ] = None,
    feeds: Annotated[
        list[str] | None,
        typer.Option("--feed", metavar="URL", help="Fetch the articles of this RSS or Atom feed."),
    ] = None,
    sitemaps: Annotated[
        list[str] | None,
        typer.Option("--sitemap", metavar="URL", help="Fetch the pages of this sitemap or index."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="At most N pages of feeds and sitemaps."),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="FILE", help="Read this saved page, with --url; - is stdin."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="The URL of the one saved page.")
    ] = None,
    url_from: UrlFrom = "meta",
    site: Annotated[
        str | None,
        typer.Option(
            "--site", metavar="NAME", help="Use this site's definition; 'none' uses none."
        ),
    ] = None,
    accept_any: Annotated[
        bool,
        typer.Option("--any", help="Print the record of a page that looks like no article, too."),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="In place of standard output. A folder (DIR/) gets a file for each page.",
        ),
    ] = None,
    kind: Annotated[Format, typer.Option("--format", help="Form of the results.")] = Format.JSONL,
    fields: Fields = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Indent the JSON.")] = False,
    keep_order: Annotated[
        bool,
        typer.Option("--keep-order", help="Write in the order of the input, not of completion."),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Add to the file of --output, without the URLs in it."),
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option(
            "--rejected",
            metavar="FILE",
            help="Write URLs without a record, with the reason, as JSON Lines.",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print how each record comes about, in its place."),
    ] = False,
    headers: Annotated[
        list[str] | None,
        typer.Option("--header", metavar="'NAME: VALUE'", help="Send this header."),
    ] = None,
    cookies: Annotated[
        list[str] | None,
        typer.Option("--cookie", metavar="NAME=VALUE", help="Send this cookie (one host only)."),
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option("--proxy", metavar="URL", help="Send all requests through this HTTP proxy."),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency",
            metavar="N",
            min=1,
            help="At most N requests at a time [default: 8; for many hosts, up to 32].",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", help="Give a request up after this time."),
    ] = None,
    no_robots: Annotated[
        bool,
        typer.Option(
            "--no-robots", help="Do not ask robots.txt for one single URL; its record says so."
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress bar and no closing line.")
    ] = False,
    record: Record = None,
    fetch: FetchOptions,
) -> None:
    """Print the records of URLs, feeds, sitemaps or saved pages.

    Example: khabar scrape https://dailytimes.com.pk/1158965/

    \b
    khabar scrape -i urls.txt -o out.jsonl --resume --rejected rejected.jsonl
    khabar scrape --feed https://site.example/feed/ --format csv -o news.csv
    khabar scrape pages/ --url-from meta --format markdown -o texts/
    khabar scrape --explain https://dailytimes.com.pk/1158965/
    """  # noqa: D301 - \b keeps the lines in the help
    from ingest.urls import check_url

    terminal = context.ensure_object(Terminal)
    # Each URL has a result, so that the log adds nothing.
    load = partial(
        fetch.start, terminal, "error", proxy=proxy, concurrency=concurrency, timeout=timeout
    )
    if record is not None and (headers or cookies):
        raise UsageError("--record would write --header and --cookie", "leave one of them out")
    call = ScrapeCall(
        terminal=terminal,
        load=load,
        input=read_input(urls or (), input_files or ()),
        feeds=[check_url(address) for address in feeds or ()],
        sitemaps=[check_url(address) for address in sitemaps or ()],
        limit=limit,
        html=html,
        url=url,
        url_from=url_from,
        site=site,
        accept_any=accept_any,
        headers=headers or [],
        cookies=cookies or [],
        no_robots=no_robots,
        replay=fetch.cassettes,
        record=record,
        output=output,
        format=kind,
        fields=[name.strip() for name in fields.split(",")] if fields else [],
        pretty=pretty,
        rejected=rejected,
        keep_order=keep_order,
        resume=resume,
        explain=explain,
        quiet=quiet,
    )
    code = run(call)
    if code:
        raise typer.Exit(code)
