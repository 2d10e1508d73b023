"""Lines that have a word of cookie notices or notices of rights: few, and cheap to find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from workers.stages.strip_boilerplate.junk_words import phrases, words, written
from workers.stages.strip_boilerplate.line_heads import HEAD, Heads
from workers.stages.strip_boilerplate.text_tokens import fold, has_unspaced

COOKIE = "cookie"
"""Most languages have the English word, each with its own endings."""
LONGEST_NOTICE = 700
"""No notice has more characters."""
_SAMPLED = 8
_AFTER_WORD = ("", *".,:;!?)।։՝،؛۔")


def has_notices(text: str) -> bool:
    """Whether a text has a word of which cookie notices, or notices of rights, have one."""
    plain = text.lower()
    if _is_named(plain):
        return True
    sample = plain[::_SAMPLED]
    return has_unspaced(sample) and any(map(plain.__contains__, _rare_words()))


def notices_in(lines: Sequence[str], heads: Heads | None = None) -> list[bool | None]:
    """For each line of a text whether it has such a word; None if that is for ``junk_line`` to see.

    ``heads`` are those of the lines, if they are known already.
    """
    if heads is None:
        return [None if has_notices("\n".join(lines)) else False] * len(lines)
    rare = _rare_tokens()
    # All tails together, since nearly always none has such a word.
    tails = [_tail(line) for line in lines if HEAD < len(line) <= LONGEST_NOTICE]
    all_tails = " ".join(tails).lower()
    in_tail = COOKIE in all_tails or not rare.isdisjoint(all_tails.split())
    found: list[bool | None] = [
        len(line) <= LONGEST_NOTICE
        and (
            not rare.isdisjoint(words_)
            or COOKIE in low
            or (in_tail and _is_named(_tail(line).lower()))
            or (not line.isascii() and _may_be_unspaced(line))
        )
        and has_notices(line)
        for line, low, words_ in zip(lines, heads.low, heads.rarer, strict=True)
    ]
    # Of scripts without spaces a text is read at other places than its lines.
    if any(found) and not has_notices("\n".join(lines)):
        return [False] * len(lines)
    return found


def _is_named(plain: str) -> bool:
    return COOKIE in plain or not _rare_tokens().isdisjoint(plain.split())


def _tail(line: str) -> str:
    """What is behind the head of a line, and the word that the head cuts off."""
    return line[line.rfind(" ", 0, HEAD) + 1 :]


def _may_be_unspaced(line: str) -> bool:
    # No other letter becomes two in lower case.
    return "\u0130" in line or has_unspaced(line[::_SAMPLED])


@cache
def _rare_words() -> frozenset[str]:
    """Words of which one is in every cookie notice, and in every notice of rights."""
    return words("cookie") | {max(phrase.split(), key=len) for phrase in phrases("rights")}


@cache
def _rare_tokens() -> frozenset[str]:
    """The same as they stand in a line, with what is written behind a word."""
    as_written = written("cookie") | {
        word for word in written("rights") if fold(word) in _rare_words()
    }
    return frozenset(word + mark for word in _rare_words() | as_written for mark in _AFTER_WORD)
