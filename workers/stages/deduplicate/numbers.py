"""The numbers that a text names: reports made from one template differ in little else."""

from __future__ import annotations

import re
import struct
import unicodedata
from binascii import b2a_base64

import xxhash

from workers.stages.deduplicate.similarity import NUMBERS
from workers.utf8 import contains_any, encode

LONGEST = 40
"""Digits that count; what is longer is no quantity."""

_SEPARATORS = b".,:"
_BETWEEN_NUMBERS = re.compile(rb"[.,:]{2,}")
_ONLY_NUMBERS = bytes(byte if byte in b"0123456789" + _SEPARATORS else 0x20 for byte in range(256))
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_OTHER_SEPARATORS = {0x066B: ".", 0x066C: ","}
_OTHER_BYTES = b"\xd9\xdb\xdf\xe0\xe1\xea\xf0"
"""With one of these the digits and separators of other scripts begin, in UTF-8."""


def numbers(normalised: str) -> str:
    """Distinct numbers as 16-bit hashes, ascending, little-endian, in base64; "" for none.

    1,000 is 1000 and ١٬٠٠٠ and 1.000; 10:30 is 1030. Leading zeros do not count.
    """
    encoded = encode(normalised)
    if contains_any(encoded, _OTHER_BYTES):
        encoded = encode(_with_ascii_digits(normalised))
    apart = b" ".join(encoded.translate(_ONLY_NUMBERS).split())
    found = _BETWEEN_NUMBERS.sub(b" ", apart).translate(None, _SEPARATORS).split()
    digits = {(number.lstrip(b"0") or b"0")[:LONGEST] for number in found}
    hashes = sorted({hash & 0xFFFF for hash in map(xxhash.xxh3_64_intdigest, digits)})[:NUMBERS]
    return b2a_base64(struct.pack(f"<{len(hashes)}H", *hashes), newline=False).decode("ascii")


def _with_ascii_digits(text: str) -> str:
    digits = {ord(d): str(unicodedata.decimal(d)) for d in set(_OTHER_DIGIT.findall(text))}
    return text.translate(digits | _OTHER_SEPARATORS)
