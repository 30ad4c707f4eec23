"""Lines that sign a comment."""

import pytest

from ingest.extraction.comments.signatures import Byline, read_line, split_signature


@pytest.mark.parametrize(
    ("line", "name", "date"),
    [
        ("Posted By: ann | May 05 2026 at 03:16 PM", "ann", "May 05 2026 at 03:16 PM"),
        ("Posted by Ann Lee on May 5, 2026 2:09 PM", "Ann Lee", "May 5, 2026 2:09 PM"),
        (
            "Posted May 5, 2026 10:12 UTC (Tue) by ann (guest, #12) [Link]",
            "ann",
            "May 5, 2026 10:12",
        ),
        ("Ann L. am 8.6.2026", "Ann L.", "8.6.2026"),
        ("#3 von Ann 29.12.2026 - 22:40", "Ann", "29.12.2026 - 22:40"),
        ("Tuesday, May 5, 2026", None, "May 5, 2026"),
        ("12 points · 6 years ago", None, "6 years ago"),
        ("14. 01. 2026, 13:47", None, "14. 01. 2026, 13:47"),
        ("Ann dice:", "Ann", None),
        ("نادیہ اقبال لکھتی ہیں:", "نادیہ اقبال", None),
        ("٥ مايو ٢٠٢٦", None, "٥ مايو ٢٠٢٦"),
        ("山田 2026年5月5日", "山田", "2026年5月5日"),
    ],
)
def test_bylines(line: str, name: str | None, date: str | None) -> None:
    assert read_line(line) == Byline(name, date)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "I crossed it on 5 May 2026 and it was fine!",
        "It was opened in 2026",
        "Von Herzen alles Gute",
        "The toll of the bridge in our town was raised on 5 May 2026",
        "x" * 200,
    ],
)
def test_no_bylines(line: str) -> None:
    assert read_line(line) is None


def test_the_name_may_be_the_line_beside_the_date() -> None:
    assert split_signature("Ann\n5 May 2026\nToo dear.", None) == (
        "Too dear.",
        Byline("Ann", "5 May 2026"),
    )
    assert split_signature("Ann says:\n5 May 2026\nToo dear.", None) == (
        "Too dear.",
        Byline("Ann", "5 May 2026"),
    )


def test_a_line_with_another_name_than_the_author_s_is_text() -> None:
    text = "News of 31.10.2026\nIt is open."
    assert split_signature(text, "Ann") == (text, Byline())
