"""Whether the digests of a record hold (pure)."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.archive.http import without_chunks
from ingest.archive.pages import digest_holds
from ingest.archive.record import Record


def problems_of(record: Record) -> Iterator[str]:
    """Yield what is wrong with a record that could be read."""
    fields = record.head.fields
    if not digest_holds(fields.get("warc-block-digest", ""), record.block):
        yield "WARC-Block-Digest does not hold"
    digest = fields.get("warc-payload-digest", "")
    # That of a revisit is of the payload elsewhere (ISO 28500, 6.7.2), and a part has another one.
    if record.head.kind == "revisit" or "warc-truncated" in fields:
        return
    if digest and not any(digest_holds(digest, payload) for payload in _payloads(record)):
        yield "WARC-Payload-Digest does not hold"


def _payloads(record: Record) -> Iterator[bytes]:
    """Yield what writers take as the payload: with its chunks, or without them."""
    if "application/http" not in record.head.fields.get("content-type", ""):
        yield record.block
        return
    payload = record.block.partition(b"\r\n\r\n")[2]
    yield payload
    yield without_chunks(payload)[0]
