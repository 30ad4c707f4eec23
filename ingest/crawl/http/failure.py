"""Why a page could not be fetched: exceptions of Scrapy and Twisted as Khabar's, one line each."""

from __future__ import annotations

import asyncio

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.defer import CancelledError as TwistedCancelledError

from ingest.errors import (
    ForbiddenByRobots,
    HostExcluded,
    HTTPStatusError,
    KhabarError,
    NotRecorded,
    Unreachable,
)
from ingest.record import Reason, Rejection

_MESSAGES: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "the host's name is unknown"),
    (DownloadConnectionRefusedError, "the host refuses the connection"),
    (DownloadTimeoutError, "no whole answer in time"),
    (ResponseDataLossError, "the answer broke off"),
    (DownloadFailedError, "the connection gave no usable answer"),
)

_FORBIDDEN = "Forbidden by robots.txt"
"""Scrapy's message; it has no exception of its own for this."""

_STATUS_REMEDIES = {
    401: "the page is for subscribers",
    403: "the site may refuse crawlers; slow down with --delay, or ask its operator",
    429: "slow down with --delay",
}


def is_cancelled(error: BaseException) -> bool:
    """Whether a request was cancelled, as those in progress are if a signal ends the run.

    A cancelled request says nothing about its page, so that it is not a failure. A connection that
    is cancelled during a response fails with the cancellation as its reason.
    """
    cancelled = (asyncio.CancelledError, TwistedCancelledError)
    if isinstance(error, cancelled):
        return True
    reasons = getattr(error.__cause__, "reasons", ())
    return any(isinstance(reason.value, cancelled) for reason in reasons)


def outcome_of(url: str, error: BaseException) -> Rejection | KhabarError:
    """Return the outcome of a failed request.

    Returns:
        A `Rejection` for a page over the limits; for anything else an error that names the URL.
    """
    if is_too_large(error):
        return Rejection(
            url=url,
            requested_url=url,
            reason=Reason.TOO_LARGE,
            detail="the response is over limits.page_bytes",
        )
    if isinstance(error, HttpError):
        return http_error(url, error.response.status)
    if isinstance(error, NotRecorded):
        return NotRecorded(error.message, error.remedy)  # not the subclass for Scrapy
    if isinstance(error, HostExcluded):
        return HostExcluded(error.message, error.remedy)
    if isinstance(error, KhabarError):
        return error
    reason = reason_of(error)
    kind = ForbiddenByRobots if reason == _FORBIDDEN else Unreachable
    return kind(f"{url}: {reason}")


def reason_of(error: BaseException) -> str:
    """Return why a request failed, in a few words."""
    if isinstance(error, IgnoreRequest):  # such as "Forbidden by robots.txt"
        return str(error) or "refused"
    if "certificate verify failed" in str(error):
        return "its TLS certificate does not hold"
    messages = (message for kind, message in _MESSAGES if isinstance(error, kind))
    return next(messages, f"{type(error).__name__}: {error}")


def http_error(url: str, status: int) -> HTTPStatusError:
    """Return the error for a response with an error status."""
    error = HTTPStatusError(f"{url}: HTTP {status}", _STATUS_REMEDIES.get(status, ""))
    error.status = status
    return error


def is_too_large(error: BaseException) -> bool:
    """Whether a response was over the limit of bytes.

    Scrapy has no exception of its own for `DOWNLOAD_MAXSIZE`, compressed or not.
    """
    return isinstance(error, (DownloadCancelledError, IgnoreRequest)) and (
        "download max size" in str(error) or "DOWNLOAD_MAXSIZE" in str(error)
    )
