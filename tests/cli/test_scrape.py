"""`khabar scrape` without a network: its input, its formats, its files, its errors."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from ingest.api import extract
from ingest.cli.console import Terminal
from ingest.cli.scrape.results import ScrapeResults, progress_bar
from ingest.errors import InvalidURL
from tests.cli.test_cli import CHALLENGE, Run, run, saved  # noqa: F401 - a fixture
from tests.test_api import CASSETTES, PAGE, RICE, URL

MISSING = "https://dailytimes.com.pk/1/x/"
SHOWN = "https://dailytimes.com.pk/1402011/karachi-tests-buses-that-kneel/"
REPLAY = ("--replay", str(CASSETTES))


def urls_file(folder: Path, *lines: str) -> str:
    file = folder / "urls.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_list_of_urls_gives_a_record_each_and_a_closing_line(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    file = urls_file(tmp_path, "# a remark", "", RICE, f"  {SHOWN}  ", "nonsense", MISSING, RICE)
    code, out, err = run("scrape", "-i", file, *REPLAY)
    assert code == 4
    assert {line["requestedUrl"] for line in lines_of(out)} == {RICE, SHOWN}
    assert f"{file}:5: not an http(s) URL: 'nonsense'" in err
    assert err.splitlines()[-1] == (
        "2 records of 3 pages; 1 failed (1 not-recorded); 1 repeated URLs were fetched once; "
        "1 lines are no URL"
    )


def test_the_order_of_the_input_is_kept_if_asked_for(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    urls = [SHOWN, MISSING, RICE, "https://dailytimes.com.pk/1158965/"]
    for given in (urls, urls[::-1]):
        code, out, _ = run("scrape", "--keep-order", "-i", urls_file(tmp_path, *given), *REPLAY)
        assert code == 4
        records = [line["requestedUrl"] for line in lines_of(out)]
        assert records == [url for url in given if url in records]
        assert len(records) >= 2


def test_a_list_without_a_url_is_an_error(run: Run, tmp_path: Path) -> None:  # noqa: F811 - as above
    code, out, err = run("scrape", "-i", urls_file(tmp_path, "# nothing"))
    assert (code, out) == (2, "")
    assert err == "khabar: no URL (give one on each line)\n"
    code, _, err = run("scrape", "-i", urls_file(tmp_path, "nothing", "ftp://a.example/"))
    assert code == 2
    assert len(err.splitlines()) == 3


def test_a_line_that_is_not_utf8_is_named(run: Run, tmp_path: Path) -> None:  # noqa: F811 - as above
    file = tmp_path / "urls.txt"
    file.write_bytes(b"\xef\xbb\xbf" + RICE.encode() + b"\nhttps://a.example/\xff\n")
    code, out, err = run("scrape", "-i", str(file), *REPLAY)
    assert code == 4
    assert len(lines_of(out)) == 1
    assert f"{file}:2: not UTF-8" in err


def test_standard_input_is_a_list_of_urls(
    run: Run,  # noqa: F811 - as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(f"{RICE}\nx\n".encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, err = run("scrape", "-i", "-", *REPLAY)
    assert code == 4
    assert lines_of(out)[0]["requestedUrl"] == RICE
    assert "standard input:2: not an http(s) URL: 'x'" in err


def test_rejections_go_to_their_file_with_the_same_keys(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    listing = "https://dailytimes.com.pk/pakistan/"
    code, out, err = run("scrape", listing, MISSING, RICE, *REPLAY, "--rejected", "bad.jsonl")
    assert code == 4
    assert len(lines_of(out)) == 1
    assert len(err.splitlines()) == 1  # the closing line
    rejections = {
        str(line["requestedUrl"]): line
        for line in lines_of((tmp_path / "bad.jsonl").read_text("utf-8"))
    }
    assert rejections[listing]["reason"] == "listing"
    assert rejections[MISSING]["reason"] == "not-recorded"
    assert {tuple(sorted(line)) for line in rejections.values()} == {
        ("detail", "reason", "requestedUrl", "site", "status", "url")
    }


def test_a_run_is_resumed_without_what_is_written(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    file, out = urls_file(tmp_path, RICE, SHOWN, MISSING), tmp_path / "out.jsonl"
    arguments = (
        "scrape",
        "-i",
        file,
        "-o",
        str(out),
        "--resume",
        "--rejected",
        "bad.jsonl",
        *REPLAY,
    )
    assert run("scrape", RICE, "-o", str(out), *REPLAY)[0] == 0
    first = out.read_bytes()
    with out.open("ab") as stream:
        stream.write(first[:500])  # torn by a kill
    code, _, err = run(*arguments)
    assert code == 4
    assert err.splitlines()[-1] == (
        "1 records of 2 pages; 1 failed (1 not-recorded); 1 were done before"
    )
    assert out.read_bytes().startswith(first)
    assert [line["requestedUrl"] for line in lines_of(out.read_text("utf-8"))] == [RICE, SHOWN]
    before = out.read_bytes()
    code, _, err = run(*arguments)
    assert code == 4
    assert out.read_bytes() == before
    assert err.splitlines()[-1].startswith("0 records of 1 pages; 1 failed")
    assert len(lines_of((tmp_path / "bad.jsonl").read_text("utf-8"))) == 1
    (tmp_path / "urls.txt").write_text(f"{RICE}\n{SHOWN}\n")
    assert run(*arguments)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "give -o FILE.jsonl"),
        (["--resume", "-o", "x.csv", "--format", "csv"], "give -o FILE.jsonl"),
        (["--resume", "-o", "x.jsonl", "--pretty"], "give -o FILE.jsonl"),
        (["--resume", "-o", "x.jsonl", "--fields", "url"], "add it to --fields"),
        (["--format", "html", "--fields", "url"], "takes no fields"),
        (["--fields", "headlin"], "did you mean headline?"),
        (["--format", "markdwn"], "'markdown'"),
        (["--no-robots", "https://b.example/"], "--no-robots is for one URL"),
        (["--no-robots", "-i", "/dev/null"], "--no-robots is for one URL"),
        (["--header", "X-Key"], "write --header 'Name: value'"),
        (["--header", "Cookie: a=b"], "give it with --cookie"),
        (["--header", "User-Agent: x"], "give it with --user-agent"),
        (["--header", "Host: x"], "leave it out"),
        (["--cookie", "a"], "write --cookie 'name=value'"),
        (["--cookie", "a=b", "https://b.example/"], "would go to 2 hosts"),
        (["--header", "Authorization: Bearer x", "https://b.example/"], "would go to 2 hosts"),
        (["--cookie", "a=b", "--record", "tape.yaml"], "--record would write"),
        (["--proxy", "socks://a"], "not an http(s) URL of a proxy"),
        (["--explain", "--feed", "https://b.example/feed"], "--explain takes URLs and saved pages"),
        (["--url", "https://b.example/"], "--url is the URL of one saved page"),
        (["--concurrency", "0"], "--concurrency"),
        (["--timeout", "0"], "timeout"),
        (["-i", "nothing.txt"], "cannot read nothing.txt"),
        (["--feed", "feed"], "not an http(s) URL: 'feed'"),
        (["--limit", "0"], "--limit"),
        (["--limit", "1"], "--limit is for feeds and sitemaps"),
        (["-o", "x.jsonl", "--rejected", "./x.jsonl"], "--rejected and --output are one file"),
    ],
)
def test_options_that_do_not_fit_are_one_line(
    run: Run,  # noqa: F811 - the fixture
    arguments: list[str],
    message: str,
) -> None:
    code, out, err = run("scrape", "https://a.example/", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


@pytest.mark.threat("A9", "O9")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--header", "daffodil"],
        ["--header", "X-Key: daffodil\x00"],
        ["--header", "Host: daffodil"],
        ["--header", "Authorization: daffodil", "https://b.example/"],
        ["--cookie", "daffodil"],
        ["--cookie", "key=daffodil", "https://b.example/"],
        ["--proxy", "socks://tulip:daffodil@a.example"],
        ["--proxy", "tulip:daffodil@a.example"],
    ],
)
def test_no_error_repeats_a_secret(run: Run, arguments: list[str]) -> None:  # noqa: F811 - as above
    code, out, err = run("scrape", "https://a.example/", *arguments)
    assert code == 2
    assert err
    assert "daffodil" not in out + err


def test_formats_and_fields(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    page = saved(tmp_path)
    arguments = ("scrape", "--html", page, "--url", URL)
    _, out, _ = run(*arguments, "--format", "csv", "--fields", "url,headline")
    assert list(csv.reader(io.StringIO(out))) == [["url", "headline"], [URL, "A new road"]]
    _, out, _ = run(*arguments, "--fields", "headline, publisher.domain")
    assert list(json.loads(out)) == ["headline", "publisher.domain"]
    _, out, _ = run(*arguments, "--format", "json")
    assert [item["url"] for item in json.loads(out)] == [URL]
    for kind, start in (
        ("text", "A new road\n"),
        ("markdown", "# A new road\n"),
        ("html", "<!doc"),
    ):
        _, out, _ = run(*arguments, "--format", kind)
        assert out.startswith(start)


def folder_of_pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "deep").mkdir(parents=True)
    link = "<link rel=canonical href='https://paper.example/{}'>"
    pages = {
        "a.html": PAGE.replace("<head>", f"<head>{link.format('a')}"),
        "deep/b.HTM": PAGE.replace(
            "<head>", "<head><meta property='og:url' content='https://paper.example/b'>"
        ),
        "c.html": f"<!-- saved from url=(0025)https://paper.example/c -->{PAGE}",
        "none.html": PAGE,
        "challenge.html": CHALLENGE.replace("<head>", f"<head>{link.format('x')}"),
    }
    for name, html in pages.items():
        (folder / name).write_text(html, encoding="utf-8")
    (folder / "style.css").write_text("p {}")
    return folder


def test_a_folder_of_saved_pages(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    assert "<head>" in PAGE
    folder = folder_of_pages(tmp_path)
    code, out, err = run("scrape", str(folder), "--keep-order")
    assert code == 4
    names = ["a", "c", "b"]
    assert [line["url"] for line in lines_of(out)] == [f"https://paper.example/{n}" for n in names]
    assert "1 files were left out: not .htm, .html, .xhtml" in err
    assert f"{folder / 'none.html'}: the page does not say its URL" in err
    assert err.splitlines()[-1] == (
        "3 records of 5 pages; 1 not articles (1 challenge); 1 failed (1 invalid-url)"
    )
    code, _, err = run("scrape", str(folder), "--format", "markdown", "-o", f"{tmp_path}/texts/")
    assert code == 4
    assert len(list((tmp_path / "texts").glob("paper-example-*.md"))) == 3


def test_the_path_of_a_saved_page_is_its_url(run: Run, tmp_path: Path) -> None:  # noqa: F811 - as above
    folder = tmp_path / "mirror"
    for name in ("paper.example/2026/a.html", "paper.example/b/index.html", "notes.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PAGE, encoding="utf-8")
    code, out, err = run("scrape", str(folder), "--url-from", "path", "--keep-order")
    assert code == 4
    assert [line["url"] for line in lines_of(out)] == [
        "https://paper.example/2026/a.html",
        "https://paper.example/b/",
    ]
    assert "notes.html: its path does not begin with a host" in err


def test_one_saved_page_by_its_path(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    page = saved(tmp_path)
    code, out, err = run("scrape", page, "--url", URL)
    assert (code, err) == (0, "")
    assert json.loads(out)["url"] == URL
    code, _, err = run("scrape", page)
    assert code == 2
    assert "the page does not say its URL (give it with --url" in err
    code, _, err = run("scrape", page, "--site", "dailytime", "--url", URL)
    assert (code, "did you mean 'dailytimes'?" in err) == (2, True)
    code, out, _ = run("scrape", saved(tmp_path, CHALLENGE), "--url", URL)
    assert (code, out) == (3, "")


def test_a_folder_without_a_page_is_an_error(run: Run, tmp_path: Path) -> None:  # noqa: F811 - as above
    (tmp_path / "empty").mkdir()
    code, _, err = run("scrape", str(tmp_path / "empty"))
    assert (code, err) == (
        2,
        "khabar: no saved page in the folder (name a folder with *.html files)\n",
    )


def test_a_url_is_explained(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    code, out, err = run("scrape", "--explain", SHOWN, *REPLAY)
    assert (code, err) == (0, "")
    assert out.startswith("result: a record\npage type: article")
    code, out, err = run("scrape", "--explain", SHOWN, MISSING, *REPLAY, "-o", "why.txt")
    assert (code, out) == (4, "")
    assert (tmp_path / "why.txt").read_text("utf-8").startswith(f"{SHOWN}\nresult: a record\n")
    assert MISSING in err


def test_a_saved_page_is_explained_by_its_path(run: Run, tmp_path: Path) -> None:  # noqa: F811 - as above
    code, out, _ = run("scrape", "--explain", saved(tmp_path), "--url", URL)
    assert code == 0
    assert "headline: A new road" in out


def test_any_page_with_a_text_gives_a_record_if_asked_for(run: Run) -> None:  # noqa: F811 - as above
    listing = "https://dailytimes.com.pk/pakistan/"
    assert run("scrape", listing, *REPLAY)[:2] == (3, "")
    code, out, _ = run("scrape", "--any", listing, *REPLAY)
    assert code == 0
    assert "not an article (listing)" in " ".join(json.loads(out)["metadata"]["warnings"])


def test_a_site_can_be_named(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    for name, expected in (("none", None), ("arynews", "arynews")):
        _, out, _ = run("scrape", SHOWN, "--site", name, *REPLAY)
        assert json.loads(out)["metadata"]["site"] == expected
        _, out, _ = run("scrape", saved(tmp_path), "--url", URL, "--site", name)
        assert json.loads(out)["metadata"]["site"] == expected


def test_the_closing_line_is_a_log_record_with_log_json_and_left_out_if_quiet(
    run: Run,  # noqa: F811 - the fixture
) -> None:
    _, _, err = run("scrape", RICE, SHOWN, *REPLAY, "--log-json")
    (line,) = lines_of(err)
    assert line["records"] == 2
    assert run("scrape", RICE, SHOWN, *REPLAY, "--quiet")[2] == ""


def test_the_bar_on_a_terminal_counts_what_was_done() -> None:
    terminal, out = Terminal(), io.StringIO()
    terminal.err = Console(file=out, force_terminal=True, width=80)
    results = ScrapeResults(Written(), terminal, order=[])
    results.total = 3
    with progress_bar(terminal, results):
        results.found("https://paper.example/d")
        results.take("https://paper.example/a", InvalidURL("no URL"))
        results.take("https://paper.example/d", extract(PAGE, URL))
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())
    assert "2/4 1 records, 1 without one" in text


class Written:
    """An output that keeps nothing."""

    def write(self, record: object) -> None:
        """Take a record."""


def test_a_refused_address_of_a_list_is_named_with_its_url(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    file = urls_file(tmp_path, "http://127.0.0.1:9/a", "http://127.0.0.1:9/b")
    code, _, err = run("scrape", "-i", file)
    assert code == 3
    assert "http://127.0.0.1:9/a: 127.0.0.1 is not a public address" in err
    assert "http://127.0.0.1:9/b: 127.0.0.1 is not a public address" in err
