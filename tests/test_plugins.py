"""Plug-ins of another distribution: each kind at work, and each kind failing."""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ingest import plugins
from ingest.api import crawl, read
from ingest.crawl.run import crawl_sites
from ingest.errors import UsageError
from ingest.record import Article
from ingest.settings import Settings
from ingest.sites import Site, SiteCatalog

PROJECT = Path(__file__).parents[1]
CASSETTES = PROJECT / "fixtures" / "cassettes"
RICE = "https://dailytimes.com.pk/1402210/rice-harvest-fills-stores-to-the-roof/"

ENTRY_POINTS = """
[khabar.sources]
archive = acme_plugins:archive
local = acme_plugins:local
never = acme_plugins:never
torn = acme_plugins:torn
[khabar.comments]
letters = acme_plugins:Letters
lost = acme_plugins:Lost
[khabar.sinks]
file = acme_plugins:File
full = acme_plugins:Full
[khabar.extractors]
section = acme_plugins:Section
wrong = acme_plugins:Wrong
identity = acme_plugins:Identity
broken = acme_broken:Nothing
"""

MODULE = """
import multiprocessing

from ingest.discovery.candidate import Candidate
from ingest.plugins import RemoteComments, SourcePage
from ingest.record import Comment, CommentAuthor

RICE = "RICE_URL"


async def archive(crawl):
    await crawl.follow(f"https://{crawl.site.domain}/feed/", "archive", read_archive)


def read_archive(response):
    assert multiprocessing.parent_process() is not None
    assert response.headers["content-type"]
    return SourcePage([Candidate(RICE, "archive")])


async def local(crawl):
    def read(response):
        assert multiprocessing.parent_process() is None
        assert response.headers["content-type"]
        return SourcePage([Candidate(RICE, "local")])

    await crawl.follow(f"https://{crawl.site.domain}/feed/", "local", read)


async def never(crawl):
    await crawl.run(loop)
    raise ValueError("it ended")


def loop():
    while True:
        pass


async def torn(crawl):
    raise ValueError("the archive is torn")


class Letters:
    async def fetch(self, page, crawl):
        return (b"Well written",)

    def read(self, answers, site):
        author = CommentAuthor(name="Amna Rao")
        return RemoteComments(
            [Comment(id="letter", author=author, text=answers[0].decode())], "letters"
        )


class Lost(Letters):
    def read(self, answers, site):
        raise ValueError("the letters are lost")


class File:
    def __init__(self, settings):
        self.file = (settings.output / "sink.txt").open("a", encoding="utf-8")

    def write(self, record):
        self.file.write(record["url"] + "\\n")

    def close(self):
        self.file.write("closed\\n")
        self.file.close()


class Full:
    def __init__(self, settings):
        pass

    def write(self, record):
        raise OSError("the sink is full")

    def close(self):
        pass


class Section:
    def extract(self, page, article):
        return {"article_section": page.tree.find(".//title").text.split()[0].upper()}


class Wrong:
    def extract(self, page, article):
        return {"headline": 5}


class Identity:
    def extract(self, page, article):
        return {"id": "mine"}
""".replace("RICE_URL", RICE)


