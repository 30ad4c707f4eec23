from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.crawl.run import fetch_pages
from ingest.record import Article, Rejection
from ingest.settings import Limits, Settings
from ingest.sites import Site
from tests.crawl.rendering.scripted import (
    FILL,
    LOAD,
    in_json,
    in_script,
    needs_chromium,
    parts,
    shell,
)
from tests.small_paper import HOME, HOST, Paper, always, article, in_fresh_process, moved, ok, title

pytestmark = needs_chromium()

FORBIDDEN = "10.11.12.13"
SECONDS = 5.0
"""For pages that never come to an end."""
REQUESTS = 2


def publish(paper: Paper) -> None:
    paper.put("/scripted/", shell("", more='<script src="/app.js" defer></script>'))
    paper.put("/again/", shell("", more='<script src="/app.js" defer></script>'))
    paper.put("/plain/", article(2))
    paper.pages["/app.js"] = always(in_script(LOAD))
    paper.pages["/api/3.json"] = always(in_json(parts(3)))


def empty_only(paper: Paper) -> dict[str, Any]:
    publish(paper)
    paper.announced.remove("/again/")
    challenge = shell(LOAD).replace("The Tern", "Just a moment...")
    paper.pages["/guarded/"] = always(
        (200, {"Content-Type": "text/html", "cf-mitigated": "challenge"}, challenge)
    )
    paper.announced.append("/guarded/")
    paper.definition = {"render": "if-empty"}
    first, asked = paper.crawl(), list(paper.asked)
    return {"first": first, "asked": asked, "second": paper.crawl(), "records": paper.records()}


def not_at_all(paper: Paper) -> dict[str, Any]:
    publish(paper)
    return {"summary": paper.crawl(), "asked": paper.requests("/app.js")}


def every_page(paper: Paper) -> dict[str, Any]:
    publish(paper)
    paper.definition = {"render": True}
    tape = paper.output / "tape.yaml"
    paper.crawl(record=tape)
    asked = [path for path, _ in paper.asked]
    live = paper.records()
    paper.output, paper.url = paper.output / "replayed", "http://127.0.0.1:9"
    paper.crawl(replay=[tape])
    return {"live": live, "replayed": paper.records(), "asked": asked}


def left_alone(paper: Paper) -> dict[str, Any]:
    publish(paper)
    paper.announced.remove("/again/")
    paper.definition = {"render": "if-empty"}
    paper.pages["/api/3.json"] = always((429, {"Retry-After": "86400"}, ""))
    first = paper.crawl()
    paper.pages["/api/3.json"] = always(in_json(parts(3)))
    return {"first": first, "second": paper.crawl(), "records": paper.records()}


