"""Bodies unpacked piece by piece: never more memory than the cap and one piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

ACCEPTED = "gzip, deflate, br"
"""The ``Accept-Encoding`` header."""
_PIECE = 64 * 1024
# Short, since what is left after each member of a gzip stream is copied.
_SLICE = 4 * 1024
_LAYERS = 2
_GZIP = b"\x1f\x8b\x08"
# Servers put these where they mean nothing: names of charsets, and of no packing at all.
_NOTHING = ("", "identity", "none", "binary", "utf", "iso-", "windows-", "us-ascii")


class TooLargeError(Exception):
    """More bytes than allowed; the message says which."""


class BrokenError(Exception):
    """Bytes that cannot be unpacked; the message says why."""


class _Layer(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...

    def end(self) -> None: ...


class Unpacker:
    """What was sent, as it comes in pieces, turned into the body."""

    def __init__(self, encodings: str, limit: int) -> None:
        """``encodings`` is the ``Content-Encoding`` header; ``limit`` counts sent and unpacked."""
        self._limit = limit
        self._sent = 0
        self._body = bytearray()
        self._layers = _layers(encodings)

    def feed(self, piece: bytes) -> None:
        """Take the next piece; TooLargeError and BrokenError end it."""
        self._sent += len(piece)
        if self._sent > self._limit:
            if not self._layers:
                self._body += piece[: self._limit - len(self._body)]
            raise TooLargeError(f"more than {self._limit:,} bytes were sent")
        for unpacked in _through(self._layers, piece):
            self._take(unpacked)

    def end(self) -> bytes:
        """The whole body; BrokenError where the packed stream has not come to its end."""
        if self._sent:
            for layer in self._layers:
                layer.end()
        # A file that is packed itself, as sitemaps are (sitemap.xml.gz).
        if self._body.startswith(_GZIP):
            packed, self._body = self._body, bytearray()
            file = _Gzip()
            for start in range(0, len(packed), _PIECE):
                for unpacked in file.feed(bytes(packed[start : start + _PIECE])):
                    self._take(unpacked)
            file.end()
        return bytes(self._body)

    def begun(self) -> bytes:
        """What there is of the body so far, at most the limit."""
        return bytes(self._body)

    def _take(self, unpacked: bytes) -> None:
        room = self._limit - len(self._body)
        if len(unpacked) > room:
            self._body += unpacked[:room]
            raise TooLargeError(f"unpacked it has more than {self._limit:,} bytes")
        self._body += unpacked


def _layers(encodings: str) -> list[_Layer]:
    names = [name.strip().lower() for name in encodings.split(",")]
    names = [name for name in names if name and not name.startswith(_NOTHING[1:])]
    if len(names) > _LAYERS:
        raise BrokenError(f"it is packed {len(names)} times")
    layers: list[_Layer] = []
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            layers.append(_Gzip())
        elif name == "deflate":
            layers.append(_Deflate())
        elif name == "br":
            layers.append(_Brotli())
        else:
            raise BrokenError(f"it is packed as {name[:40]!r}, which was not asked for")
    return layers


def _through(layers: list[_Layer], piece: bytes) -> Iterator[bytes]:
    if not layers:
        yield piece
        return
    for unpacked in layers[0].feed(piece):
        yield from _through(layers[1:], unpacked)


def _inflated(inflater: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while not inflater.eof:
        try:
            piece = inflater.decompress(data, _PIECE)
        except zlib.error as error:
            raise BrokenError(f"it cannot be unpacked: {error}") from None
        if piece:
            yield piece
        data = inflater.unconsumed_tail
        if not data and len(piece) < _PIECE:
            return


class _Gzip:
    """A gzip stream of one member or more; what follows and is no member is left out."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(31)
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _SLICE):
            left = data[start : start + _SLICE]
            while left and not self._over:
                if self._inflater.eof:
                    self._over = left[:1] != _GZIP[:1]
                    self._inflater = self._inflater if self._over else zlib.decompressobj(31)
                else:
                    yield from _inflated(self._inflater, left)
                    left = self._inflater.unused_data

    def end(self) -> None:
        if not self._inflater.eof:
            raise BrokenError("it ends before its packed stream does")


class _Deflate:
    """Deflate with the header of zlib, or bare as some servers send it."""

    def __init__(self) -> None:
        self._start = b""
        self._inflater: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._start += data
            if len(self._start) < 2:
                return
            first, second = self._start[:2]
            headed = first & 15 == 8 and (first << 8 | second) % 31 == 0
            self._inflater = zlib.decompressobj(15 if headed else -15)
            data, self._start = self._start, b""
        yield from _inflated(self._inflater, data)

    def end(self) -> None:
        if self._inflater is None or not self._inflater.eof:
            raise BrokenError("it ends before its packed stream does")


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream.is_finished():
            return
        try:
            piece = self._stream.process(data, output_buffer_limit=_PIECE)
            while piece:
                yield piece
                # It takes more before it has given all that it can.
                piece = self._stream.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise BrokenError(f"it cannot be unpacked: {error}") from None

    def end(self) -> None:
        if not self._stream.is_finished():
            raise BrokenError("it ends before its packed stream does")
