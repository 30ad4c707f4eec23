"""The exceptions of Khabar.

The `str()` of each is a single line: the object, what is wrong with it, and the remedy.

The number in parentheses is the exit code of the command `khabar`. Subclasses inherit it, and the
default is 1:

    KhabarError                  base class, with `message`, `remedy` and `exit_code`
    ├── UsageError (2)           an argument, a setting or a file of the operator's is wrong
    │   ├── UnknownSite          no site definition has this name
    │   ├── InvalidURL           not an absolute http(s) URL
    │   ├── InvalidDefinition    a site definition does not load
    │   ├── InvalidCassette      a cassette is missing or cannot be read
    │   ├── ArticleNotFound      an article or URL is neither in the ledger nor in the output
    │   └── UnwritableOutput     the output file or folder cannot be written
    ├── NothingFetched (3)       no page could be fetched, or none of those fetched is an article
    │   ├── Unreachable          the host does not answer, or answers with an error status
    │   │   ├── HTTPStatusError    the answer has an error status
    │   │   ├── ForbiddenByRobots  robots.txt forbids the address
    │   │   └── HostExcluded       the host must not be contacted for the rest of this run
    │   ├── NotRecorded          the replayed cassette has no such request
    │   └── ForbiddenAddress     the host's IP address is not public
    ├── LimitExceeded            a page exceeds one of `settings.Limits`
    ├── OutputLocked (5)         another run writes to the same output folder and site
    └── Terminated (143)         SIGTERM stopped the run in good order
"""

from __future__ import annotations


class KhabarError(Exception):
    """Base class of all errors. `str()` returns one printable line: "message (remedy)".

    Passwords and tokens in addresses are masked.

    Instances can be pickled, so that a worker process can raise them in its parent.

    Args:
        message: the thing and what is wrong with it.
        remedy: what the operator can do about it; empty if there is nothing.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        # They compile many patterns, for which a call without an error need not wait.
        from ingest.redaction.text import masked  # noqa: PLC0415
        from ingest.text import one_line, printable  # noqa: PLC0415

        self.message = printable(masked(one_line(message)))
        self.remedy = printable(masked(one_line(remedy)))
        super().__init__(self.message, self.remedy)

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class UsageError(KhabarError):
    """An argument, a setting or a file of the operator's is wrong. A retry does not help."""

    exit_code = 2


class UnknownSite(UsageError):
    """No site definition has this name. The remedy offers the nearest name."""


class InvalidURL(UsageError):
    """The text is not an absolute http or https URL."""


class InvalidDefinition(UsageError):
    """A site definition is not valid. The message names the file and the key."""


class InvalidCassette(UsageError):
    """A cassette does not exist or cannot be read."""


class ArticleNotFound(UsageError):
    """No crawl has recorded this article or URL."""


class UnwritableOutput(UsageError):
    """The output file or folder cannot be written."""


class NothingFetched(KhabarError):
    """No page could be fetched, or none of those fetched is an article."""

    exit_code = 3


class Unreachable(NothingFetched):
    """The host does not answer, or answers with an error status."""


class HTTPStatusError(Unreachable):
    """The answer has an error status, in `status`."""

    status: int = 0


class ForbiddenByRobots(Unreachable):
    """The host's robots.txt forbids the address."""


class HostExcluded(Unreachable):
    """The host must not be contacted for the rest of this run. Reported once per host."""


class NotRecorded(NothingFetched):
    """The replayed cassette has no such request."""


class ForbiddenAddress(NothingFetched):
    """The host's IP address is private, local or otherwise not global (RFC 6890)."""


class LimitExceeded(KhabarError):
    """A page exceeds one of `settings.Limits`. The pipeline turns it into a `Rejection`."""


class OutputLocked(KhabarError):
    """Another run writes to the same output folder and site."""

    exit_code = 5


class Terminated(KhabarError):
    """SIGTERM stopped the run in good order."""

    exit_code = 143  # 128 plus the number of the signal, as shells report it
