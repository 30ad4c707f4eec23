"""Khabar beside its peers on labelled pages: one process, page by page in turn, figures as measured.

    pip install -e '.[bench]'
    python tests/benchmarks/peers.py PAGES.jsonl.gz [--limit N] [--only NAME ...]

A line of PAGES is an object with `id`, `url`, `html` and `gold`; the measure is the `metrics.py` that stands beside
the file (`score_item`, `aggregate`). Khabar runs without site definitions. CPU is a ratio to trafilatura's.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

Found = dict[str, Any]
Extractor = Callable[[bytes, str], Found]


def khabar(html: bytes, url: str) -> Found:
    """The whole record, without a definition of the site."""
    from ingest import UNKNOWN_SITE, Article, extract

    record = extract(html, url, site=UNKNOWN_SITE)
    if not isinstance(record, Article):
        return {}
    return {
        "body": record.article_body,
        "title": record.headline,
        "authors": [author.name for author in record.authors],
        "date": record.date_published,
    }


def trafilatura(html: bytes, url: str) -> Found:
    """Its default mode with metadata."""
    from trafilatura import bare_extraction

    document = bare_extraction(html, url=url, with_metadata=True, include_comments=True)
    if document is None:
        return {}
    found = document if isinstance(document, dict) else document.as_dict()
    return {
        "body": found["text"],
        "title": found["title"],
        "authors": found["author"],
        "date": found["date"],
    }


def newspaper4k(html: bytes, url: str) -> Found:
    """An Article of the page's text."""
    import newspaper

    article = newspaper.Article(url, fetch_images=False)
    article.download(input_html=html.decode("utf-8", "replace"))
    article.parse()
    return {
        "body": article.text,
        "title": article.title,
        "authors": article.authors,
        "date": article.publish_date,
    }


def news_please(html: bytes, url: str) -> Found:
    """`NewsPlease.from_html`."""
    from newsplease import NewsPlease

    article = NewsPlease.from_html(html.decode("utf-8", "replace"), url=url)
    return {
        "body": article.maintext, "title": article.title, "authors": article.authors, "date": article.date_publish
    }  # fmt: skip


def readability(html: bytes, url: str) -> Found:
    """The summary of readability-lxml, which has no authors and no date."""
    from lxml.html import fromstring
    from readability import Document

    document = Document(html.decode("utf-8", "replace"), url=url)
    body = "\n".join(str(text) for text in fromstring(document.summary()).itertext())
    return {"body": body, "title": document.short_title()}


SYSTEMS: dict[str, Extractor] = {
    "khabar": khabar,
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "news-please": news_please,
    "readability-lxml": readability,
}


def pages(path: Path, limit: int | None) -> Iterator[dict[str, Any]]:
    """The pages of the pack."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if limit and number >= limit:
                return
            yield json.loads(line)


def metrics_beside(path: Path) -> ModuleType:
    """The measure that belongs to the pack."""
    spec = importlib.util.spec_from_file_location("metrics", path.with_name("metrics.py"))
    if spec is None or spec.loader is None:
        raise SystemExit(f"no metrics.py beside {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, html: bytes, url: str) -> tuple[Found, float, bool]:
    """What a system finds, the CPU seconds it takes, and whether it raised."""
    begin = time.process_time()
    try:
        found, raised = SYSTEMS[name](html, url), False
    except Exception as error:  # noqa: BLE001 - a peer's error is counted and shown, never skipped
        found, raised = {}, True
        print(f"{url}: {name}: {type(error).__name__}", file=sys.stderr)
    if (moment := found.get("date")) is not None:
        found["date"] = str(moment)
    return found, time.process_time() - begin, raised


def refuse(*_: object, **__: object) -> NoReturn:
    """In the place of a look-up of names: some systems ask for a page's images, and would wait for them."""
    raise socket.gaierror(socket.EAI_NONAME, "systems are measured on pages, without a network")


def main() -> None:
    """Print the table, as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    options = parser.parse_args()
    if not options.pages.is_file():
        parser.error(f"no pack of pages: {options.pages}")
    warnings.simplefilter("ignore")
    socket.getaddrinfo = refuse
    measure = metrics_beside(options.pages)
    rows: dict[str, list[Any]] = {name: [] for name in options.only}
    sets: list[str] = []
    spent, raised = dict.fromkeys(options.only, 0.0), dict.fromkeys(options.only, 0)
    for number, page in enumerate(pages(options.pages, options.limit)):
        html = page["html"].encode("utf-8")
        sets.append(page.get("ds") or options.pages.name)
        turn = (
            options.only if number % 2 else options.only[::-1]
        )  # whoever comes later finds warm caches
        for name in turn:
            if number == 0:
                run(name, html, page["url"])
            found, seconds, failed = run(name, html, page["url"])
            rows[name].append(measure.score_item(page["gold"], found))
            spent[name] += seconds
            raised[name] += failed
    print(
        "| | body F1 (P / R) | title | authors, exact set | date | raised | CPU |\n|---|---|---|---|---|---|---|"
    )
    for name in options.only:
        score = measure.aggregate(rows[name])
        body, base = score["body"], spent.get("trafilatura") or spent[name]
        print(
            f"| {name} | {body['f1']:.3f} ({body['p']:.3f} / {body['r']:.3f}) | {score['title']['ok']:.3f} "
            f"| {score['author']['exact']:.3f} | {score['date']['exact']:.3f} "
            f"| {raised[name]} | {spent[name] / base:.2f} |"
        )
    if len(set(sets)) > 1:
        print_sets(measure, rows, sets)


def print_sets(measure: ModuleType, rows: dict[str, list[Any]], sets: list[str]) -> None:
    """Print the body F1 of each system on each set of the pack, as Markdown."""
    print(f"\n| set | pages | {' | '.join(rows)} |\n|---|---|{'---|' * len(rows)}")
    for name in dict.fromkeys(sets):
        cells = []
        for scores in rows.values():
            part = [row for row, own in zip(scores, sets, strict=True) if own == name]
            body = measure.aggregate(part).get("body")
            cells.append(f"{body['f1']:.3f}" if body else "")
        print(f"| {name} | {sets.count(name)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
