"""What a page says of its own use: robots directives, TDM reservation, and the wish not to train on it."""

from __future__ import annotations

import re

from ingest.html.page import Page
from ingest.record import Rights
from ingest.text import LINE_CHARACTERS, known, one_line

# Crawler names that carry robots directives of their own in a `<meta name=...>`.
_ROBOT = re.compile(
    r"^(?:robots|[\w-]*bot(?:-[\w-]+)?|slurp|teoma|duckduckbot|google-extended|ccbot)$"
)
_NO_AI = re.compile(r"\bno(?:ai|imageai)\b", re.IGNORECASE)


def find_rights(page: Page) -> Rights:
    """The directives as found, from `<meta>` and the response's headers.

    A directive for one crawler is prefixed with its name ("googlebot: noindex"), as in the X-Robots-Tag header
    (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag). TDMRep's values
    (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/) are read from the page first, then
    from the headers.
    """
    meta = _robots_meta(page)
    header = _header(page, "x-robots-tag")
    return Rights(
        robots_meta=meta,
        robots_header=[header] if header else [],
        tdm_reservation=_reservation(page),
        tdm_policy=known(page.meta("tdm-policy") or _header(page, "tdm-policy")),
        no_ai=any(_NO_AI.search(directive) for directive in (*meta, header or "")),
    )


def _robots_meta(page: Page) -> list[str]:
    directives = (
        value if name == "robots" else f"{name}: {value}"
        for name, values in page.metas.items()
        if _ROBOT.match(name)
        for value in values
        if len(value) <= LINE_CHARACTERS
    )
    return list(dict.fromkeys(directives))


def _header(page: Page, name: str) -> str | None:
    return one_line(page.headers.get(name)) or None


def _reservation(page: Page) -> int | None:
    for value in (*page.metas.get("tdm-reservation", []), _header(page, "tdm-reservation")):
        if value in {"0", "1"}:
            return int(value)
    return None
