"""The whole way, from recorded HTTP to lines on the disk, held against the newsrooms' own data."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
import yaml

from fixtures.newsrooms import Article, Newsroom, expected_record, foreign_texts
from ingest.api import read
from ingest.crawl.run import crawl_sites
from ingest.monitoring.report import exit_code
from ingest.monitoring.summary import RunSummary
from ingest.record import json_schema
from ingest.redaction.values import REDACTED
from ingest.settings import Settings
from ingest.urls import article_id
from tests.comparing import differences, words

CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"
NAMES = ("propakistani", "dailytimes")
NEWSROOMS = {name: Newsroom.load(name) for name in NAMES}
ARTICLES = [(name, article) for name in NAMES for article in NEWSROOMS[name].articles()]
SEED = "karachi-and-beijing-labs-to-build-weather-satellites-together"


def crawl(output: Path, *names: str, **options: Any) -> list[RunSummary]:
    return crawl_sites(names or NAMES, Settings.load(output=output), replay=[CASSETTES], **options)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    reports = crawl(folder)
    assert exit_code(reports) == 0, reports
    return folder


@pytest.fixture(scope="module")
def lines(output: Path) -> list[dict[str, Any]]:
    texts = [
        line
        for file in sorted(output.rglob("*.jsonl"))
        for line in file.read_text("utf-8").split("\n")
        if line
    ]
    return [json.loads(text) for text in texts]


@pytest.fixture(scope="module")
def by_id(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in lines}


def named(pair: tuple[str, Article]) -> str:
    return f"{pair[0]}-{pair[1].slug}"


@pytest.mark.parametrize("pair", ARTICLES, ids=named)
def test_the_record_says_what_the_newsroom_knows(
    pair: tuple[str, Article], by_id: dict[str, dict[str, Any]]
) -> None:
    name, article = pair
    expected = expected_record(NEWSROOMS[name], article)
    record = by_id[article_id(expected["url"])]
    assert differences(record, expected) == {}


@pytest.mark.parametrize("pair", ARTICLES, ids=named)
def test_nothing_foreign_is_in_the_body(
    pair: tuple[str, Article], by_id: dict[str, dict[str, Any]]
) -> None:
    name, article = pair
    record = by_id[article_id(expected_record(NEWSROOMS[name], article)["url"])]
    body = " ".join(words(record["articleBody"]))
    assert [
        text for text in foreign_texts(NEWSROOMS[name], article) if " ".join(words(text)) in body
    ] == []


def test_every_article_stands_there_exactly_once(lines: list[dict[str, Any]]) -> None:
    wanted = Counter(
        article_id(expected_record(NEWSROOMS[name], article)["url"]) for name, article in ARTICLES
    )
    assert Counter(line["id"] for line in lines) == wanted


def test_every_line_is_valid(lines: list[dict[str, Any]]) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    assert [
        (line["url"], error.message) for line in lines for error in validator.iter_errors(line)
    ] == []


def test_the_seed_like_page_is_cured(by_id: dict[str, dict[str, Any]]) -> None:
    newsroom = NEWSROOMS["propakistani"]
    article = next(article for article in newsroom.articles() if article.slug == SEED)
    record = by_id[article_id(expected_record(newsroom, article)["url"])]
    body = record["articleBody"]
    assert record["datePublished"].startswith("2015-08-17")
    for foreign in ("Reach out at", "feature videos", "Source:", "Correction:", "[at]"):
        assert foreign not in body
    assert record["sourceOrganization"]["name"] == "DailyTimes"
    assert record["authors"][0]["email"] == "kamran.s@propakistani.pk"
    assert "[at]" not in (record["authors"][0]["bio"] or "")
    corrections = [
        comment for comment in record["comments"] if comment["text"].startswith("Correction:")
    ]
    assert len(corrections) == 1
    assert corrections[0]["author"]["name"]


def test_provenance_names_a_source_for_what_was_found(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        for field in (
            "headline",
            "articleBody",
            "authors",
            "datePublished",
            "comments",
            "sourceOrganization",
        ):
            assert bool(line[field]) == bool(line["metadata"]["provenance"].get(field)), (
                line["url"],
                field,
            )


def test_the_same_crawl_again_writes_nothing(output: Path, lines: list[dict[str, Any]]) -> None:
    before = sorted(output.rglob("*.jsonl*"))
    reports = crawl(output)
    assert sorted(output.rglob("*.jsonl*")) == before
    assert [(report.new, report.changed) for report in reports] == [(0, 0), (0, 0)]
    assert sum(report.unchanged for report in reports) == len(lines)
    assert exit_code(reports) == 0


def test_a_limit_takes_the_newest(tmp_path: Path) -> None:
    (report,) = crawl(tmp_path, "dailytimes", limit=3)
    found = [article.date_published or "" for article in read(tmp_path)]
    assert (report.new, len(found)) == (3, 3)
    newest = sorted(
        (article.published for article in NEWSROOMS["dailytimes"].articles()), reverse=True
    )[2]
    assert all(date >= newest.date().isoformat() for date in found)


def test_since_takes_nothing_older(tmp_path: Path) -> None:
    since = NEWSROOMS["propakistani"].now.replace(day=1)
    crawl(tmp_path, "propakistani", since=since)
    dates = [article.date_published or "" for article in read(tmp_path)]
    wanted = [
        article for article in NEWSROOMS["propakistani"].articles() if article.published >= since
    ]
    assert len(dates) == len(wanted)
    assert min(dates) >= "2026-11-01"


SECRET = re.compile(
    r"auth|cookie|token|secret|passw|session|credential|signature|api[-_]?key", re.IGNORECASE
)


def secrets_in(cassette: str) -> list[str]:
    """The names of headers and parameters of a cassette that tell a secret, and addresses with a password in them."""
    found = []
    for interaction in yaml.safe_load(cassette)["interactions"]:
        headers = [
            *interaction["request"]["headers"].items(),
            *interaction["response"]["headers"].items(),
        ]
        locations = [
            value for name, values in headers if name.casefold() == "location" for value in values
        ]
        found += [name for name, _ in headers if SECRET.search(name)]
        for address in (interaction["request"]["uri"], *locations):
            parts = urlsplit(address)
            found += [address] if parts.password else []
            found += [
                name
                for name, value in parse_qsl(parts.query)
                if SECRET.search(name) and value != REDACTED
            ]
    return found


@pytest.mark.threat("O8")
def test_cassettes_hold_no_secrets() -> None:
    files = list(CASSETTES.rglob("*.yaml"))
    assert files
    assert {
        file.name: secrets for file in files if (secrets := secrets_in(file.read_text("utf-8")))
    } == {}


@pytest.mark.threat("O8")
@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ({"request": {"headers": {"Authorization": ["x"]}}}, ["Authorization"]),
        ({"response": {"headers": {"Set-Cookie": ["x"]}}}, ["Set-Cookie"]),
        ({"request": {"uri": "https://a.example/?api_key=x&b=1"}}, ["api_key"]),
        ({"request": {"uri": "https://u:p@a.example/"}}, ["https://u:p@a.example/"]),
        (
            {"response": {"headers": {"Location": ["https://a.example/?access_token=x"]}}},
            ["access_token"],
        ),
    ],
)
def test_a_planted_secret_is_found(planted: dict[str, Any], found: list[str]) -> None:
    plain: dict[str, Any] = {
        "request": {"uri": "https://a.example/", "headers": {}},
        "response": {"headers": {}},
    }
    interaction = {part: {**values, **planted.get(part, {})} for part, values in plain.items()}
    assert secrets_in(yaml.safe_dump({"interactions": [plain, interaction]})) == found
