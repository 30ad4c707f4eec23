"""`khabar scrape` over loopback: many hosts, kills, feeds and sitemaps, headers, proxies, robots.txt, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trials.scrape_many import Visits, served, trial
from tests.warm import Done, Khabar, warm_khabar

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="127.0.0.2 is this machine on Linux only"
)
FAST = ("--allow-loopback", "--delay", "0")


@pytest.fixture(scope="module")
def khabar() -> Iterator[Khabar]:
    with warm_khabar() as command:
        yield command


@pytest.fixture
def site() -> Iterator[tuple[str, Visits]]:
    """A host's URL, and what all hosts of this machine are asked for."""
    with served() as (port, visits):
        yield f"http://127.0.0.2:{port}", visits


def records(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def sent(visits: Visits, path: str, header: str) -> list[str | None]:
    """The header in each request for a path."""
    return [
        headers.get(header)
        for (_, asked, _), headers in zip(visits.asked, visits.headers, strict=True)
        if asked == path
    ]


def test_a_list_of_many_hosts_is_killed_and_resumed(tmp_path: Path) -> None:
    result = trial(tmp_path, hosts=6, pages=5, kills=3, delay=0.2, seed=3)
    assert result.problems == []
    assert result.kills == 3


def test_the_articles_of_a_feed(khabar: Khabar, site: tuple[str, Visits]) -> None:
    base, visits = site
    items = "".join(f"<item><link>{base}/story-{n}</link></item>" for n in (1, 2, 3, 2))
    rss = f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"
    visits.answers["/feed"] = (200, {"Content-Type": "application/rss+xml"}, rss)
    done = khabar("scrape", "--feed", f"{base}/feed", f"{base}/story-1", "--keep-order", *FAST)
    assert done.returncode == 0, done.stderr
    assert [item["url"][-1] for item in records(done)] == ["1", "2", "3"]
    assert done.stderr.splitlines()[-1] == "3 records of 3 pages"
    assert len(visits.pages()) == 4
    done = khabar("scrape", "--feed", f"{base}/feed", "--limit", "1", *FAST)
    assert [item["url"][-1] for item in records(done)] == ["1"]


def test_a_feed_that_is_none_is_a_failure(khabar: Khabar, site: tuple[str, Visits]) -> None:
    base, visits = site
    visits.answers["/feed"] = (200, {}, "<html><body>sold out</body></html>")
    done = khabar("scrape", "--feed", f"{base}/feed", "--sitemap", f"{base}/gone", *FAST)
    assert done.returncode == 3
    assert done.stdout == ""
    assert f"{base}/feed: an HTML page, not a feed" in done.stderr
    assert f"{base}/gone: HTTP 404" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("0 records of 2 pages; 2 failed")


def test_the_pages_of_a_sitemap_and_of_those_in_an_index(
    khabar: Khabar, site: tuple[str, Visits]
) -> None:
    base, visits = site
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    named = "".join(f"<sitemap><loc>{base}/part-{n}.xml</loc></sitemap>" for n in range(22))
    visits.answers["/index.xml"] = (200, {}, f"<sitemapindex {space}>{named}</sitemapindex>")
    for number in range(22):
        url = f"<url><loc>{base}/story-{number}</loc></url>"
        visits.answers[f"/part-{number}.xml"] = (200, {}, f"<urlset {space}>{url}</urlset>")
    done = khabar("scrape", "--sitemap", f"{base}/index.xml", *FAST)
    assert done.returncode == 4
    assert len(records(done)) == 19  # with the index, limits.listing_pages
    assert "3 of its sitemaps were not read (raise limits.listing_pages)" in done.stderr


def test_headers_and_cookies_go_to_the_named_host_only(
    khabar: Khabar, site: tuple[str, Visits]
) -> None:
    base, visits = site
    other = base.replace("127.0.0.2", "127.0.0.3")
    visits.answers["/moved"] = (302, {"Location": f"{other}/story-1", "Set-Cookie": "own=1"}, "")
    visits.answers["/again"] = (302, {"Location": "/story-2", "Set-Cookie": "own=1"}, "")
    options = ("--header", "X-Key: daffodil", "--cookie", "session=daffodil; b=2")
    done = khabar(
        "scrape", f"{base}/moved", f"{base}/again", *options, *FAST, "--log-level", "debug"
    )
    assert done.returncode == 0, done.stderr
    assert len(records(done)) == 2
    assert sent(visits, "/moved", "x-key") == ["daffodil"]
    assert sent(visits, "/moved", "cookie") == ["session=daffodil; b=2"]
    assert sent(visits, "/story-1", "x-key") == [None]
    assert sent(visits, "/story-1", "cookie") == [None]
    assert sent(visits, "/story-2", "x-key") == ["daffodil"]
    assert sent(visits, "/story-2", "cookie") == ["own=1; session=daffodil; b=2"]
    assert set(sent(visits, "/robots.txt", "x-key")) == {None}
    assert set(sent(visits, "/robots.txt", "cookie")) == {None}
    assert "daffodil" not in done.stdout + done.stderr


def test_headers_do_not_go_where_a_feed_leads(khabar: Khabar, site: tuple[str, Visits]) -> None:
    base, visits = site
    other = base.replace("127.0.0.2", "127.0.0.3")
    items = f"<item><link>{base}/story-1</link></item><item><link>{other}/story-2</link></item>"
    visits.answers["/feed"] = (200, {}, f"<rss version='2.0'><channel>{items}</channel></rss>")
    done = khabar("scrape", "--feed", f"{base}/feed", "--cookie", "a=b", *FAST)
    assert done.returncode == 0, done.stderr
    assert sent(visits, "/feed", "cookie") == ["a=b"]
    assert sent(visits, "/story-1", "cookie") == ["a=b"]
    assert sent(visits, "/story-2", "cookie") == [None]


@pytest.mark.threat("A9", "O9")
def test_a_proxy_answers_and_its_password_is_nowhere(
    khabar: Khabar, site: tuple[str, Visits]
) -> None:
    base, visits = site
    proxy = base.replace("://", "://tulip:daffodil@")
    done = khabar(
        "scrape",
        "http://news.example/story-1",
        "--proxy",
        proxy,
        "--log-level",
        "debug",
        "--delay=0",
    )
    assert done.returncode == 0, done.stderr
    assert records(done)[0]["url"] == "http://news.example/story-1"
    asked = [path for _, path, _ in visits.asked]
    assert asked == ["http://news.example/robots.txt", "http://news.example/story-1"]
    password = b64encode(b"tulip:daffodil").decode()
    assert {headers["proxy-authorization"] for headers in visits.headers} == {f"Basic {password}"}
    assert "daffodil" not in done.stdout + done.stderr
    assert password not in done.stdout + done.stderr


@pytest.mark.threat("A9", "O9")
def test_a_proxy_that_is_down_is_named_without_its_password(khabar: Khabar) -> None:
    for url in ("http://news.example/a", "https://news.example/a"):
        done = khabar("scrape", url, "--proxy", "http://tulip:daffodil@127.0.0.1:9", "--delay=0")
        assert done.returncode == 3
        assert "daffodil" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_a_page_is_fetched_without_robots_txt_only_if_asked_for(
    khabar: Khabar, site: tuple[str, Visits]
) -> None:
    base, visits = site
    visits.answers["/robots.txt"] = (200, {}, "User-agent: *\nDisallow: /\n")
    url = f"{base}/story-1"
    done = khabar("scrape", url, *FAST)
    assert done.returncode == 3
    assert "Forbidden by robots.txt" in done.stderr
    assert visits.pages() == []
    visits.asked.clear()
    done = khabar("scrape", url, "--no-robots", *FAST)
    assert done.returncode == 0, done.stderr
    (record,) = records(done)
    assert "robots.txt was not asked" in " ".join(record["metadata"]["warnings"])
    assert [path for _, path, _ in visits.asked] == ["/story-1"]
    done = khabar("scrape", url, "--explain", *FAST)
    assert done.returncode == 3
    done = khabar("scrape", url, "--explain", "--no-robots", *FAST)
    assert done.stdout.startswith("result: a record\n")


@pytest.mark.threat("A7")
def test_every_way_in_keeps_to_public_addresses(khabar: Khabar, site: tuple[str, Visits]) -> None:
    base, visits = site
    for arguments in (
        ("--explain", f"{base}/story-1"),
        ("--feed", f"{base}/feed"),
        ("--sitemap", f"{base}/map.xml"),
        ("--no-robots", f"{base}/story-1"),
    ):
        done = khabar("scrape", *arguments)
        assert done.returncode == 3
        assert "not a public address" in done.stderr
    assert visits.asked == []


def test_the_user_agent_and_the_timeout_are_the_operators(
    khabar: Khabar, site: tuple[str, Visits]
) -> None:
    base, visits = site
    done = khabar(
        "scrape",
        f"{base}/story-1",
        f"{base}/slow",
        "--user-agent",
        "Reader/2",
        "--timeout",
        "0.5",
        *FAST,
    )
    assert done.returncode == 4
    assert f"{base}/slow: no whole answer in time" in done.stderr
    assert {headers["user-agent"] for headers in visits.headers} == {"Reader/2"}


def test_what_is_recorded_can_be_replayed(
    khabar: Khabar, site: tuple[str, Visits], tmp_path: Path
) -> None:
    base, visits = site
    tape = tmp_path / "tape.yaml"
    assert khabar("scrape", f"{base}/story-1", "--record", tape, *FAST).returncode == 0
    number = len(visits.asked)
    done = khabar("scrape", f"{base}/story-1", "--replay", tape)
    assert done.returncode == 0, done.stderr
    assert len(records(done)) == 1
    assert len(visits.asked) == number


def test_no_more_requests_at_a_time_than_asked_for(
    khabar: Khabar, site: tuple[str, Visits]
) -> None:
    base, visits = site
    urls = [base.replace(".0.2:", f".0.{host}:") + f"/story-{host}" for host in range(2, 22)]
    done = khabar("scrape", *urls, "--concurrency", "1", *FAST)
    assert done.returncode == 0, done.stderr
    assert len(records(done)) == 20
    assert visits.together == 1
    done = khabar("scrape", *urls, "--concurrency", "20", *FAST)
    assert done.returncode == 0, done.stderr
    assert visits.together > 1


def start(folder: Path, *arguments: str, output: Any = subprocess.PIPE) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "ingest", "scrape", *arguments)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=output, stderr=subprocess.PIPE
    )


