"""A crawl that keeps its answers, and the archive extracted again: the same records and versions."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.cli.test_cli import Run, run  # noqa: F401 - a fixture
from tests.small_paper import Answer, Paper, always, article, in_fresh_process, ok, sentences

SECRET = "Zx81kQw90LmVbN3tR7yUeo2"  # noqa: S105 - of nobody


def _unmodified(headers: Mapping[str, str]) -> Answer:
    if headers.get("if-none-match") == '"a"':
        return 304, {"ETag": '"a"'}, ""
    status, fields, text = ok(article(2))
    return status, {**fields, "ETag": '"a"', "Set-Cookie": f"session={SECRET}"}, text


def weeks(paper: Paper) -> list[dict[str, Any]]:
    """Edits, a removal and a page that is not modified, in three crawls."""
    paper.settings = {"archive": True}
    paper.definition = {"recheck": [86_400 * day for day in (1, 8)]}
    head = f'<meta name="csrf-token" content="{SECRET}">'
    for number, path in ((1, "/one/"), (3, "/three/")):
        paper.put(path, article(number, head=head))
    paper.put("/two/", "")
    paper.pages["/two/"] = _unmodified
    paper.put("/list/", "<html><body><p>Short.</p></body></html>")
    paper.crawl()
    paper.now += timedelta(days=2)
    paper.put("/one/", article(1, head=head, paragraphs=[*sentences(1), *sentences(9)]))
    paper.crawl()
    paper.now += timedelta(days=7)
    paper.pages["/three/"] = always((410, {}, ""))
    paper.crawl()
    return paper.records()


def off(paper: Paper) -> list[dict[str, Any]]:
    paper.put("/one/", article(1))
    paper.crawl()
    return paper.records()


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    output = tmp_path_factory.mktemp("archives")
    return output, in_fresh_process({"weeks": weeks, "off": off}, output)


def comparable(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records without what belongs to the run, in an order that does not depend on it."""
    for record in records:
        for name in ("runId", "site", "archive", "sequence"):
            record["metadata"].pop(name)
    return sorted(records, key=lambda record: (record["version"], record["url"]))


def test_the_archive_gives_the_records_and_versions_of_the_crawl(
    run: Run,  # noqa: F811 - the fixture
    crawls: tuple[Path, dict[str, Any]],
    tmp_path: Path,
) -> None:
    output, results = crawls
    code, _, err = run("extract", str(output / "weeks"), "--output", str(tmp_path / "again"))
    assert code == 0, err
    again = [
        json.loads(line)
        for file in sorted((tmp_path / "again").rglob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    crawled = json.loads(json.dumps(results["weeks"]))
    assert [record["status"] for record in comparable(crawled)].count("gone") == 1
    assert len(crawled) == 5
    assert comparable(again) == comparable(json.loads(json.dumps(results["weeks"])))


def test_each_record_names_its_answer(crawls: tuple[Path, dict[str, Any]]) -> None:
    output, results = crawls
    statuses = []
    for record in results["weeks"]:
        place = record["metadata"]["archive"]
        data = (output / "weeks" / place["file"]).read_bytes()
        member = data[place["offset"] : place["offset"] + place["length"]]
        text = gzip.decompress(member).decode()
        assert f"WARC-Target-URI: {record['url']}\r\n" in text
        assert f"WARC-Payload-Digest: {place['digest']}\r\n" in text
        statuses.append(text.split("\r\n\r\n")[1].split()[1])
    assert sorted(statuses) == ["200"] * 4 + ["410"]


def test_every_digest_holds_and_every_outcome_has_its_answer(
    crawls: tuple[Path, dict[str, Any]],
) -> None:
    files = sorted((crawls[0] / "weeks").rglob("*.warc.gz"))
    assert len(files) == 3
    kinds = []
    for file in files:
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.raw_stream.read()
                kinds.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI")))
    paths = [(kind, url.rsplit("example", 1)[1]) for kind, url in kinds if url]
    answers = [each for each in paths if each[0] in {"response", "revisit"}]
    assert {("response", f"/{name}/") for name in ("one", "two", "three", "list")} <= set(answers)
    assert ("revisit", "/two/") in answers
    assert len([kind for kind, _ in paths if kind == "request"]) == len(answers)


def test_secrets_are_not_in_the_archive(crawls: tuple[Path, dict[str, Any]]) -> None:
    for file in (crawls[0] / "weeks").rglob("*.warc.gz"):
        assert SECRET.encode() not in gzip.decompress(file.read_bytes())


def test_there_is_no_archive_by_default(crawls: tuple[Path, dict[str, Any]]) -> None:
    output, results = crawls
    assert not list((output / "off").rglob("*.warc*"))
    assert [record["metadata"]["archive"] for record in results["off"]] == [None]


def test_killed_crawls_leave_whole_archives_that_every_record_is_in(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "ingest", "crawl", "dailytimes", "--replay", "demo", "--archive",
        "--quiet", "-o", str(tmp_path),
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    for size in (1_000, 60_000, 150_000):  # bytes of the archive at which the crawl is killed
        crawl = start()
        try:
            while sum(file.stat().st_size for file in tmp_path.rglob("*.warc.gz.open")) < size:
                if crawl.poll() is not None:
                    break
                time.sleep(0.002)
        finally:
            crawl.kill()
            crawl.wait()
    crawl = start()
    assert crawl.wait(timeout=120) == 0
    assert not list(tmp_path.rglob("*.open"))
    for file in tmp_path.rglob("*.warc.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.raw_stream.read()
    lines = [
        json.loads(line)
        for file in sorted(tmp_path.rglob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    assert len({line["id"] for line in lines}) == len(lines) == 43
    for line in lines:
        place = line["metadata"]["archive"]
        data = (tmp_path / place["file"]).read_bytes()
        text = gzip.decompress(data[place["offset"] : place["offset"] + place["length"]]).decode()
        assert f"WARC-Target-URI: {line['url']}\r\n" in text
