"""The bytes of a feed as one text, so that the guard and every parser see the same."""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass

from workers.feeds.items import Unreadable
from workers.pages.charset import decoded, encoding_of

_GZIP = b"\x1f\x8b\x08"
_MARKS = (
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF16_LE, "utf-16"),
)
"""Byte order marks; that of UTF-32 begins as that of UTF-16 does."""
_UNMARKED = (
    ("\0\0\0<", "utf-32-be"),
    ("<\0\0\0", "utf-32-le"),
    ("\0<", "utf-16-be"),
    ("<\0", "utf-16-le"),
    ("\0{", "utf-16-be"),
    ("{\0", "utf-16-le"),
    ("\x4c\x6f\xa7\x94", "cp037"),
)
"""How a document begins in encodings that are no superset of ASCII (XML 1.0, appendix F)."""
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})")


@dataclass(frozen=True)
class Text:
    """A feed's text."""

    text: str
    complaint: str | None = None
    """What was wrong with what the feed or its server says of the encoding."""


def unpacked(data: bytes, limit: int) -> bytes | Unreadable:
    """A body that is a gzip file (``sitemap.xml.gz``), unpacked as far as the limit allows."""
    if not data.startswith(_GZIP):
        return data
    out = bytearray()
    while data.startswith(_GZIP):  # members one after another are one file
        inflater = zlib.decompressobj(wbits=31)
        try:
            out += inflater.decompress(data, limit + 1 - len(out))
        except zlib.error as error:
            return Unreadable(f"a gzip file that cannot be unpacked: {error}")
        if len(out) > limit:
            return Unreadable(f"a gzip file of more than {limit:,} bytes when unpacked")
        if not inflater.eof:
            return Unreadable(f"a gzip file that ends too early, after {len(out):,} bytes of text")
        data = inflater.unused_data
    return bytes(out)


def text_of_feed(data: bytes, charset: str | None) -> Text | None:
    """The text by byte order mark, by what the bytes can only be, by what is declared, by guess.

    None where the bytes are no text. A wrong declaration is common: bytes beyond ASCII that are
    UTF-8 throughout are hardly ever anything else.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _clean(data.decode(encoding, "replace"))
    for start, encoding in _UNMARKED:
        if data.startswith(start.encode("latin-1")):
            return _clean(data.decode(encoding, "replace"))
    said = _DECLARED.match(data)
    names = [name for name in (charset, said and said[1].decode("ascii")) if name]
    encodings = [known for name in names if (known := encoding_of(name)) is not None]
    if data.isascii():
        # The encodings that hide other scripts in ASCII are told by nothing but their name.
        encodings = [encoding for encoding in encodings if encoding.startswith("iso2022")]
    else:
        try:
            return _clean(data.decode("utf-8"), _contradicted(encodings))
        except UnicodeDecodeError:
            pass
    for encoding in encodings:
        if encoding != "utf-8":
            try:
                return _clean(data.decode(encoding))
            except UnicodeDecodeError:
                continue
    text = decoded(data)
    if text is None:
        return None
    damaged = f"not in the encoding that it declares ({names[0]})" if encodings else None
    return _clean(text, damaged)


def _contradicted(encodings: list[str]) -> str | None:
    if not encodings or "utf-8" in encodings:
        return None
    return f"declared as {encodings[0]}, but it is UTF-8"


def _clean(text: str, complaint: str | None = None) -> Text:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return Text(text.removeprefix("\ufeff").replace("\0", ""), complaint)
