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
from msgspec import UNSET

from topics.records import Feed, RawArticle
from workers.article import utc
from workers.canonical_url import canonical_url, url_id
from workers.pages.challenges import challenged, is_challenge
from workers.pages.charset import text_of
from workers.warc_stream import Unpacked, next_record

SUFFIXES = (".warc", ".warc.gz")
LARGEST = 16_000_000
"""Bytes of a page, as it was sent and as unpacked."""
MOST_DAMAGED = 1_000
"""Damaged places of a file behind which it is read on."""
MOST_STARTS = 10 * MOST_DAMAGED
"""Places where a record may begin at which reading is begun: in some files every line is one."""
SHOWN = 3
_PIECE = 1024 * 1024
_PAGES = ("text/html", "application/xhtml+xml")
_TYPE = "WARC-Identified-Payload-Type"


class WarcError(ValueError):
    """A file cannot be read as a whole; the message says where it is damaged."""


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


def pages(file: BinaryIO, counted: Read) -> Iterator[Page]:
    """The pages of a WARC file, packed or not; WarcError, after all of them, where it is damaged.

    A page is a response of status 200 in HTML, asked for by http or https. Behind a damaged place
    it goes on with the next record that begins. ``file`` can be sought in.
    """
    damaged: list[str] = []
    start: int | None = 0
    starts = 0
    while start is not None and len(damaged) < MOST_DAMAGED and starts < MOST_STARTS:
        starts += 1
        unpacked, offset, after = Unpacked(file, start), None, start + 1
        position = length = 0
        try:
            for record in ArchiveIterator(
                unpacked,
                record_types=WarcRecordType.any_type,
                parse_http=False,
                max_header_len=65_536,
            ):
                position, length = record.stream_pos, max(record.content_length or 0, 0)
                offset = unpacked.place_of(position)
                after = offset + 1
                found = _page(record)
                after = offset + (1 if unpacked.packed else max(length, 1))
                if isinstance(found, RawArticle):
                    counted.pages += 1
                    yield Page(offset, found)
                else:
                    counted.others[found] += 1
            fault = unpacked.fault
            if fault is None and offset is not None and (cut := unpacked.cut(position, length)):
                fault, after = cut, offset + 1
            fault = fault or unpacked.rest(position, length)
        except OSError as error:
            if error.errno is not None:
                raise
            fault = unpacked.fault or str(error)
        if fault is None:
            break
        if offset is not None or not damaged:  # else the same place goes on
            at = "at its beginning"
            if offset is not None:
                at = f"in or behind the record at byte {offset:,}"
            damaged.append(f"{at} ({fault})")
        start = next_record(file, after)
    if damaged:
        if not counted.pages and not counted.others:
            raise WarcError(f"no WARC file, or damaged {damaged[0]}")
        more = f" and in {len(damaged) - SHOWN:,} more places" if len(damaged) > SHOWN else ""
        if start is not None and fault is not None:
            more += f"; nothing from byte {start:,} on was read"
        raise WarcError(f"damaged {'; '.join(damaged[:SHOWN])}{more}; read: {counted}")


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
    if challenged(200, {name.lower(): value for name, value in record.http_headers}):
        return "challenges by guards"
    type_ = (record.http_content_type or record.headers.get(_TYPE) or "").strip().lower()
    if type_ not in _PAGES:
        return "no HTML"
    body = _unpacked(sent, record.http_headers.get)
    if isinstance(body, str):
        return body
    text = text_of(body, record.http_charset)
    if text is None or not text.strip():
        return "without text"
    if is_challenge(text):
        return "challenges by guards"
    return RawArticle(
        id=url_id(canonical),
        url=url,
        content=text,
        media_type="text/html",
        fetched_at=utc(record.headers.get("WARC-Date")),
        feed=Feed(kind="warc", guid=record.headers.get("WARC-Record-ID")),
        # Crawlers cut long pages and say so.
        quality="excerpt" if record.headers.get("WARC-Truncated") else UNSET,
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
