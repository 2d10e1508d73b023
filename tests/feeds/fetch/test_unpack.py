"""Bodies are unpacked within their limit, however they come."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.site.hostile import MEBIBYTE, packed, packed_br
from workers.feeds.fetch.unpack import BrokenError, TooLargeError, Unpacker


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "nothing": ("", bytes),
    "identity": ("identity", bytes),
    "a charset": ("UTF-8", bytes),
    "gzip": ("gzip", gzip.compress),
    "members": (
        "x-gzip",
        lambda data: gzip.compress(data[:5]) + gzip.compress(b"") + gzip.compress(data[5:]),
    ),
    "padded": ("GZIP", lambda data: gzip.compress(data) + b"\0" * 20),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare),
    "br": ("br", brotli.compress),
    "twice": ("br, gzip", lambda data: gzip.compress(brotli.compress(data))),
    "a file": ("", gzip.compress),
    "a packed file": ("gzip", lambda data: gzip.compress(gzip.compress(data))),
}


def unpacked(encodings: str, data: bytes, limit: int, size: int = 65536) -> bytes:
    unpacker = Unpacker(encodings, limit)
    for start in range(0, len(data), size):
        unpacker.feed(data[start : start + size])
    return unpacker.end()


@pytest.mark.parametrize("name", PACKERS)
@given(data=st.binary(max_size=2000), size=st.integers(1, 700))
def test_what_was_packed_comes_out_in_whatever_pieces_it_comes(
    name: str, data: bytes, size: int
) -> None:
    encodings, pack = PACKERS[name]
    if data.startswith(b"\x1f\x8b\x08"):
        data = b""
    assert unpacked(encodings, pack(data), 10_000, size) == data


@pytest.mark.parametrize("name", PACKERS)
def test_one_byte_over_the_limit_is_too_much(name: str) -> None:
    encodings, pack = PACKERS[name]
    data = b"news " * 20_000
    assert unpacked(encodings, pack(data), len(data)) == data
    with pytest.raises(TooLargeError):
        unpacked(encodings, pack(data), len(data) - 1)


def test_what_is_sent_counts_too() -> None:
    members = gzip.compress(b"") * 1000
    with pytest.raises(TooLargeError, match="sent"):
        unpacked("gzip", members, 10_000)


@pytest.mark.parametrize("name", ["gzip", "members", "deflate", "bare deflate", "br", "a file"])
def test_a_stream_that_is_cut_is_broken(name: str) -> None:
    encodings, pack = PACKERS[name]
    whole = pack(b"<rss>news</rss>" * 50)
    for length in (3, len(whole) // 2, len(whole) - 1):
        with pytest.raises(BrokenError):
            unpacked(encodings, whole[:length], 10_000)


@pytest.mark.parametrize("encodings", ["gzip", "deflate", "br", "zstd", "compress", "gzip," * 3])
def test_what_is_not_packed_so_is_broken(encodings: str) -> None:
    with pytest.raises(BrokenError):
        unpacked(encodings, b"<rss>not packed at all</rss>", 10_000)


def test_an_empty_body_needs_no_packing() -> None:
    assert unpacked("gzip", b"", 10) == b""


def test_what_there_is_of_a_body_that_is_too_large_fills_the_limit() -> None:
    for encodings, data in (("", b"x" * 5000), ("gzip", gzip.compress(b"x" * 5000))):
        unpacker = Unpacker(encodings, 3000)
        with pytest.raises(TooLargeError):
            unpacker.feed(data)
        assert unpacker.begun() == b"x" * 3000


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "deflate", "br", "br, gzip"]))
def test_any_bytes_are_a_body_or_an_error_of_ours(data: bytes, encodings: str) -> None:
    with suppress(BrokenError, TooLargeError):
        assert len(unpacked(encodings, data, 5000, 100)) <= 5000


@pytest.mark.parametrize("kind", ["gzip", "br", "gzip, gzip", ""])
def test_a_bomb_costs_no_more_than_the_limit_and_a_piece(kind: str) -> None:
    limit = 2 * MEBIBYTE
    data = packed_br(100 * MEBIBYTE) if kind == "br" else packed(100 * MEBIBYTE)
    if kind == "gzip, gzip":
        data = gzip.compress(data)
    assert len(data) < limit
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        unpacked(kind, data, limit)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * limit
