"""Why a page could not be fetched: Scrapy's and Twisted's exceptions as Khabar's, one line each."""

from __future__ import annotations

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

from ingest.errors import HostExcluded, KhabarError, NotRecorded, Unreachable
from ingest.record import Reason, Rejection

_MESSAGES: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "the host's name is unknown"),
    (DownloadConnectionRefusedError, "the host refuses the connection"),
    (DownloadTimeoutError, "no whole answer in time"),
    (ResponseDataLossError, "the answer broke off"),
    (DownloadFailedError, "the connection gave no usable answer"),
)

_STATUS_REMEDIES = {
    401: "the page is for subscribers",
    403: "the site may refuse crawlers; slow down with --delay, or ask its operator",
    429: "slow down with --delay",
}


def outcome_of(url: str, error: BaseException) -> Rejection | KhabarError:
    """What a failed request means: a page over the limits is a `Rejection`, all else an error that names the URL."""
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
        return NotRecorded(error.message, error.remedy)  # without what Scrapy needs of it
    if isinstance(error, HostExcluded):
        return HostExcluded(error.message, error.remedy)
    if isinstance(error, KhabarError):
        return error
    return Unreachable(f"{url}: {reason_of(error)}")


def reason_of(error: BaseException) -> str:
    """Why a request failed, in a few words."""
    if isinstance(error, IgnoreRequest):  # such as "Forbidden by robots.txt"
        return str(error) or "refused"
    if "certificate verify failed" in str(error):
        return "its TLS certificate does not hold"
    messages = (message for kind, message in _MESSAGES if isinstance(error, kind))
    return next(messages, f"{type(error).__name__}: {error}")


def http_error(url: str, status: int) -> Unreachable:
    """The error for an answer with an error status."""
    return Unreachable(f"{url}: HTTP {status}", _STATUS_REMEDIES.get(status, ""))


def is_too_large(error: BaseException) -> bool:
    """Whether an answer was over the limit of bytes.

    Scrapy has no exception of its own for `DOWNLOAD_MAXSIZE`, of the wire or of the unpacked body.
    """
    return isinstance(error, (DownloadCancelledError, IgnoreRequest)) and (
        "download max size" in str(error) or "DOWNLOAD_MAXSIZE" in str(error)
    )
