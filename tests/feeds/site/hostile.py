"""Servers that send what no library lets one send: each path is a way to misbehave."""

from __future__ import annotations

import asyncio
import functools
import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import brotli

OK = b"HTTP/1.1 200 OK\r\n"
XML = b"Content-Type: application/rss+xml\r\n"
MEBIBYTE = 1024 * 1024
Behaviour = Callable[[], AsyncIterator[bytes]]
"""Yields what is sent; the connection is closed after it."""


@functools.cache
def packed(size: int) -> bytes:
    """A gzip stream of so many spaces."""
    packer = zlib.compressobj(6, wbits=31)
    pieces = [packer.compress(b" " * MEBIBYTE) for _ in range(size // MEBIBYTE)]
    return b"".join(pieces) + packer.flush()


@functools.cache
def packed_br(size: int) -> bytes:
    """A brotli stream of so many spaces."""
    packer = brotli.Compressor(quality=1)
    pieces = [packer.process(b" " * MEBIBYTE) for _ in range(size // MEBIBYTE)]
    return bytes(b"".join(pieces) + packer.finish())


def _whole(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    said = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    return OK + XML + said + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


async def _gzip_bomb() -> AsyncIterator[bytes]:
    yield _whole(packed(100 * MEBIBYTE), b"Content-Encoding: gzip")


async def _br_bomb() -> AsyncIterator[bytes]:
    yield _whole(packed_br(100 * MEBIBYTE), b"Content-Encoding: br")


async def _double_bomb() -> AsyncIterator[bytes]:
    yield _whole(gzip.compress(packed(100 * MEBIBYTE)), b"Content-Encoding: gzip, gzip")


async def _file_bomb() -> AsyncIterator[bytes]:
    yield _whole(packed(100 * MEBIBYTE))


async def _layers() -> AsyncIterator[bytes]:
    yield _whole(b"x", b"Content-Encoding: " + b", ".join([b"gzip"] * 500))


async def _endless() -> AsyncIterator[bytes]:
    yield OK + XML + b"\r\n<rss>"
    while True:
        yield b" " * 65536


async def _endless_chunks() -> AsyncIterator[bytes]:
    yield OK + XML + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"1000\r\n" + b" " * 4096 + b"\r\n"


async def _drip() -> AsyncIterator[bytes]:
    """A byte at a time, none of them late."""
    yield OK + XML + b"Content-Length: 1000000\r\n\r\n"
    while True:
        yield b" "
        await asyncio.sleep(0.02)


async def _drip_headers() -> AsyncIterator[bytes]:
    yield OK
    while True:
        yield b"X: y\r\n"
        await asyncio.sleep(0.02)


async def _mute() -> AsyncIterator[bytes]:
    """Takes the request and says nothing."""
    await asyncio.Event().wait()
    yield b""


async def _stalls() -> AsyncIterator[bytes]:
    """Half a body, and then nothing."""
    yield OK + XML + b"Content-Length: 100\r\n\r\n<rss>"
    await asyncio.Event().wait()


async def _many_headers() -> AsyncIterator[bytes]:
    yield OK
    for start in range(0, 500_000, 5000):
        yield b"".join(b"X-%d: y\r\n" % number for number in range(start, start + 5000))
    yield b"\r\n"


async def _long_header() -> AsyncIterator[bytes]:
    yield OK + b"X: "
    for _ in range(512):
        yield b"y" * 65536
    yield b"\r\n\r\n"


async def _too_short() -> AsyncIterator[bytes]:
    """Fewer bytes than it said."""
    yield _whole(b"<rss></rss>", length=1000)


async def _too_long() -> AsyncIterator[bytes]:
    """More bytes than it said; the rest looks like an answer to a request that nobody made."""
    yield _whole(b"<rss/>" + _whole(b"<smuggled/>"), length=6)


async def _chunk_missing() -> AsyncIterator[bytes]:
    yield OK + XML + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"


async def _chunk_wrong() -> AsyncIterator[bytes]:
    yield OK + XML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<rss>\r\n0\r\n\r\n"


async def _chunk_late() -> AsyncIterator[bytes]:
    yield OK + XML + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"
    await asyncio.sleep(0.05)
    yield b"zz\r\n<rss>\r\n0\r\n\r\n"


async def _gzip_cut() -> AsyncIterator[bytes]:
    yield _whole(gzip.compress(b"<rss></rss>" * 1000)[:-20], b"Content-Encoding: gzip")


async def _no_gzip() -> AsyncIterator[bytes]:
    yield _whole(b"<rss></rss>", b"Content-Encoding: gzip")


async def _strange_packing() -> AsyncIterator[bytes]:
    yield _whole(b"<rss></rss>", b"Content-Encoding: compress")


async def _no_http() -> AsyncIterator[bytes]:
    yield b"220 mail.example ESMTP ready\r\n"


async def _garbage() -> AsyncIterator[bytes]:
    yield bytes(range(256)) * 40


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _claims_much() -> AsyncIterator[bytes]:
    yield _whole(b"<rss/>", length=10**15)


async def _odd_length() -> AsyncIterator[bytes]:
    yield OK + XML + b"Content-Length: many\r\n\r\n<rss/>"


async def _continues() -> AsyncIterator[bytes]:
    """Never comes to the point."""
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        await asyncio.sleep(0.01)


async def _bytes_in_headers() -> AsyncIterator[bytes]:
    yield _whole(b"<rss/>", b'ETag: "caf\xe9"', b"Last-Modified: Mon, 02 Mar 2026 06:00:00 GMT")


async def _bytes_in_location() -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n"


async def _cafe() -> AsyncIterator[bytes]:
    yield _whole(b"<rss>served</rss>")


async def _stays() -> AsyncIterator[bytes]:
    """Answers, and leaves the connection open whatever was asked."""
    yield _whole(b"<rss/>")
    await asyncio.Event().wait()


async def _endless_redirect_body() -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 302 Found\r\nLocation: /caf%C3%A9\r\n\r\n"
    while True:
        yield b" " * 65536


BEHAVIOURS: dict[str, Behaviour] = {
    "/gzip-bomb": _gzip_bomb,
    "/br-bomb": _br_bomb,
    "/double-bomb": _double_bomb,
    "/file-bomb.gz": _file_bomb,
    "/layers": _layers,
    "/endless": _endless,
    "/endless-chunks": _endless_chunks,
    "/drip": _drip,
    "/drip-headers": _drip_headers,
    "/mute": _mute,
    "/stalls": _stalls,
    "/many-headers": _many_headers,
    "/long-header": _long_header,
    "/too-short": _too_short,
    "/too-long": _too_long,
    "/chunk-missing": _chunk_missing,
    "/chunk-wrong": _chunk_wrong,
    "/chunk-late": _chunk_late,
    "/gzip-cut": _gzip_cut,
    "/no-gzip": _no_gzip,
    "/strange-packing": _strange_packing,
    "/no-http": _no_http,
    "/garbage": _garbage,
    "/nothing": _nothing,
    "/claims-much": _claims_much,
    "/odd-length": _odd_length,
    "/continues": _continues,
    "/bytes-in-headers": _bytes_in_headers,
    "/bytes-in-location": _bytes_in_location,
    "/caf%C3%A9": _cafe,
    "/stays": _stays,
    "/endless-redirect-body": _endless_redirect_body,
}


class Hostile:
    """The server of them all on a free port of loopback; anything else is a 404."""

    def __init__(self) -> None:
        self.port = 0
        self.sent = 0
        """Bytes that clients took, of all answers."""
        self.asked: list[str] = []
        self.scripts: dict[str, bytes] = {}
        """Answers of a test's own, byte by byte."""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("latin-1").partition("?")[0]
            self.asked.append(path)
            writer.transport.set_write_buffer_limits(0)
            async for piece in self._answer(path):
                writer.write(piece)
                await writer.drain()
                self.sent += len(piece)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # a client that goes away, or the end of the test
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, path: str) -> AsyncIterator[bytes]:
        if path in self.scripts:
            yield self.scripts[path]
        elif path in BEHAVIOURS:
            async for piece in BEHAVIOURS[path]():
                yield piece
        else:
            yield b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