@pytest.fixture(autouse=True)
def _distribution(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A distribution with plug-ins, as an installer leaves it."""
    folder = tmp_path_factory.mktemp("site-packages")
    information = folder / "acme-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    (folder / "acme_plugins.py").write_text(MODULE, encoding="utf-8")
    (folder / "acme_broken.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)


def site_with(**names: Any) -> Site:
    values = SiteCatalog.load().get("dailytimes").model_dump()
    return Site.model_validate({**values, "discover": {}, "plugins": names})


def test_each_kind_of_plug_in_takes_part_in_a_crawl(tmp_path: Path) -> None:
    site = site_with(sources=["archive"], comments="letters", extractors=["section"])
    settings = Settings.load(output=tmp_path, workers=1, sinks=["file"])
    (run,) = crawl(site, settings, replay=CASSETTES)
    assert (run.found, run.new, run.errors) == (1, 1, [])
    (record,) = read(tmp_path)
    assert record.url == RICE
    assert record.article_section == "RICE"
    assert record.metadata.provenance["articleSection"] == "plugin section"
    assert [comment.text for comment in record.comments][-1] == "Well written"
    assert "letters" in record.metadata.provenance["comments"]
    assert record.metadata.warnings == []
    sink = (tmp_path / "sink.txt").read_text(encoding="utf-8")
    assert sink.splitlines() == [RICE, "closed"]


def test_a_parser_that_does_not_pickle_is_read_in_the_crawl_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.load(output=tmp_path, workers=1)
    with caplog.at_level(logging.WARNING):
        (run,) = crawl_sites([site_with(sources=["local"])], settings, replay=[CASSETTES])
    assert (run.found, run.new, run.errors) == (1, 1, [])
    assert "acme_plugins.local.<locals>.read is no parser for a worker" in caplog.text


@pytest.mark.threat("S18")
def test_a_parser_that_never_ends_costs_its_source(tmp_path: Path) -> None:
    limits = {"extraction_seconds": 8.0}
    settings = Settings.load(output=tmp_path, workers=1, limits=limits)
    (run,) = crawl(site_with(sources=["never", "archive"]), settings, replay=CASSETTES)
    problem = "acme_plugins.loop: parsing took over 8 s, limits.extraction_seconds"
    assert (run.found, run.new, run.errors) == (1, 1, [f"source 'never': {problem}"])


def test_a_plug_in_that_fails_is_named_and_loses_no_article(tmp_path: Path) -> None:
    site = site_with(
        sources=["torn", "archive"], comments="lost", extractors=["wrong", "identity", "section"]
    )
    settings = Settings.load(output=tmp_path, workers=1, sinks=["full", "file"])
    (run,) = crawl(site, settings, replay=CASSETTES)
    assert (run.found, run.new) == (1, 1)
    assert run.errors == [
        "plug-in 'torn' of khabar.sources failed: ValueError: the archive is torn",
        "plug-in 'full' of khabar.sinks failed: OSError: the sink is full",
    ]
    (record,) = read(tmp_path)
    assert isinstance(record, Article)
    assert record.article_section == "RICE"
    lost, wrong, identity = record.metadata.warnings
    assert lost == "plug-in 'lost' of khabar.comments failed: ValueError: the letters are lost"
    assert wrong.startswith("plug-in 'wrong' of khabar.extractors failed: ValidationError")
    assert "no field to replace: 'id'" in identity
    assert (tmp_path / "sink.txt").read_text(encoding="utf-8").splitlines() == [RICE, "closed"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            {"sources": ["archiv"]},
            r"no plug-in 'archiv' in khabar.sources \(did you mean 'archive'\?\)",
        ),
        ({"comments": "word-press"}, "did you mean 'wordpress'"),
        (
            {"extractors": ["broken"]},
            "'broken' of khabar.extractors does not load: RuntimeError: imported",
        ),
    ],
)
def test_a_plug_in_that_is_not_there_is_one_line(names: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plugins.check([site_with(**names)], Settings.load())


def test_a_sink_that_is_not_there_is_named_before_anything_is_fetched(tmp_path: Path) -> None:
    settings = Settings.load(output=tmp_path / "out", sinks=["stdoot"])
    with pytest.raises(UsageError, match="did you mean 'stdout'"):
        crawl("dailytimes", settings, replay=CASSETTES)
    assert not (tmp_path / "out").exists()


def test_built_in_plug_ins_are_registered_as_those_of_others() -> None:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        registered = tomllib.load(file)["project"]["entry-points"]
    assert registered == {group: names for group, names in plugins.BUILT_IN.items() if names}
    assert all(
        plugins.load(group, name) for group, names in plugins.BUILT_IN.items() for name in names
    )


def test_records_are_lines_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    sink = plugins.sink("stdout", Settings.load())
    sink.write({"headline": "one\u2028two"})
    sink.close()
    assert capsys.readouterr().out == '{"headline":"one\\u2028two"}\n'
