"""Content codings (RFC 9110, 8.4): whether a body is in the one that its header names, and decode it."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

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
    outermost = next(reversed(_names(codings)), b"")
    test = _TESTS.get(outermost)
    return test is None or test(body)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its content codings.

    Attributes:
        body: the bytes.
        is_whole: whether the coded body had its end.
    """

    body: bytes
    is_whole: bool = True


class Undecodable(Exception):
    """A body is not in a coding that its header names; the message says why."""


class TooLong(Exception):
    """A decoded body is larger than the caller takes."""


def decode(body: bytes, codings: Iterable[bytes], most: int) -> Decoded:
    """Return a body without its codings; one that is stored unpacked is returned as it is.

    Args:
        body: as received or stored.
        codings: the values of `Content-Encoding`, each perhaps a list.
        most: size in bytes of the largest body to return.

    An unknown coding is ignored.

    Raises:
        Undecodable: the body starts as if it was in a coding, but is not.
        TooLong: the body has more than `most` bytes.
    """
    decoded = Decoded(body)
    for name in reversed(_names(codings)):
        decoder = _DECODERS.get(name)
        # Servers send names here that are no codings, such as those of character encodings.
        if decoder is None or not is_packed(decoded.body, [name]):
            continue
        try:
            part = decoder(decoded.body, most + 1)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise Undecodable(f"{name.decode()}: {error}") from error
        if len(part.body) > most:
            raise TooLong
        decoded = Decoded(part.body, part.is_whole and decoded.is_whole)
    return decoded


def _names(codings: Iterable[bytes]) -> list[bytes]:
    """Return the names of the codings, in the order in which they were applied."""
    names = (name.strip().lower() for name in b",".join(codings).split(b","))
    return [name for name in names if name]


def _gunzip(body: bytes, most: int) -> Decoded:
    parts, size = [], 0
    while True:
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        parts.append(stream.decompress(body, most - size))
        size += len(parts[-1])
        body = stream.unused_data
        # Members may follow each other (RFC 1952, 2.2); other bytes behind the last are ignored.
        if not stream.eof or size >= most or not _is_gzip(body):
            return Decoded(b"".join(parts), stream.eof)


def _inflate(body: bytes, most: int) -> Decoded:
    bits = zlib.MAX_WBITS if _inflates(body, zlib.MAX_WBITS) else _RAW_DEFLATE
    stream = zlib.decompressobj(bits)
    return Decoded(stream.decompress(body, most), stream.eof)


def _brotli(body: bytes, most: int) -> Decoded:
    stream = brotli.Decompressor()
    parts, size = [stream.process(body, output_buffer_limit=most)], 0
    while (size := size + len(parts[-1])) < most and not stream.can_accept_more_data():
        parts.append(stream.process(b"", output_buffer_limit=most - size))
    return Decoded(b"".join(parts), stream.is_finished())


def _unzstd(body: bytes, most: int) -> Decoded:
    stream = zstd.ZstdDecompressor()
    return Decoded(stream.decompress(body, most), stream.eof)


_DECODERS: Mapping[bytes, Callable[[bytes, int], Decoded]] = {
    b"gzip": _gunzip,
    b"x-gzip": _gunzip,
    b"deflate": _inflate,
    b"br": _brotli,
    b"zstd": _unzstd,
}


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
