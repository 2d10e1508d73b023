"""Pages out of WARC files, those of Common Crawl too: each response that is one, as an article."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from fastwarc.stream_io import BrotliReader, ChunkedReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from topics.records import Feed, RawArticle
from workers.article import utc
from workers.canonical_url import canonical_url, url_id
from workers.pages.charset import text_of

SUFFIXES = (".warc", ".warc.gz")
LARGEST = 16_000_000
"""Bytes of a page, as it was sent and as unpacked."""
_PIECE = 1024 * 1024
_PAGES = ("text/html", "application/xhtml+xml")
_TYPE = "WARC-Identified-Payload-Type"


class WarcError(ValueError):
    """A file cannot be read to its end; the message says where it is damaged."""


@dataclass
class Read:
    """What was in a file, counted as it is read."""

    pages: int = 0
    others: Counter[str] = field(default_factory=Counter)
    """Records that are no article, by what they are."""

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} {name}" for name, count in sorted(self.others.items()))
        return f"{self.pages:,} pages" + (f"; left out: {told}" if told else "")


@dataclass(frozen=True)
class Page:
    """One page and the offset of its record in the file."""

    offset: int
    article: RawArticle


class _Reader(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def pages(stream: BinaryIO, counted: Read) -> Iterator[Page]:
    """The pages of a WARC file, packed or not; WarcError, after those before it, where it ends.

    A page is a response of status 200 in HTML, asked for by http or https.
    """
    offset: int | None = None
    try:
        for record in ArchiveIterator(
            stream, record_types=WarcRecordType.any_type, parse_http=False, max_header_len=65_536
        ):
            offset = record.stream_pos
            found = _page(record)
            if isinstance(found, RawArticle):
                counted.pages += 1
                yield Page(offset, found)
            else:
                counted.others[found] += 1
    except OSError as error:
        if error.errno is not None:
            raise
        if offset is None:
            raise WarcError(f"no WARC file, or damaged at its beginning ({error})") from None
        place = f"damaged in or behind the record at byte {offset:,}"
        raise WarcError(f"{place} ({error}); read before: {counted}") from None


def _page(record: WarcRecord) -> RawArticle | str:
    """The article of a record, or what the record is instead."""
    if record.record_type != WarcRecordType.response:
        return f"records of type {record.record_type}"
    if (record.content_length or 0) > LARGEST:
        return "larger than a page may be"
    url = (record.headers.get("WARC-Target-URI") or "").strip().strip("<>")
    canonical = canonical_url(url)
    if canonical is None or not record.is_http:
        return "not of the web"
    try:
        record.parse_http()
    except OSError:  # where it is the file that is damaged, the next record tells
        return "responses that are no HTTP"
    sent = _whole(record, record.content_length or 0)
    if record.http_headers is None:
        return "responses that are no HTTP"
    if record.http_headers.status_code != 200:
        return "of another status than 200"
    type_ = (record.http_content_type or record.headers.get(_TYPE) or "").strip().lower()
    if type_ not in _PAGES:
        return "no HTML"
    body = _unpacked(sent, record.http_headers.get)
    if isinstance(body, str):
        return body
    text = text_of(body, record.http_charset)
    if text is None or not text.strip():
        return "without text"
    return RawArticle(
        id=url_id(canonical),
        url=url,
        content=text,
        media_type="text/html",
        fetched_at=utc(record.headers.get("WARC-Date")),
        feed=Feed(kind="warc", guid=record.headers.get("WARC-Record-ID")),
    )


def _whole(record: WarcRecord, length: int) -> bytes:
    """The rest of a record; OSError if the file ends before."""
    read = bytearray()
    while len(read) < length:
        piece = record.reader.read(min(_PIECE, length - len(read)))
        if not piece:
            raise OSError(f"the file ends within that record, {length - len(read):,} bytes early")
        read += piece
    return bytes(read)


def _unpacked(data: bytes, header: Callable[[str], str | None]) -> bytes | str:
    """A body without chunks and compression; what is wrong with it where that cannot be done.

    Crawlers store bodies unpacked and may leave the headers as they were, so that a body which is
    not in the encoding that it declares is taken to be unpacked already.
    """
    if "chunked" in (header("Transfer-Encoding") or "").lower():
        data = _through(ChunkedReader(io.BytesIO(data))) or data
    encodings = [name.strip().lower() for name in (header("Content-Encoding") or "").split(",")]
    for name in reversed(encodings):
        unpacked: bytes | None
        if name in ("gzip", "x-gzip", "deflate"):
            unpacked = _inflated(data)
        elif name == "br":
            unpacked = _through(BrotliReader(io.BytesIO(data)))
        elif name == "zstd":
            unpacked = _through(ZstdReader(io.BytesIO(data)))
        else:
            continue
        data = data if unpacked is None else unpacked
        if len(data) > LARGEST:
            return "larger than a page may be"
    return data


def _inflated(data: bytes) -> bytes | None:
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(bits).decompress(data, LARGEST + 1)
        except zlib.error:
            continue
    return None


def _through(reader: _Reader) -> bytes | None:
    read = bytearray()
    try:
        while len(read) <= LARGEST and (piece := reader.read(_PIECE)):
            read += piece
    except OSError:
        return None
    return bytes(read) or None
