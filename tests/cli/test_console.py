"""What strangers wrote, on a terminal: one line of printable characters, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.cli import console
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
    console.error(EVIL)
    console.complain(KhabarError(EVIL, EVIL))
    console.complain(Rejection(url=EVIL, requested_url=EVIL, reason=Reason.BROKEN, detail=EVIL))
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
    console.records([unchecked])
    out, _ = capsys.readouterr()
    check(out)
    assert out.count("[red]") == 2


@pytest.mark.threat("O5")
def test_a_report_shows_its_reasons_printable(capsys: pytest.CaptureFixture[str]) -> None:
    newest = datetime(2026, 11, 20, tzinfo=UTC)
    report = summary(site=EVIL, failed=1, failures={EVIL: 1}, errors=[EVIL], newest=newest)
    console.table([report])
    _, err = capsys.readouterr()
    assert all(char.isprintable() for char in err.replace("\n", ""))


def test_a_crawl_that_wrote_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    console.table([summary(site="courier", found=3, unchanged=3)])
    assert "nothing new: no record was written" in capsys.readouterr().err
    console.table([summary(site="courier", found=3, failed=3)])
    assert capsys.readouterr().err.endswith("\nno record was written\n")


@pytest.mark.parametrize(
    "counts", [(1, 0, 0), (0, 1, 0), (0, 0, 2)], ids=["new", "changed", "gone"]
)
def test_a_crawl_that_wrote_something_does_not(
    counts: tuple[int, int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    new, changed, gone = counts
    console.table(
        [summary(site="courier", found=3, new=new, changed=changed, unchanged=1, gone=gone)]
    )
    err = capsys.readouterr().err
    assert "no record was written" not in err
    assert ("courier: 2 gone" in err) == bool(gone)
