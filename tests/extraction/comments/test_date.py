"""The date of a comment, as on the page and parsed."""

import pytest

from tests.extraction.comments.items import only


@pytest.mark.parametrize(
    ("markup", "raw", "value"),
    [
        (
            "<time datetime='2024-01-08T06:03:00Z'>then</time>",
            "2024-01-08T06:03:00Z",
            "2024-01-08T06:03:00+00:00",
        ),
        ("<span class='comment-date'>January 8, 2024</span>", "January 8, 2024", "2024-01-08"),
        ("<div class='comment-meta'>Ali · April 19, 2019</div>", "April 19, 2019", "2019-04-19"),
        ("<span class='date'>3 hours ago</span>", "3 hours ago", "2026-11-20T09:00:00+00:00"),
        ("<span class='date'>11 weeks ago</span>", "11 weeks ago", None),
        (
            "<abbr class='date' title='2018-09-11T10:57Z'>then</abbr>",
            "2018-09-11T10:57Z",
            "2018-09-11T10:57:00+00:00",
        ),
        ("<i class='when' data-time='1587481447'>May 1</i>", "May 1", "2020-04-21T15:04:07+00:00"),
        ("<span class='likes'>17</span>", None, None),
    ],
)
def test_dates(markup: str, raw: str | None, value: str | None) -> None:
    found = only(f"<b class='fn'>Ali</b>{markup}<div class='comment-content'>Yes.</div>")
    assert (found.date_created_raw, found.date_created) == (raw, value)
