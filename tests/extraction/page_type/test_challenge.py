"""Challenge pages are told by header, title or source, cheaply, and nothing else is taken for one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extraction.page_type.challenge import challenge_sign
from ingest.processing.build import article_of
from ingest.record import FetchedPage, Reason, Rejection
from ingest.sites import SiteCatalog

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
URL = "https://news.example/a"


@pytest.mark.parametrize(
    "html",
    [
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Wait</body></html>",
        "<html><head>\n<TITLE>\n Attention Required! | Cloudflare\n</TITLE>",
        "<html><title>Access &#68;enied</title>",
        "<html><title>news.example</title><script>window._cf_chl_opt={cvId:'3'}</script>",
        "\ufeff <?xml version='1.0'?>\n<!-- wait --><!DOCTYPE html><title>Security check</title>",
        "<html><iframe src='/_Incapsula_Resource?CWUDNSAI=9&incident_id=5'></iframe></html>",
    ],
)
def test_a_challenge_page_is_told(html: str) -> None:
    assert challenge_sign(html.encode(), {})


@pytest.mark.parametrize(
    "headers",
    [
        {"cf-mitigated": "challenge"},
        {"x-amzn-waf-action": "captcha"},
        {"x-vercel-mitigated": "challenge"},
    ],
)
def test_a_vendor_says_so_in_a_header(headers: dict[str, str]) -> None:
    assert challenge_sign(b"", headers)
    page = FetchedPage(URL, b"<html><p>Wait a little.</p></html>", NOW, status=200, headers=headers)
    outcome = article_of(page, SiteCatalog.load())
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.CHALLENGE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<rss><channel><title>Just a moment...</title></channel></rss>",
        "<rss><item><html><head><title>Just a moment...</title></head></html></item></rss>",
        '{"title": "Just a moment...", "html": "<script>_cf_chl_opt</script>"}',
        "User-agent: *\nDisallow: /challenge-form\n",
        "<html><title>Just a moment: why the web asks whether you are human</title>",
        "<html><title>News</title><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
        "<html><title>News</title>" + "<p>_cf_chl_opt</p>" * 5_000,
        "<html><title>" + "x" * 5_000,
    ],
)
def test_other_answers_are_none(body: str) -> None:
    assert challenge_sign(body.encode(), {"cf-ray": "8f1d", "cf-cache-status": "HIT"}) is None


def test_any_bytes_are_looked_at() -> None:
    assert challenge_sign(b"<html>\xff\xfe\x00<title>\xd8", {}) is None
