"""Tokens of a text, and the runs of three of them by which texts are compared (Broder 1997)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from workers.utf8 import contains_any, encode

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u1950-\u1aaf"  # Tai scripts
    "\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\ua980-\ua9df\uaa60-\uaadf"  # Javanese, Burmese extended, Tai Viet
)
"""Scripts written without spaces between words, as a class of a pattern: each code point is a
token."""
_PUNCTUATION = "\x00-/:-@\\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u2000-\u206f\u3000-\u303f"

_TOKEN = re.compile(rf"[{UNSPACED}]|[^\s{_PUNCTUATION}{UNSPACED}]+")
_ANY_UNSPACED = re.compile(f"[{UNSPACED}]")
_FIRST_UNSPACED = "\u0e00".encode()
_UNSPACED_BYTES = b"\xe0\xe1\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xef\xf0"
"""With one of these each of those letters begins, in UTF-8."""

# The same punctuation in UTF-8; the line break stays. NFKC has left no other characters that begin
# with these bytes.
_SPACED = bytes(
    byte if byte == 0x0A or byte >= 0x80 or chr(byte).isalnum() else 0x20 for byte in range(256)
)
_WIDE_PUNCTUATION = (b"\xc2", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80")
"""All but the last byte of each."""


def tokens(lines: Sequence[str]) -> list[list[bytes]]:
    """The tokens (UTF-8) of each normalised line: words and, in scripts without spaces, letters."""
    text = "\n".join(lines)
    encoded = encode(text)
    if contains_any(encoded, _UNSPACED_BYTES) and _ANY_UNSPACED.search(text):
        return [_tokens_of_any(line) for line in lines]
    split = _without_punctuation(encoded).split(b"\n")
    return [line.split() for line in split] if lines else []


def _tokens_of_any(line: str) -> list[bytes]:
    if _ANY_UNSPACED.search(line):
        return [encode(token) for token in _TOKEN.findall(line)]
    return _without_punctuation(encode(line)).split()


def _without_punctuation(encoded: bytes) -> bytes:
    if not encoded.isascii():
        for beginning in _WIDE_PUNCTUATION:
            if beginning in encoded:
                first, *others = encoded.split(beginning)
                encoded = b" ".join([first, *[other[1:] for other in others]])
    return encoded.translate(_SPACED)


def letters(tokens: Sequence[bytes]) -> int:
    """How many of the tokens are single letters of a script without spaces."""
    if not tokens or max(tokens) < _FIRST_UNSPACED:
        return 0
    return len(_ANY_UNSPACED.findall(b"".join(tokens).decode("utf-8", "surrogatepass")))


def trigrams(
    lines: Sequence[Sequence[bytes]], kept: Sequence[bool]
) -> tuple[list[bytes], list[bytes]]:
    """The word 3-grams of all lines in order, and those of the kept lines put together.

    Each is three tokens joined by spaces; what is repeated in the text is repeated here. A kept
    line has two tokens or more.
    """
    words = list(chain.from_iterable(lines))
    whole = _trigrams(words)
    if all(kept):
        return whole, whole
    own: list[bytes] = []
    start = stop = last = 0
    for line, keep in zip([*lines, ()], [*kept, False], strict=True):
        if keep:
            stop += len(line)
            continue
        if stop > start:  # a run of kept lines ends; its 3-grams are made already
            if last:
                own += _trigrams([*words[last - 2 : last], *words[start : start + 2]])
            own += whole[start : stop - 2]
            last = stop
        start = stop = stop + len(line)
    return whole, own


def shingles(normalised: str) -> int:
    """Number of distinct word 3-grams; a text of one or two words has one, an empty one none."""
    return distinct(_trigrams(words := tokens([normalised])[0]), len(words))


def distinct(trigrams: Sequence[bytes], words: int) -> int:
    """Number of distinct 3-grams of a text of so many words; one or two words count as one."""
    return len(set(trigrams)) or min(words, 1)


def _trigrams(words: Sequence[bytes]) -> list[bytes]:
    return list(map(b" ".join, zip(words, words[1:], words[2:], strict=False)))
