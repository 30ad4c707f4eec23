"""The errors of Khabar, each one line for its reader: what is wrong, with what, and the remedy.

KhabarError                 base; carries `remedy` and the process's `exit_code`
├── UsageError (2)          the call is wrong
│   ├── UnknownSite         no definition of that name; the nearest one is offered
│   ├── BadURL              not an http(s) URL
│   ├── BadDefinition       a site definition does not load
│   ├── BadRecording        a cassette cannot be read
│   ├── NotKnown            the ledger or the output knows nothing of an address or article
│   └── UnwritableOutput    the output cannot be written
├── NothingFetched (3)      no page could be fetched, or no article came out of those fetched
│   ├── Unreachable         the host cannot be reached, or answered with an error
│   │   └── LeftAlone       the host is asked for nothing more in this run
│   ├── NotRecorded         the replayed cassette holds no such request
│   └── ForbiddenAddress    the address is not a public one
├── LimitExceeded           a page is over one of the limits of `settings.Limits`
├── Locked (5)              another run holds the lock of this output
└── Terminated (143)        SIGTERM ended the run, in good order
"""

from __future__ import annotations

from ingest.text import one_line, printable


class KhabarError(Exception):
    """Base of all errors: `str()` is one printable line, "message (remedy)".

    It survives pickling, so that it can cross the border of a worker process.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = printable(one_line(message))
        self.remedy = printable(one_line(remedy))

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class UsageError(KhabarError):
    """The call is wrong and no retry mends it."""

    exit_code = 2


class UnknownSite(UsageError):
    """No site definition has that name."""


class BadURL(UsageError):
    """The text is not an absolute http or https URL."""


class BadDefinition(UsageError):
    """A site definition is not valid; the message names the file and the key."""


class BadRecording(UsageError):
    """A cassette does not exist or cannot be read."""


class NotKnown(UsageError):
    """No crawl has met the address or the article."""


class UnwritableOutput(UsageError):
    """The output file or folder cannot be written."""


class NothingFetched(KhabarError):
    """Nothing was fetched, or nothing of what was fetched is an article."""

    exit_code = 3


class Unreachable(NothingFetched):
    """The host does not answer, or answers with an error status."""


class LeftAlone(Unreachable):
    """The host as a whole may not be asked, or no longer in this run; the run's errors say so once, of the host."""


class NotRecorded(NothingFetched):
    """A replay met a request that its cassette does not hold."""


class ForbiddenAddress(NothingFetched):
    """The host's address is private, local or otherwise not global (RFC 6890)."""


class LimitExceeded(KhabarError):
    """A page is over a limit; the pipeline makes a `Rejection` of it."""


class Locked(KhabarError):
    """Another run writes to the same output and site."""

    exit_code = 5


class Terminated(KhabarError):
    """SIGTERM ended the run, in good order."""

    exit_code = 143  # 128 and the number of the signal, as shells have it
