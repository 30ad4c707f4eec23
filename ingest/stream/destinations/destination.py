"""What a destination is, and which one an address names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlsplit

from ingest.errors import KhabarError, UsageError
from ingest.redaction.text import redacted_url
from ingest.stream.follow import Taken

OBJECT_STORES = ("s3", "gs", "az", "abfs", "sftp", "file", "memory")
"""Schemes that fsspec opens. `memory` is for tests of programs that use it."""


class NotDelivered(KhabarError):
    """The destination did not take the records. They are given again.

    Attributes:
        is_final: whether trying again is of no use.
        wait_seconds: the time that the destination asks to wait, if it does.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        is_final: bool = False,
        wait_seconds: float | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.is_final = is_final
        self.wait_seconds = wait_seconds


class Destination(Protocol):
    """Takes batches of records, each at least once."""

    batch: int
    """The most records of one batch."""

    def deliver(self, records: Sequence[Taken]) -> None:
        """Take records, all of them; they count as taken when this returns.

        Raises:
            NotDelivered: not all were taken.
        """

    def close(self) -> None:
        """Release what it holds; called once, also after an error."""


def open_destination(address: str) -> Destination:
    """Return the destination of an address.

    Args:
        address: `https://...` for a webhook, `kafka://BROKER[,BROKER]/TOPIC`, or a folder that
            fsspec knows, such as `s3://BUCKET/FOLDER/`.

    Raises:
        UsageError: it is none of these, or needs an extra that is not installed.
    """
    scheme = urlsplit(address).scheme
    if scheme in ("http", "https"):
        from ingest.stream.destinations.webhook import Webhook  # noqa: PLC0415 - when it is used

        return Webhook(address)
    if scheme == "kafka":
        from ingest.stream.destinations.kafka import KafkaTopic  # noqa: PLC0415 - of an extra

        return KafkaTopic(address)
    if scheme in OBJECT_STORES:
        from ingest.stream.destinations.objects import Objects  # noqa: PLC0415 - of an extra

        return Objects(address)
    raise UsageError(
        f"not a destination: {redacted_url(address)!r}",
        "give https://..., kafka://broker:9092/topic or s3://bucket/folder/",
    )
