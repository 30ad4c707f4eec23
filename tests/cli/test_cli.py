from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ingest.cli.app import main
from ingest.errors import UsageError
from ingest.record import json_schema
from ingest.schedule import parse_since
from tests.test_api import CASSETTES, PAGE, RICE, URL

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]

CHALLENGE = "<html><head><title>Just a moment...</title></head><body><div id='cf-wrapper'></div></body></html>"


def khabar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str, str]:
    """Run the command in this process: exit code, standard output, standard error."""
    monkeypatch.setattr(sys, "argv", ["khabar", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: khabar(capsys, monkeypatch, *arguments)


def saved(tmp_path: Path, html: str = PAGE) -> str:
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    return str(file)


def test_a_crawl_leaves_the_extraction_to_its_workers() -> None:
    code = "import sys, ingest.cli.app, ingest.crawl.run, spiders.site; sys.exit('trafilatura' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_saved_page_is_one_valid_line(run: Run, tmp_path: Path) -> None:
    code, out, err = run("scrape", "--html", saved(tmp_path), "--url", URL)
    assert (code, err) == (0, "")
    (line,) = out.splitlines()
    jsonschema.validate(json.loads(line), json_schema())


def test_pretty_and_output_file(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(
        "scrape", "--html", saved(tmp_path), "--url", URL, "--pretty", "-o", "one.json"
    )
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "one.json").read_text("utf-8"))["headline"] == "A new road"


def test_standard_input_is_a_saved_page() -> None:
    command = [sys.executable, "-m", "ingest", "scrape", "--html", "-", "--url", URL]
    done = subprocess.run(command, input=PAGE.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["headline"] == "A new road"


def test_urls_are_scraped_from_a_recording(run: Run) -> None:
    code, out, _ = run("scrape", RICE, "--replay", str(CASSETTES))
    assert code == 0
    assert json.loads(out)["metadata"]["site"] == "dailytimes"


def test_one_good_and_one_bad_url_is_unhealthy(run: Run) -> None:
    code, out, err = run(
        "scrape", RICE, "https://dailytimes.com.pk/1/x/", "--replay", str(CASSETTES)
    )
    assert code == 4
    assert len(out.splitlines()) == 1
    assert "https://dailytimes.com.pk/1/x/" in err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["scrape", "paper.example/a"], 2, "did you mean https://paper.example/a?"),
        (["scrape"], 2, "no URL"),
        (["scrape", "file:///etc/passwd"], 2, "not an http(s) URL"),
        (
            ["scrape", "https://name:hunter2@paper.example/a"],
            2,
            "a URL of paper.example names a user",
        ),
        (["scrape", "http://127.0.0.1:9/"], 3, "--allow-loopback"),
        (["scrape", "http://169.254.169.254/latest/meta-data/"], 3, "allow_networks"),
        (["scrape", "http://[::ffff:10.0.0.1]/"], 3, "is 10.0.0.1, which is not a public address"),
        (["scrape", "--html", "nothing.html", "--url", URL], 2, "nothing.html"),
        (["scrape", "--html", "nothing.html"], 2, "--url"),
        (["scrape", RICE, "--replay", "nothing.yaml"], 2, "nothing.yaml"),
        (["scrape", RICE, "--site", "dailytime"], 2, "did you mean 'dailytimes'?"),
        (["scrape", "https://dailytimes.com.pk/1/x/", "--replay", str(CASSETTES)], 3, "nearest"),
        (["crawl", "dailytime"], 2, "did you mean 'dailytimes'?"),
        (["crawl", "dailytimes", "--since", "soon"], 2, "2026-11-01"),
        (["crawl", "dailytimes", "--limit", "0"], 2, "--limit"),
        (
            ["crawl", "dailytimes", "--replay", str(CASSETTES), "--output", "/proc/khabar"],
            2,
            "/proc/khabar",
        ),
        (["crawl", "dailytimes", "--connect-to", "x"], 2, "HOST=http"),
        (["crwl"], 2, "crawl"),
        (["read", "nothing"], 2, "nothing"),
    ],
)
def test_an_error_is_one_line_with_its_remedy(
    run: Run, arguments: list[str], code: int, message: str
) -> None:
    got, out, err = run(*arguments)
    assert (got, out) == (code, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_broken_cassette_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("interactions: [}")
    code, _, err = run("crawl", "dailytimes", "--replay", "broken.yaml")
    assert code == 2
    assert "broken.yaml" in err
    assert len(err.strip().splitlines()) == 1


def test_what_is_no_article_is_named_and_not_printed(run: Run, tmp_path: Path) -> None:
    code, out, err = run("scrape", "--html", saved(tmp_path, CHALLENGE), "--url", URL)
    assert (code, out) == (3, "")
    assert "challenge" in err


def test_escape_sequences_of_a_page_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    page = PAGE.replace("A new road</h1>", "A \x1b[2J [bold]new[/bold] road</h1>")
    code, out, _ = run("scrape", "--html", saved(tmp_path, page), "--url", URL, "-o", "x.jsonl")
    assert code == 0
    code, out, _ = run("read", "x.jsonl")
    assert code == 0
    assert "\x1b" not in out
    assert "[bold]new[/bold]" in out


def test_a_crawl_ends_with_its_table_and_read_shows_it(run: Run) -> None:
    code, out, err = run(
        "crawl", "dailytimes", "--replay", str(CASSETTES), "--limit", "2", "--output", "out"
    )
    assert (code, out) == (0, "")
    assert "dailytimes" in err
    assert "unchanged" in err
    code, out, _ = run("read", "out")
    assert len(out.splitlines()) == 2
    code, out, _ = run("read", "out", "--json", "--limit", "1")
    assert json.loads(out)["version"] == 1


def test_sites_and_schema(run: Run) -> None:
    code, out, _ = run("sites")
    assert code == 0
    assert {"propakistani", "dailytimes"} <= {
        line.split()[0] for line in out.splitlines() if line.strip()
    }
    code, out, _ = run("schema")
    assert json.loads(out) == json_schema()
    code, out, _ = run("--version")
    assert (code, out[:7]) == (0, "khabar ")


def test_since_is_a_span_or_a_moment() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert parse_since("2d", now) == datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert parse_since("12h", now) == datetime(2026, 11, 20, 0, tzinfo=UTC)
    assert parse_since("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)
    assert parse_since("2026-11-01T05:00+05:00") == datetime(2026, 11, 1, tzinfo=UTC)
    with pytest.raises(UsageError):
        parse_since("2 days")


def json_lines(err: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in err.splitlines()]
    assert all({"time", "level", "logger", "site", "message"} <= set(line) for line in lines)
    return lines


def test_with_log_json_every_line_of_a_crawl_is_json_and_the_last_of_a_site_has_its_counts(
    run: Run,
) -> None:
    code, out, err = run(
        "crawl",
        "dailytimes",
        "propakistani",
        "--replay",
        str(CASSETTES),
        "--limit",
        "2",
        "--log-json",
    )
    assert (code, out) == (0, "")
    ends = [line for line in json_lines(err) if line.get("event") == "end"]
    assert [(line["site"], line["found"], line["new"], line["failed"]) for line in ends] == [
        ("dailytimes", 2, 2, 0),
        ("propakistani", 2, 2, 0),
    ]
    assert all(
        line["healthy"] and line["seconds"] > 0 and line["newest"].startswith("2026")
        for line in ends
    )


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_log_json_holds_at_every_level_where_things_fail(run: Run, level: str) -> None:
    sites = ("arynews", "dailytimes")
    flags = ("--replay", str(CASSETTES), "--limit", "1", "--log-json", "--log-level", level)
    code, _, err = run("crawl", *sites, *flags)
    assert code == 4
    lines = json_lines(err)
    (failed,) = [line for line in lines if line.get("event") == "end" and line["site"] == "arynews"]
    assert failed["level"] == "WARNING"
    assert not failed["healthy"]
    assert "nearest" in failed["errors"][0]
    warned = [line for line in lines if line["logger"] == "ingest.crawl.frontier.discovery"]
    assert {line["site"] for line in warned} <= {"arynews"}
    assert bool(warned) == (level != "error")


@pytest.mark.parametrize(
    "arguments",
    [
        ["crawl", "dailytime"],
        ["crawl", "dailytimes", "--limit", "0"],
        ["scrape", "https://dailytimes.com.pk/1/x/", "--replay", str(CASSETTES)],
        ["schedule"],
        ["sites", "check", "dailytime"],
    ],
)
def test_an_error_is_a_json_line_where_they_are_asked_for(run: Run, arguments: list[str]) -> None:
    code, _, err = run(*arguments, "--log-json")
    assert code in {2, 3}
    (line,) = json_lines(err)
    assert line["level"] == "ERROR"


def test_quiet_leaves_out_the_table_and_log_level_says_more(run: Run) -> None:
    code, out, err = run(
        "crawl", "dailytimes", "--replay", str(CASSETTES), "--limit", "1", "--quiet"
    )
    assert (code, out, err) == (0, "", "")
    _, _, err = run(
        "crawl",
        "dailytimes",
        "--replay",
        str(CASSETTES),
        "--limit",
        "1",
        "-q",
        "--log-level",
        "info",
    )
    start, end = err.splitlines()
    assert start.endswith(" INFO dailytimes crawl starts")
    assert (
        " INFO dailytimes 2 found, 1 new, 0 changed, 1 unchanged, 0 rejected, 0 failed in " in end
    )


def test_a_fault_of_khabar_s_own_is_a_safe_line_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("quoted \x1b[2J\u2028page")

    monkeypatch.setattr("ingest.crawl.run.crawl_sites", fail)
    code, _, err = run("crawl", "dailytimes", "--log-json")
    assert code == 1
    (line,) = [line for line in json_lines(err) if line["level"] == "CRITICAL"]
    assert "ValueError: quoted \\x1b[2J" in line["exception"]
    code, _, err = run("crawl", "dailytimes")
    assert code == 1
    assert "\x1b" not in err
    assert "\u2028" not in err


def test_an_interrupted_crawl_says_that_what_was_written_is_complete(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.crawl.run.crawl_sites", interrupt)
    code, _, err = run("crawl", "dailytimes")
    assert code == 130
    assert "the records written so far are complete" in err


def test_a_recheck_tells_in_json_too(run: Run) -> None:
    assert run("crawl", "dailytimes", "--replay", str(CASSETTES), "--limit", "1", "-q")[0] == 0
    _, out, err = run("recheck", "dailytimes", "--replay", str(CASSETTES), "--log-json")
    assert out == ""
    assert [line["site"] for line in json_lines(err) if line.get("event") == "end"] == [
        "dailytimes"
    ]


def test_an_unhealthy_site_is_summed_up_once_in_the_table_or_quietly_in_a_line(run: Run) -> None:
    _, _, err = run("crawl", "arynews", "--replay", str(CASSETTES))
    assert "unchanged  rejected" in err
    assert "0 found" not in err
    code, _, err = run("crawl", "arynews", "--replay", str(CASSETTES), "--quiet")
    assert code == 3
    assert "unchanged  rejected" not in err
    assert " WARNING arynews 0 found" in err


def test_a_reader_that_has_enough_is_no_error(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    _, record, _ = run("scrape", "--html", saved(tmp_path), "--url", URL)
    file.write_text(record * (2**20 // len(record) + 1), encoding="utf-8")  # more than a pipe holds
    command = [sys.executable, "-m", "ingest", "read", "--json", str(file)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().decode("utf-8") == record
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_a_failed_scrape_leaves_the_file_that_was_there(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text("precious", encoding="utf-8")
    page = saved(tmp_path, CHALLENGE)
    assert run("scrape", "--html", page, "--url", URL, "-o", str(kept))[0] == 3
    assert kept.read_text("utf-8") == "precious"
    assert run("scrape", "--html", saved(tmp_path), "--url", URL, "-o", str(kept))[0] == 0
    assert json.loads(kept.read_text("utf-8"))["headline"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.jsonl", "page.html"]
    code, _, err = run("scrape", "--html", page, "--url", URL, "-o", str(kept / "below"))
    assert (code, err.startswith("khabar: cannot write ")) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
def test_a_full_disk_under_standard_output_is_one_line() -> None:
    command = [sys.executable, "-m", "ingest", "schema"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "khabar: standard output cannot be written: its disk is full (free some space)"
    ]


def test_the_command_alone_shows_its_help(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (2, "")
    assert "Commands:" in out.splitlines()


def test_a_settings_file_that_is_no_toml_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khabar.toml").write_text("contact = you@example", encoding="utf-8")
    code, _, err = run("sites")
    assert (code, err.startswith("khabar: khabar.toml: ")) == (2, True)
