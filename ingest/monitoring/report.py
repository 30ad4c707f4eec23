"""Report crawls: log records, exit codes, and alarms to a command or webhook of the operator."""

from __future__ import annotations

import json
import logging
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ingest.logs import SUMMARY

if TYPE_CHECKING:
    from ingest.monitoring.summary import RunSummary
    from ingest.settings import Settings

logger = logging.getLogger(SUMMARY)


def log_start(sites: Iterable[str]) -> None:
    """Log the start of the crawls."""
    for site in sites:
        logger.info("crawl starts", extra={"site": site, "facts": {"event": "start"}})


def log_end(reports: Iterable[RunSummary]) -> None:
    """Log a record for each site, as a warning if it is unhealthy."""
    for report in reports:
        for remark in report.remarks:
            logger.info("%s", remark, extra={"site": report.site, "facts": {"event": "remark"}})
        level = logging.INFO if report.healthy else logging.WARNING
        logger.log(level, "%s", _line(report), extra={"site": report.site, "facts": _facts(report)})


def _line(report: RunSummary) -> str:
    rejected = sum(report.rejected.values())
    counts = f"{report.found} found, {report.new} new"
    counts += f", {report.changed} changed, {report.unchanged} unchanged"
    if report.gone:
        counts += f", {report.gone} gone"
    parts = [
        f"{counts}, {rejected} rejected, {report.failed} failed in {report.seconds:.1f} s",
        *(f"{number} rejected: {reason}" for reason, number in sorted(report.rejected.items())),
        *(f"{number} failed: {reason}" for reason, number in sorted(report.failures.items())),
        *map(str, report.findings or report.errors),
    ]
    return "; ".join(parts)


def _facts(report: RunSummary) -> dict[str, object]:
    """Return the values of the closing table, in JSON types."""
    return {
        "event": "end",
        "healthy": report.healthy,
        "found": report.found,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "gone": report.gone,
        "rejected": report.rejected,
        "failed": report.failed,
        "failures": report.failures,
        "errors": report.errors,
        "remarks": report.remarks,
        "findings": [finding.model_dump(mode="json") for finding in report.findings],
        "newest": report.newest.astimezone(UTC).isoformat() if report.newest else None,
        "seconds": round(report.seconds, 3),
    }


EXIT_DONE = 0
EXIT_NOTHING = 3
EXIT_UNHEALTHY = 4


def exit_code(reports: Iterable[RunSummary]) -> int:
    """Return the exit code of a command for these crawls.

    It is 0 if all sites are healthy, 3 if no site has articles or is idle, otherwise 4.
    """
    reports = list(reports)
    if not any(report.articles or report.idle for report in reports):
        return EXIT_NOTHING
    return EXIT_DONE if all(report.healthy for report in reports) else EXIT_UNHEALTHY


def alarm(reports: Iterable[RunSummary], code: int, output: Path, now: datetime) -> dict[str, Any]:
    """Return the JSON of an alarm: the unhealthy sites with their findings and errors."""
    sites = [
        {
            "site": report.site,
            "runId": report.run_id,
            "findings": [finding.model_dump(mode="json") for finding in report.findings],
            "errors": list(report.errors),
        }
        for report in reports
        if not report.healthy
    ]
    return {
        "time": now.isoformat(timespec="seconds"),
        "output": str(output),
        "exitCode": code,
        "sites": sites,
    }


def send(message: dict[str, Any], settings: Settings) -> Iterator[str]:
    """Run the command and post to the webhook, if they are set; return a line for each failure."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8")
    seconds = settings.limits.hook_seconds
    if settings.on_unhealthy and (problem := _run(settings.on_unhealthy, body, seconds)):
        program = settings.on_unhealthy.split(maxsplit=1)[0]  # its arguments may hold a secret
        yield f"on_unhealthy {program!r}: {problem}"
    if settings.webhook and (problem := _post(settings.webhook, body, seconds)):
        host = urlsplit(settings.webhook).hostname  # not the whole URL: its path may hold a secret
        yield f"webhook on {host}: {problem}"


def _run(command: str, body: bytes, seconds: float) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's command, no shell; data on stdin
            shlex.split(command),
            input=body,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except ValueError as error:  # such as an unclosed quotation mark
        return str(error)
    except OSError as error:
        return str(error.strerror or error)
    except subprocess.TimeoutExpired:
        return f"not done after {seconds:g} s, ended"
    if done.returncode == 0:
        return None
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"exit code {done.returncode}" + (f", {lines[-1]}" if lines else "")


def _post(url: str, body: bytes, seconds: float) -> str | None:
    headers = {"Content-Type": "application/json"}
    # The settings accept http and https only.
    request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - see above
    try:
        with build_opener(_NoRedirect).open(request, timeout=seconds) as answer:
            answer.read(1)
    except HTTPError as error:
        with error:
            return f"HTTP {error.code}"
    except URLError as error:
        return str(error.reason)
    except (OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return None


class _NoRedirect(HTTPRedirectHandler):
    """Treats a redirect as a failure: it would turn the POST into a GET without a body."""

    def redirect_request(self, *_: object) -> None:
        """Return None, so that the redirect is not followed."""
