"""Hashes of a text's lines, by which lines that a source prints in many articles are found."""

from __future__ import annotations

import struct
from binascii import b2a_base64
from collections.abc import Iterable

from workers.utf8 import text_hash

FIRST, LAST = 40, 24
"""Lines that are kept of a longer text: what a site adds stands before and after."""


def line_hashes(normalised: Iterable[str]) -> str:
    """Hashes of the distinct lines that are not blank, in order, little-endian, in base64.

    Of more than 64 the first 40 and the last 24. The lines are normalised.
    """
    distinct = list(dict.fromkeys(filter(None, normalised)))
    if len(distinct) > FIRST + LAST:
        distinct[FIRST:-LAST] = []
    found = map(text_hash, distinct)
    return b2a_base64(struct.pack(f"<{len(distinct)}Q", *found), newline=False).decode("ascii")
