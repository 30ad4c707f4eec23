"""`khabar sites check`: definitions held to their own tests."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.cli.app import main
from ingest.errors import NotRecorded, Unreachable, UsageError
from ingest.onboarding.check import CheckResult, Problem, problems_of, same_time, saved_pages
from ingest.record import Article, Author, Metadata, Publisher, Reason, Rejection
from ingest.sites import SiteTest

CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"
URL = "https://courier.example/2026/11/20/mill-workers-vote/"
BODY = "The mill's workers voted on Friday for shifts of seven hours, after a night of talks in the town hall."
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Mill workers vote</title>{{head}}
<meta property="article:published_time" content="2026-11-20T09:30:00+05:00"></head><body><article>
<h1>Mill workers vote</h1><p class="byline">By <a rel="author" href="/author/hina-rauf/">Hina Rauf</a></p>
<div class="entry-content"><p>{BODY}</p>
<p>{"They will begin in the spring, says the foreman of the mill. " * 8}</p></div>
</article></body></html>"""
CANONICAL = f'<link rel="canonical" href="{URL}">'


def article(**values: object) -> Article:
    known: dict[str, object] = {
        "id": "1",
        "content_hash": "1",
        "url": URL,
        "requested_url": URL,
        "headline": "Mill workers vote",
        "article_body": f"{BODY}\n\nThey will begin\nin the spring.",
        "authors": [Author(name="Hina Rauf"), Author(name="Web Desk")],
        "date_published": "2026-11-20T09:30:00+05:00",
        "publisher": Publisher(domain="courier.example"),
        "metadata": Metadata(
            date_downloaded="2026-11-20T10:00:00+00:00", khabar_version="0", trafilatura_version="0"
        ),
    }
    return Article.model_validate(known | values)


def fields(test: SiteTest, result: Article) -> list[str]:
    return [problem.field for problem in problems_of(test, result)]


def test_what_is_not_stated_may_be_anything() -> None:
    assert fields(SiteTest(url=URL), article(headline=None, authors=[], date_published=None)) == []


def test_all_that_is_stated_holds() -> None:
    test = SiteTest(
        url=URL,
        headline="Mill workers vote",
        authors=["Web Desk", "Hina Rauf"],
        date_published="2026-11-20T04:30:00Z",
        contains=["shifts of seven hours", "begin in the spring"],
        excludes=["Read also"],
    )
    assert fields(test, article()) == []


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        (
            SiteTest(url=URL, headline="Mill Workers Vote"),
            ("headline", '"Mill workers vote"', '"Mill Workers Vote"'),
        ),
        (
            SiteTest(url=URL, authors=["Hina Rauf"]),
            ("authors", '"Hina Rauf", "Web Desk"', '"Hina Rauf"'),
        ),
        (SiteTest(url=URL, authors=[]), ("authors", '"Hina Rauf", "Web Desk"', "none")),
        (
            SiteTest(url=URL, date_published="2026-11-20T09:30:00Z"),
            ("datePublished", "2026-11-20T09:30:00+05:00", "2026-11-20T09:30:00Z"),
        ),
        (
            SiteTest(url=URL, contains=["eight hours"]),
            ("articleBody", "a text without it", '"eight hours"'),
        ),
        (
            SiteTest(url=URL, excludes=["town hall"]),
            ("articleBody", '"town hall"', "a text without it"),
        ),
    ],
)
def test_what_does_not_hold(test: SiteTest, problem: tuple[str, str, str]) -> None:
    assert list(problems_of(test, article())) == [Problem(*problem)]


def test_a_page_that_is_no_article() -> None:
    rejection = Rejection(url=URL, requested_url=URL, reason=Reason.LISTING, detail="12 teasers")
    (problem,) = problems_of(SiteTest(url=URL, contains=["a"], excludes=["b"]), rejection)
    assert problem == Problem("page", "no article: listing 12 teasers", "an article")


@pytest.mark.parametrize(
    ("got", "wanted", "same"),
    [
        ("2026-11-20T09:30:00+05:00", "2026-11-20T04:30:00+00:00", True),
        ("2026-11-20T09:30:00+05:00", "2026-11-20", True),
        ("2026-11-20T01:00:00+05:00", "2026-11-19", False),
        ("2026-11-20", "2026-11-20", True),
        ("2026-11-20", "2026-11-20T09:30:00+05:00", False),
        ("2026-11-20T09:30:00+05:00", "2026-11-20T09:30:00", False),
        ("2026-11-20T09:30:00+05:00", "2026-11-20T25", False),
        (None, "2026-11-20", False),
    ],
)
def test_times(got: str | None, wanted: str, *, same: bool) -> None:
    assert same_time(got, wanted) is same


