"""Bytes from the web or a file as text: byte order mark, what is declared, and a guess."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_CHARSET = re.compile(
    rb"<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.I
)
# Python also has codecs that are none of a text.
_ENCODINGS = (
    "utf-",
    "ascii",
    "iso8859",
    "iso2022",
    "cp",
    "koi8",
    "gb",
    "big5",
    "euc",
    "shift",
    "mac",
)
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What the web means by a name, where the name is of a smaller set (WHATWG's Encoding Standard)."""
_LOOKED_AT = 8192
_GUESSED_FROM = 64 * 1024
_DAMAGED = 0.01
"""Share of a text's characters that may be unreadable before its encoding is in doubt."""


def text_of(data: bytes, declared: str | None) -> str | None:
    """The text of a body, as a browser reads it: byte order mark, header, meta element, guess.

    None where it is no text.
    """
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        named = _CHARSET.search(data[:_LOOKED_AT])
        for name in (declared, named and named[1].decode("ascii", "replace")):
            if name and (encoding := encoding_of(name)) and b"\0" not in data:
                return data.decode(encoding, "replace")
    return decoded(data)


def encoding_of(name: str) -> str | None:
    """Python's name of an encoding of the web; None where it is none of a text."""
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    if not found.name.startswith(_ENCODINGS):
        return None
    return _SUPERSETS.get(found.name, found.name)


def decoded(data: bytes) -> str | None:
    """The text of a file in whatever encoding; None where it is no text."""
    if b"\0" in data[:_GUESSED_FROM] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # A page with a few damaged bytes, or cut in the middle of a character, is still UTF-8.
    text = data.decode("utf-8-sig", "replace")
    beyond_ascii = sum(character > "\x7f" for character in text)
    if text.count("\ufffd") <= _DAMAGED * beyond_ascii:
        return text
    guess = _guess(data)
    return None if guess is None else data.decode(guess, "replace")


def _guess(data: bytes) -> str | None:
    """The likeliest encoding of the beginning, wherever that cuts a character of several bytes."""
    for cut in range(4):
        guess = from_bytes(data[: _GUESSED_FROM - cut]).best()
        if guess is not None or len(data) <= _GUESSED_FROM - cut:
            return None if guess is None else guess.encoding
    return None
