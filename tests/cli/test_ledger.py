"""`khabar recheck`, `forget` and `diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ingest.cli.app import main
from ingest.cli.diff import print_diff
from ingest.record import Article, Comment, CommentAuthor, Metadata, Publisher

CASSETTES = str(Path(__file__).parents[2] / "fixtures" / "cassettes")


def khabar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["khabar", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return int(str(ended.value.code)), captured.out + captured.err


def records(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.rglob("*.jsonl"))
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda *arguments: khabar(capsys, monkeypatch, *map(str, arguments))


def test_forget_recheck_and_diff(run: Any, tmp_path: Path) -> None:
    crawl = ("crawl", "dailytimes", "--limit", 2, "--replay", CASSETTES, "--output", tmp_path)
    assert run(*crawl)[0] == 0
    first, second = records(tmp_path)
    assert (
        run("recheck", first["url"], second["url"], "--replay", CASSETTES, "--output", tmp_path)[0]
        == 0
    )
    assert len(records(tmp_path)) == 2
    assert run("forget", first["url"], "--output", tmp_path) == (
        0,
        "the next crawl writes it again\n",
    )
    assert (
        run("crawl", "dailytimes", "--limit", 1, "--replay", CASSETTES, "--output", tmp_path)[0]
        == 0
    )
    again = records(tmp_path)[2]
    assert (again["id"], again["version"], again["changed"]) == (first["id"], 2, [])
    code, text = run("diff", first["id"][:12], "--output", tmp_path)
    assert code == 0
    assert "no field differs" in text
    code, text = run("diff", second["url"], "--output", tmp_path)
    assert code == 2
    assert "has no version before 1" in text


def test_recheck_takes_all_of_a_site(run: Any, tmp_path: Path) -> None:
    run("crawl", "dailytimes", "--limit", 3, "--replay", CASSETTES, "--output", tmp_path)
    code, text = run("recheck", "dailytimes", "--replay", CASSETTES, "--output", tmp_path)
    assert code == 0
    assert " 43 " in text  # what a source had announced and the limit left out is known, too
    assert len(records(tmp_path)) == 43


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("recheck", "dailytimes"), "no ledger in"),
        (("forget", "https://dailytimes.com.pk/1/x/"), "no ledger in"),
        (("recheck", "https://news.example/1"), "of no site with a definition"),
        (("recheck", "dailytime"), "did you mean 'dailytimes'?"),
        (("diff", "0123456789"), "no article '0123456789'"),
        (("diff", "a"), "no article 'a'"),
    ],
)
def test_what_is_not_known_is_one_line(
    run: Any, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, text = run(*arguments, "--output", tmp_path)
    assert code == 2
    assert said in text
    assert text.count("\n") == 1


def test_a_known_site_has_unknown_addresses(run: Any, tmp_path: Path) -> None:
    run("crawl", "dailytimes", "--limit", 1, "--replay", CASSETTES, "--output", tmp_path)
    for command in ("recheck", "forget"):
        code, text = run(command, "https://dailytimes.com.pk/1/never/", "--output", tmp_path)
        assert code == 2
        assert "has met https://dailytimes.com.pk/1/never/" in text
    code, text = run("forget", "dailytimes", "--output", tmp_path)
    assert code == 2
    assert "is a site" in text


def article(version: int, **fields: Any) -> Article:
    meta = Metadata(
        date_downloaded=f"2026-11-2{version}T09:00:00+00:00",
        khabar_version="1",
        trafilatura_version="2",
    )
    return Article(
        id="a" * 32,
        version=version,
        content_hash="x",
        url="https://news.example/ferry",
        requested_url="https://news.example/ferry",
        publisher=Publisher(domain="news.example"),
        metadata=meta,
        **fields,
    )


def test_a_diff_shows_what_differs_side_by_side() -> None:
    before = article(
        1,
        headline="Ferry \x1b[31msails",
        article_body="The ferry sailed at nine.\n\nAll were well.",
    )
    comment = Comment(id="1", author=CommentAuthor(name="Reader"), text="I was there.")
    after = article(
        2,
        headline="Ferry sails late",
        article_body="The ferry sailed at ten.\n\nAll were well.\n\nIt rained.",
        comments=[comment],
    )
    console = Console(
        width=100,
        record=True,
        color_system="truecolor",
        force_terminal=True,
        quiet=False,
        file=None,
    )
    with console.capture() as captured:
        print_diff(before, after, console)
    text = captured.get()
    plain = Console(width=100)
    with plain.capture() as bare:
        print_diff(before, after, plain)
    lines = bare.get().splitlines()
    assert any(
        "The ferry sailed at nine." in line and "The ferry sailed at ten." in line for line in lines
    )
    assert any("It rained." in line for line in lines)
    assert any("Reader: I was there." in line for line in lines)
    assert "All were well." not in bare.get()
    assert "\x1b[31msails" not in bare.get()
    assert "\x1b[" in text