def test_every_test_is_counted_once() -> None:
    result = CheckResult()
    test = SiteTest(url=URL, headline="Mill workers vote", authors=["Nobody"])
    result.add("courier", SiteTest(url=URL), article())
    result.add("courier", test, article(headline="x"))
    result.add("courier", test, Unreachable("the host's name is unknown"))
    result.add("courier", test, NotRecorded("not recorded"))
    result.add("courier", test, None)
    assert (result.passed, result.failed, result.unfetched, result.without_page) == (1, 1, 1, 2)
    assert [problem.field for _, _, problem in result.problems] == ["headline", "authors", "page"]


def save(folder: Path, name: str, head: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(PAGE.format(head=head), encoding="utf-8")
    return file


def test_saved_pages_are_known_by_what_they_call_themselves(tmp_path: Path) -> None:
    save(tmp_path, "a.html", f'<meta property="og:url" content="{URL}"><title>og</title>')
    save(
        tmp_path,
        "deep/er/b.HTM",
        f'<link rel="canonical" href="{URL}?utm_source=x"><title>canonical</title>',
    )
    other = "https://courier.example/other/"
    opengraph = save(tmp_path, "c.html", f'<meta property="og:url" content="{other}">')
    os.utime(opengraph, (0, 1_700_000_000))
    save(tmp_path, "d.txt", '<link rel="canonical" href="https://courier.example/third/">')
    pages = saved_pages(tmp_path, [URL, other, "https://courier.example/third/"])
    assert set(pages) == {URL, other}
    assert b"<title>canonical</title>" in pages[URL].body
    assert pages[other].retrieved_at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        saved_pages(tmp_path / "none", [URL])


@pytest.fixture
def definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "definitions"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KHABAR_SITES", f'["{folder}"]')
    return folder


def define(folder: Path, *tests: str) -> None:
    text = "\n".join(('domain = "courier.example"', *(f"[[tests]]\n{test}" for test in tests)))
    (folder / "courier.toml").write_text(text, encoding="utf-8")


def khabar(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["khabar", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_all_hold(
    tmp_path: Path,
    definitions: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    define(definitions, f'url = "{URL}"\nheadline = "Mill workers vote"\nauthors = ["Hina Rauf"]')
    save(tmp_path / "saved", "a.html", CANONICAL)
    assert khabar(monkeypatch, "sites", "check", "courier", "--saved", "saved") == 0
    assert capsys.readouterr().out == "tests: 1 passed, 0 failed\n"


def test_what_fails_is_a_line(
    tmp_path: Path,
    definitions: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    absent = "https://courier.example/2026/11/21/not-saved/"
    define(definitions, f'url = "{URL}"\nauthors = ["Someone [bold]Else"]', f'url = "{absent}"')
    save(tmp_path / "saved", "a.html", CANONICAL)
    assert khabar(monkeypatch, "sites", "check", "courier", "--saved", "saved") == 4
    line, count = capsys.readouterr().out.splitlines()
    assert line == f'courier: {URL}: authors: got "Hina Rauf", expected "Someone [bold]Else"'
    assert count == "tests: 0 passed, 1 failed, 1 without a page"


def test_no_page_at_hand(
    tmp_path: Path,
    definitions: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    define(definitions, f'url = "{URL}"')
    (tmp_path / "saved").mkdir()
    assert khabar(monkeypatch, "sites", "check", "courier", "--saved", "saved") == 3
    assert capsys.readouterr().out == "tests: 0 passed, 0 failed, 1 without a page\n"


def test_what_a_recording_does_not_hold_is_not_at_hand(
    definitions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    define(definitions, f'url = "{URL}"')
    assert khabar(monkeypatch, "sites", "check", "courier", "--replay", str(CASSETTES)) == 3
    assert capsys.readouterr().out == "tests: 0 passed, 0 failed, 1 without a page\n"


@pytest.mark.usefixtures("definitions")
def test_the_call_may_be_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert khabar(monkeypatch, "sites", "check", "dailytime") == 2
    assert "did you mean 'dailytimes'?" in capsys.readouterr().err
    assert khabar(monkeypatch, "sites", "check", "--saved", ".", "--replay", "x.yaml") == 2
    assert "--saved takes its pages from a folder" in capsys.readouterr().err


def test_the_list_of_sites_is_still_there(
    definitions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    define(definitions)
    assert khabar(monkeypatch, "sites") == 0
    listed = capsys.readouterr().out
    assert "courier.example" in listed
    assert "propakistani.pk" in listed
