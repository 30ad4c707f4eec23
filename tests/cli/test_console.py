"""Terminal output: text of pages is one line of printable characters, and tables are never cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from ingest.cli.console import Terminal, print_table
from ingest.cli.crawl import print_reports
from ingest.cli.read import summary_line
from ingest.errors import KhabarError
from ingest.record import Article, Author, Metadata, Publisher, Reason, Rejection
from tests.monitoring.summaries import summary

EVIL = "a\x1b]0;title\x07b\x1b[2Jc\r\nd\x9b31me\u202ef\u2028g\x00h[red]i[/]\ud800"
URL = "https://news.example/ferry"
META = Metadata(
    date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2"
)


def check(text: str, *, lines: int = 1) -> None:
    assert len(text.split("\n")) == lines + 1
    assert all(char.isprintable() for char in text.replace("\n", ""))


@pytest.mark.threat("O5")
def test_an_error_is_one_printable_line(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.error(EVIL)
    terminal.complain(KhabarError(EVIL, EVIL))
    terminal.complain(Rejection(url=EVIL, requested_url=EVIL, reason=Reason.BROKEN, detail=EVIL))
    out, err = capsys.readouterr()
    assert out == ""
    check(err, lines=3)
    assert err.count("[red]") == 5


@pytest.mark.threat("O5")
def test_a_record_is_one_printable_line(capsys: pytest.CaptureFixture[str]) -> None:
    article = Article(
        id="a" * 32,
        content_hash="b",
        url=URL,
        requested_url=URL,
        headline="x",
        article_body="The ferry sailed.",
        authors=[Author(name="y")],
        publisher=Publisher(domain="news.example"),
        metadata=META,
    )
    unchecked = article.model_copy(
        update={"headline": EVIL, "authors": [Author.model_construct(name=EVIL)]}
    )
    Terminal().line(summary_line(unchecked))
    out, _ = capsys.readouterr()
    check(out)
    assert out.count("[red]") == 2


@pytest.mark.threat("O5")
def test_a_report_shows_its_reasons_printable(capsys: pytest.CaptureFixture[str]) -> None:
    newest = datetime(2026, 11, 20, tzinfo=UTC)
    report = summary(site=EVIL, failed=1, failures={EVIL: 1}, errors=[EVIL], newest=newest)
    print_reports(Terminal(), [report])
    _, err = capsys.readouterr()
    assert all(char.isprintable() for char in err.replace("\n", ""))


def test_a_crawl_that_wrote_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_reports(Terminal(), [summary(site="courier", found=3, unchanged=3)])
    assert "nothing new: no record was written" in capsys.readouterr().err
    print_reports(Terminal(), [summary(site="courier", found=3, failed=3)])
    assert capsys.readouterr().err.endswith("\nno record was written\n")


@pytest.mark.parametrize(
    "counts", [(1, 0, 0), (0, 1, 0), (0, 0, 2)], ids=["new", "changed", "gone"]
)
def test_a_crawl_that_wrote_something_does_not(
    counts: tuple[int, int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    new, changed, gone = counts
    print_reports(
        Terminal(),
        [summary(site="courier", found=3, new=new, changed=changed, unchanged=1, gone=gone)],
    )
    err = capsys.readouterr().err
    assert "no record was written" not in err
    assert ("courier: 2 gone" in err) == bool(gone)


ROWS = [("propakistani", "12345", "2026-11-20"), ("dailytimes", "7", "-")]


def shown(width: int) -> list[str]:
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        print_table(console, ("site", "found", "newest"), ROWS, numeric=["found"])
    return captured.get().splitlines()


def test_a_table_that_fits_has_a_line_for_each_row() -> None:
    head, _, *rows = shown(80)
    assert head.split() == ["site", "found", "newest"]
    assert [row.split() for row in rows] == [list(row) for row in ROWS]
    assert rows[0].index("12345") + 4 == rows[1].index("7")


@pytest.mark.parametrize("width", [20, 10, 1])
def test_a_table_that_does_not_fit_keeps_its_numbers_in_lines(width: int) -> None:
    assert shown(width) == [
        "propakistani",
        "  found: 12345",
        "  newest: 2026-11-20",
        "dailytimes",
        "  found: 7",
        "  newest: -",
    ]


@pytest.mark.parametrize("columns", ["80", "60", "40"])
def test_the_closing_table_keeps_its_numbers_in_a_narrow_terminal(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    report = summary(
        site="a-site-with-a-long-name",
        found=123456,
        new=234567,
        changed=345678,
        unchanged=456789,
        rejected={"listing": 567890},
    )
    print_reports(Terminal(), [report])
    err = capsys.readouterr().err
    assert "…" not in err
    for number in (123456, 234567, 345678, 456789, 567890):
        assert str(number) in err