def test_what_was_written_before_ctrl_c_is_whole(tmp_path: Path, site: tuple[str, Visits]) -> None:
    base, _ = site
    urls = [f"{base}/story-{number}" for number in range(200)]
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    file = tmp_path / "out.json"
    process = start(
        tmp_path,
        "-i",
        "urls.txt",
        "-o",
        "out.json",
        "--format=json",
        "--allow-loopback",
        "--delay=0.1",
    )
    while process.poll() is None and not (file.exists() and file.stat().st_size > 0):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert len(json.loads(file.read_text("utf-8"))) >= 1
    lines = err.decode().splitlines()
    assert any(" records of 200 pages; " in line and line.endswith(" not done") for line in lines)
    assert lines[-1] == "khabar: interrupted; the records written so far are complete"


def test_a_reader_that_has_enough_ends_the_run(tmp_path: Path, site: tuple[str, Visits]) -> None:
    base, _ = site
    urls = [f"{base}/story-{number}" for number in range(60)]
    with start(tmp_path, *urls, *FAST) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["url"].startswith(base)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
def test_a_full_disk_ends_the_run_with_one_line(tmp_path: Path, site: tuple[str, Visits]) -> None:
    base, visits = site
    urls = [f"{base}/story-{number}" for number in range(300)]
    process = start(
        tmp_path, *urls, "-o", "/dev/full", "--quiet", "--allow-loopback", "--delay=0.1"
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == b""
    assert err.decode().splitlines()[0].startswith("khabar: cannot write /dev/full: No space left")
    assert len(visits.pages()) < 300
