"""The validators that a request repeats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.crawl.http.headers import conditions
from ingest.processing.recrawl import State, Visit

READ = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = READ + timedelta(hours=2)


def sent(last_modified: str, etag: str | None = None) -> dict[str, str]:
    visit = Visit(State.ARTICLE, READ, etag=etag, last_modified=last_modified, last_full=READ)
    return conditions(visit, LATER, believe_hours=24)


@pytest.mark.parametrize(
    "stated",
    [
        "Fri, 20 Nov 2026 08:59:00 GMT",
        "Fri, 20 Nov 2026 09:01:00 GMT",  # a clock that is ahead a little
        "Fri, 20 Nov 2026 11:59:00 +0300",
        "yesterday",
    ],
)
def test_a_time_of_the_past_is_sent_as_it_came(stated: str) -> None:
    assert sent(stated) == {"If-Modified-Since": stated}


@pytest.mark.parametrize(
    "stated",
    [
        "Thu, 01 Jan 2099 00:00:00 GMT",
        "Fri, 20 Nov 2026 10:30:00 GMT",  # past by now, but not when it was received
        "Sat, 21 Nov 2026 09:00:00",
    ],
)
def test_a_time_of_the_future_is_not_sent_but_the_tag_beside_it_is(stated: str) -> None:
    assert sent(stated) == {}
    assert sent(stated, '"7"') == {"If-None-Match": '"7"'}
