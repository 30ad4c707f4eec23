"""One page for `ingest.scrape`, in a process of its own: a request as JSON on stdin, its answer as JSON on stdout."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ingest.crawl.run import fetch_pages
from ingest.errors import KhabarError, NothingFetched
from ingest.record import Article, Rejection
from ingest.settings import Settings


def answer(result: Article | Rejection | KhabarError) -> dict[str, object]:
    """The result as JSON types: `article`, `rejection` or `error` with its kind, message and remedy."""
    if isinstance(result, Article):
        return {"article": result.to_dict()}
    if isinstance(result, Rejection):
        return {"rejection": result.model_dump(mode="json")}
    return {
        "error": {"kind": type(result).__name__, "message": result.message, "remedy": result.remedy}
    }


def main() -> None:
    """Fetch what standard input asks for."""
    request = json.load(sys.stdin)
    try:
        settings = Settings.load(**request["settings"])
        results = list(
            fetch_pages(
                [request["url"]], settings, replay=[Path(path) for path in request["replay"]]
            )
        )
        result = results[0] if results else NothingFetched(f"no answer for {request['url']}")
    except KhabarError as error:
        result = error
    json.dump(answer(result), sys.stdout)


if __name__ == "__main__":
    main()
