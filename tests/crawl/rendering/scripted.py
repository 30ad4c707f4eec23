"""Pages that scripts fill, on the small newspaper, and whether there is a browser for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.crawl.rendering.chromium import find_chromium
from ingest.errors import UsageError
from ingest.settings import Settings
from tests.small_paper import Answer, article

FILL = "document.head.insertAdjacentHTML('beforeend', story.head); app.innerHTML = story.body;"
"""Shows the article in `story`."""
LOAD = f"fetch('/api/3.json').then(r => r.json()).then(story => {{ {FILL} }})"


def needs_chromium() -> pytest.MarkDecorator:
    """Skip a test without the browser, and name what is missing."""
    try:
        find_chromium(Settings.model_construct())
    except UsageError as error:
        return pytest.mark.skip(reason=str(error))
    return pytest.mark.skipif(condition=False, reason="")


def shell(script: str, *, more: str = "") -> str:
    """A page without text."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Tern</title>{more}</head><body>'
        f'<div id="app"></div><noscript>Please enable JavaScript.</noscript><script>{script}</script></body></html>'
    )


def parts(number: int) -> dict[str, str]:
    """Head and body of an article, as a script shows them."""
    head, body = article(number).split("</head><body>")
    return {"head": head.partition("<head>")[2], "body": body.removesuffix("</body></html>")}


def in_json(value: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value)


def in_script(text: str) -> Answer:
    return 200, {"Content-Type": "text/javascript"}, text
