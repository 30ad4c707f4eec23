"""Whether a body is in the content coding that its header names (RFC 9110, 8.4)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping

import brotli

_ENOUGH = 2**20
"""Bytes of a decoded body after which it counts as valid: a few bytes can become gigabytes."""
_RAW_DEFLATE = -15
"""For `zlib`: a stream without header and checksum, which some servers send as `deflate`."""


def is_packed(body: bytes, codings: Iterable[bytes]) -> bool:
    """Whether a body is in the outermost of these codings.

    Other recorders store bodies unpacked and keep the header.

    Args:
        body: as recorded.
        codings: the values of `Content-Encoding`, each perhaps a list.

    Returns:
        True also for a coding that is not known here.
    """
    names = [name.strip().lower() for name in b",".join(codings).split(b",")]
    outermost = next((name for name in reversed(names) if name), b"")
    test = _TESTS.get(outermost)
    return test is None or test(body)


def _is_gzip(body: bytes) -> bool:
    return body.startswith(b"\x1f\x8b")  # RFC 1952, 2.3.1


def _is_zstd(body: bytes) -> bool:
    # A frame, or one to skip in front of it (RFC 8878, 3.1.1 and 3.1.2).
    return body.startswith(b"\x28\xb5\x2f\xfd") or body[1:4] == b"\x2a\x4d\x18"


def _is_deflate(body: bytes) -> bool:
    return _inflates(body, zlib.MAX_WBITS) or _inflates(body, _RAW_DEFLATE)


def _inflates(body: bytes, bits: int) -> bool:
    stream = zlib.decompressobj(bits)
    try:
        size = len(stream.decompress(body, _ENOUGH))
    except zlib.error:
        return False
    return stream.eof or size >= _ENOUGH


def _is_brotli(body: bytes) -> bool:
    stream = brotli.Decompressor()  # RFC 7932 has no mark at the start of a stream
    try:
        size = len(stream.process(body, output_buffer_limit=_ENOUGH))
    except brotli.error:
        return False
    return bool(stream.is_finished()) or size >= _ENOUGH


_TESTS: Mapping[bytes, Callable[[bytes], bool]] = {
    b"gzip": _is_gzip,
    b"x-gzip": _is_gzip,
    b"deflate": _is_deflate,
    b"br": _is_brotli,
    b"zstd": _is_zstd,
}