@contextmanager
def listener() -> Iterator[tuple[int, list[Any]]]:
    """A port of this machine, and the connections to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[Any] = []

        def accept() -> None:
            while True:
                try:
                    connections.append(server.accept()[1])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], connections
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def reaching_out(port: int) -> str:
    """A script that connects in all ways that it finds to other machines and ports."""
    place = f"127.0.0.1:{port}"
    return f"""
        new WebSocket("ws://{place}/"); new EventSource("http://{place}/"); new Image().src = "http://{place}/i.png";
        navigator.sendBeacon("http://{place}/", "seen"); open("http://{place}/window");
        new Worker(URL.createObjectURL(new Blob(['fetch("http://{place}/"); new WebSocket("ws://{place}/")'])));
        const rtc = new RTCPeerConnection({{iceServers: [
            {{urls: "turn:{place}?transport=tcp", username: "a", credential: "b"}}]}});
        rtc.createDataChannel("a"); rtc.createOffer().then(offer => rtc.setLocalDescription(offer));
        const tries = ["http://{FORBIDDEN}/", "/moved/", "/away/", "/api/secret.json", "http://{place}/"];
        const story = {in_json(parts(4))[2]};
        Promise.allSettled([...tries.map(url => fetch(url)), fetch("/api/3.json", {{method: "POST"}})])
            .then(() => {{ {FILL} }});
    """


def rendered(paper: Paper, paths: Iterable[str], limits: Limits) -> dict[str, Any]:
    settings = Settings.load(
        connect_to={HOST: paper.url},
        allow_loopback=True,
        delay=0,
        workers=1,
        retries=0,
        render=True,
        limits=limits,
    )
    site = Site(name="tern", domain=HOST, render_hosts=[FORBIDDEN])
    paths = sorted(paths)
    outcomes = fetch_pages([HOME + path for path in paths], settings, site=site)
    return dict(zip(paths, outcomes, strict=True))


def hostile(paper: Paper) -> dict[str, Any]:
    """Pages that ask for what they must not have, and pages that never end."""
    polls = (
        "const more = () => fetch('/poll').catch(() => 0).then(() => setTimeout(more, 5)); more();"
    )
    with listener() as (port, connections):
        pages: dict[str, str] = {
            "/reaching/": shell(
                reaching_out(port),
                more=f'<link rel="preconnect" href="http://127.0.0.1:{port}"><link rel="stylesheet" href="/a.css">'
                f'<iframe src="http://127.0.0.1:{port}/frame"></iframe><img src="/a.png">',
            ),
            "/endless/": shell(f"const story = {in_json(parts(5))[2]}; {FILL} {polls}"),
            "/stuck/": shell("for (;;) {}"),
            "/stuck-article/": article(
                6, head="<script>setTimeout(() => { for (;;) {} }, 0)</script>"
            ),
            "/huge/": shell("app.textContent = 'word '.repeat(200000)"),
            "/leaving/": shell(f"location.href = 'http://{FORBIDDEN}/'"),
        }
        for path, html in pages.items():
            paper.pages[path] = always(ok(html))
        paper.pages["/robots.txt"] = always((200, {}, "User-agent: *\nDisallow: /api/secret.json"))
        paper.pages["/moved/"] = always(moved(f"http://{FORBIDDEN}/"))
        paper.pages["/away/"] = always(moved("https://elsewhere.example/"))
        paper.pages["/poll"] = always(in_json({}))
        ending = {path for path in pages if path in {"/reaching/", "/huge/", "/leaving/"}}
        outcomes = rendered(paper, ending, Limits(page_bytes=300_000)) | rendered(
            paper,
            pages.keys() - ending,
            Limits(render_seconds=SECONDS, render_requests=REQUESTS),
        )
        return {
            "outcomes": outcomes,
            "asked": [path for path, _ in paper.asked],
            "connections": connections,
        }


SCENARIOS: dict[str, Callable[[Paper], Any]] = {
    scenario.__name__: scenario
    for scenario in (empty_only, not_at_all, every_page, left_alone, hostile)
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return in_fresh_process(SCENARIOS, tmp_path_factory.mktemp("rendering"))


def by_url(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {record["url"].removeprefix(HOME): record for record in records}


def test_without_rendering_the_page_is_empty(told: dict[str, Any]) -> None:
    assert dict(told["not_at_all"]["summary"].rejected) == {"empty": 2}
    assert told["not_at_all"]["asked"] == []


def test_if_empty_only_a_page_without_text_is_rendered(told: dict[str, Any]) -> None:
    records = by_url(told["empty_only"]["records"])
    assert set(records) == {"/scripted/", "/plain/"}
    assert records["/scripted/"]["headline"] == title(3)
    assert records["/scripted/"]["authors"][0]["name"] == "Ines Okafor"
    assert records["/scripted/"]["metadata"]["warnings"] == ["rendered in a browser: 2 requests"]
    assert records["/plain/"]["metadata"]["warnings"] == []


def test_the_page_itself_is_not_asked_for_twice(told: dict[str, Any]) -> None:
    paths = [path for path, _ in told["empty_only"]["asked"]]
    assert sorted(paths) == sorted(
        ["/robots.txt", "/map.xml", "/scripted/", "/plain/", "/guarded/", "/app.js", "/api/3.json"]
    )


def test_a_challenge_page_is_not_rendered(told: dict[str, Any]) -> None:
    assert dict(told["empty_only"]["first"].rejected) == {"challenge": 1}


def test_the_requests_of_a_page_have_our_user_agent(told: dict[str, Any]) -> None:
    agents = {headers["user-agent"] for _, headers in told["empty_only"]["asked"]}
    assert len(agents) == 1
    assert agents.pop().startswith("Khabar/")
    (sent,) = [headers for path, headers in told["empty_only"]["asked"] if path == "/api/3.json"]
    assert not {"cookie", "sec-fetch-mode", "sec-ch-ua"} & set(sent)


def test_every_page_is_rendered_and_shares_its_scripts(told: dict[str, Any]) -> None:
    warnings = {
        path: record["metadata"]["warnings"][0]
        for path, record in by_url(told["every_page"]["live"]).items()
    }
    assert set(warnings) >= {"/plain/", "/scripted/"}
    assert all(text.startswith("rendered in a browser: ") for text in warnings.values())
    assert told["every_page"]["asked"].count("/app.js") == 1


def test_a_rendered_page_is_recorded_and_replayed(told: dict[str, Any]) -> None:
    live, replayed = by_url(told["every_page"]["live"]), by_url(told["every_page"]["replayed"])
    assert {path: record["articleBody"] for path, record in live.items()} == {
        path: record["articleBody"] for path, record in replayed.items()
    }
    assert title(3) in {record["headline"] for record in replayed.values()}


def test_a_page_whose_host_asks_for_a_long_pause_stays_due(told: dict[str, Any]) -> None:
    first, second = told["left_alone"]["first"], told["left_alone"]["second"]
    assert dict(first.rejected) == {}
    assert first.new + second.new == 2
    assert "/scripted/" in by_url(told["left_alone"]["records"])


@pytest.mark.threat("A11")
def test_a_page_reaches_no_other_host_and_no_other_port(told: dict[str, Any]) -> None:
    assert told["hostile"]["connections"] == []
    record = told["hostile"]["outcomes"]["/reaching/"]
    assert isinstance(record, Article)
    assert record.headline == title(4)
    (remark,) = [text for text in record.metadata.warnings if text.startswith("rendered")]
    for reason in (
        "2 to an address that is not allowed",  # asked for, and by a redirect
        "1 forbidden by robots.txt",
        "1 not GET",
        "for another page or a frame",
        "of other sites",
    ):
        assert reason in remark
    asked = told["hostile"]["asked"]
    assert "/moved/" in asked
    assert not {"/api/secret.json", "/a.png", "/a.css"} & set(asked)


@pytest.mark.threat("P13")
def test_a_page_that_asks_on_and_on_is_taken_as_it_is(told: dict[str, Any]) -> None:
    record = told["hostile"]["outcomes"]["/endless/"]
    assert isinstance(record, Article)
    assert record.headline == title(5)
    assert "rendered only as far as it was after limits.render_seconds" in record.metadata.warnings
    assert any("over limits.render_requests" in text for text in record.metadata.warnings)
    assert told["hostile"]["asked"].count("/poll") == REQUESTS


@pytest.mark.threat("P13")
def test_a_page_whose_script_never_ends_is_rejected(told: dict[str, Any]) -> None:
    outcome = told["hostile"]["outcomes"]["/stuck/"]
    assert isinstance(outcome, Rejection)
    assert outcome.reason == "too-slow"
    assert "its scripts do not pause" in outcome.detail


def test_an_article_whose_script_never_ends_is_kept_as_it_was_fetched(told: dict[str, Any]) -> None:
    record = told["hostile"]["outcomes"]["/stuck-article/"]
    assert isinstance(record, Article)
    assert record.headline == title(6)
    assert any("its scripts do not pause" in text for text in record.metadata.warnings)


@pytest.mark.threat("P13")
def test_a_page_that_grows_over_the_limit_is_rejected(told: dict[str, Any]) -> None:
    outcome = told["hostile"]["outcomes"]["/huge/"]
    assert isinstance(outcome, Rejection)
    assert outcome.reason == "too-large"


def test_a_page_that_leads_away_by_script_stays_where_it_is(told: dict[str, Any]) -> None:
    outcome = told["hostile"]["outcomes"]["/leaving/"]
    assert isinstance(outcome, Rejection)
    assert outcome.reason == "empty"
    assert "1 for another page or a frame" in outcome.detail


def test_a_program_gets_the_error_of_a_missing_browser_before_it_asks(tmp_path: Path) -> None:
    from ingest.errors import UsageError

    paper = Paper(tmp_path, url="http://127.0.0.1:9")
    paper.definition, paper.settings = {"render": True}, {"browser": "no-such-browser"}
    with pytest.raises(UsageError, match="no program 'no-such-browser'"):
        paper.crawl()
    assert not list(tmp_path.iterdir())
