"""Lines that are boilerplate by what they say: shares, counters, calls to subscribe and the like.

A rule names a class of lines by what its words mean; ``junk_words.toml`` has the words of many
languages. A line that is nothing but a label of one word may be a heading too: it is *weak*, and
goes only in the company of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from workers.stages.strip_boilerplate.junk_words import PhraseClass, phrases, words
from workers.stages.strip_boilerplate.text_tokens import NUMBER_OR_WORD, fold

ADVERTISEMENT = "advertisement"
"""A label that says an advertisement stands here."""
COOKIES = "cookie_notice"
"""A notice about cookies, in the person of the site."""
COPYRIGHT = "copyright"
"""A notice of rights."""
COUNTER = "counter"
"""How often the article was viewed, shared, commented on."""
NAVIGATION = "navigation"
"""What leads about a page, or asks for a comment."""
RELATED = "related_link"
"""A label for other articles, with or without a headline after it."""
SHARE = "share"
"""Asks to pass the article on, and buttons for it."""
SUBSCRIPTION = "subscription"
"""Asks to subscribe, sign up or follow."""

_LONGEST_LABEL = 120
_LONGEST_CALL = 250
_LONGEST_NOTICE = 700
_MOST_WORDS = 8
"""No phrase has more words."""
_MOST_NUMBERS = 4
_LONGEST_JOINED = 24
_QUOTES = "\"'“„«‘「『—–-"
_SEPARATORS = (":", "：", "|", "»", ">", "→", "–", "—", "►", "▶")
_UNSPACED = ("\u0e00", "\uffdc")
_SIGN = ("©", "(c)", "copyright ©")


@dataclass(frozen=True)
class Junk:
    """What a line is said to be."""

    reason: str
    weak: bool = False
    """Goes only beside other junk."""
    heads: bool = False
    """A label whose articles follow on lines of their own."""


def junk_line(line: str) -> Junk | None:
    """What kind of boilerplate a line is by its words; None if it may be anything else.

    Linear in the line's length, and lines of more than a paragraph are not read.
    """
    line = line.strip()
    if not line or len(line) > _LONGEST_NOTICE:
        return None
    if line.lower().startswith(_SIGN) and len(line) <= _LONGEST_CALL:
        return Junk(COPYRIGHT)
    if len(line) > _LONGEST_CALL:
        return Junk(COOKIES) if _is_cookie_notice(_words(line)[0], line) else None
    found, numbers = _words(line)
    if not found or (_known().isdisjoint(found) and not _has_unspaced(line)):
        return None
    joined = " ".join(found)
    if len(line) <= _LONGEST_LABEL and (label := _label(found, joined, numbers, line)):
        return label
    if line[0] not in _QUOTES and _is_call(found, joined):
        return Junk(SUBSCRIPTION)
    if _contains("rights", joined):
        return Junk(COPYRIGHT)
    return Junk(COOKIES) if _is_cookie_notice(found, line) else None


def _label(found: Sequence[str], joined: str, numbers: int, line: str) -> Junk | None:
    single = len(found) == 1 and not (len(joined) > 2 and joined[0] >= _UNSPACED[0])
    if not numbers:
        if joined in phrases("advertisement"):
            return Junk(ADVERTISEMENT)
        if joined in phrases("navigation"):
            return Junk(NAVIGATION, weak=single)
        if joined in phrases("related"):
            return Junk(RELATED, weak=single and not line.endswith((":", "：")), heads=True)
        if joined in phrases("subscribe"):
            return Junk(SUBSCRIPTION, weak=True)
    elif numbers <= _MOST_NUMBERS and _all_of(found, "counted", "small"):
        return Junk(COUNTER)
    if _is_related(found, line):
        return Junk(RELATED)
    if _all_of(found, "share", "network", "button", "small"):
        asks = not words("share").isdisjoint(found) or _contains_unspaced(words("share"), joined)
        return Junk(SHARE, weak=not asks or single)
    return None


def _all_of(found: Sequence[str], first: str, *others: str) -> bool:
    """Whether every word is of these classes, and one of them of a class that is not small."""
    known, small = _class(first, *others), words("small")
    return not small.issuperset(found) and all(
        word in known or _is_made_of(word, known) for word in found
    )


def _is_made_of(word: str, known: frozenset[str]) -> bool:
    """Whether a word of a script that does not separate words is made of known ones."""
    if len(word) > _LONGEST_JOINED or not _has_unspaced(word[:1]):
        return False
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[start:end] in known for start in reached):
            reached.add(end)
    return len(word) in reached


@cache
def _class(*names: str) -> frozenset[str]:
    return frozenset().union(*(words(name) for name in names))  # type: ignore[arg-type]


def _is_related(found: Sequence[str], line: str) -> bool:
    """Whether the line is a label for another article, a separator, and its headline."""
    at = min((at for mark in _SEPARATORS if (at := line.find(mark)) > 0), default=-1)
    if at < 0:
        return False
    label = " ".join(_words(line[:at])[0])
    return label in phrases("related")


def _is_call(found: Sequence[str], joined: str) -> bool:
    """Whether the line begins by asking, and names what to subscribe to or where to follow."""
    return _begins("subscribe", found, joined) and (
        not words("channel").isdisjoint(found) or _contains_unspaced(words("channel"), joined)
    )


def _begins(kind: PhraseClass, found: Sequence[str], joined: str) -> bool:
    known = phrases(kind)
    if any(" ".join(found[:count]) in known for count in range(1, _MOST_WORDS + 1)):
        return True
    return _has_unspaced(joined[:1]) and joined.startswith(_unspaced(known))


def _contains(kind: PhraseClass, joined: str) -> bool:
    padded = f" {joined} "
    return any(
        phrase in joined if _has_unspaced(phrase) else f" {phrase} " in padded
        for phrase in phrases(kind)
    )


def _is_cookie_notice(found: Sequence[str], line: str) -> bool:
    if line[0] in _QUOTES:
        return False
    joined = " ".join(found)
    if words("cookie").isdisjoint(found) and not _contains_unspaced(words("cookie"), joined):
        return False
    padded = f" {joined} "
    said = sum(
        phrase in joined if _has_unspaced(phrase) else f" {phrase} " in padded
        for phrase in phrases("consent")
    )
    return said > 1


def in_company(found: Sequence[Junk | None], gone: Sequence[bool]) -> list[int]:
    """Indexes of weak lines that stand beside a line that goes, or in a row of weak ones.

    A row of nothing but addresses of networks is a list like any other.
    """
    indexes: list[int] = []
    at = 0
    while at < len(found):
        junk = found[at]
        if junk is None or not junk.weak:
            at += 1
            continue
        end = at
        while end < len(found) and (next_ := found[end]) is not None and next_.weak:
            end += 1
        beside = (at > 0 and gone[at - 1]) or (end < len(found) and gone[end])
        kinds = {one.reason for one in found[at:end] if one is not None}
        if beside or (end - at > 1 and kinds != {SHARE}) or end - at > 2:
            indexes += range(at, end)
        at = end
    return indexes


def _words(line: str) -> tuple[list[str], int]:
    """Folded words, and how many numbers stand between them."""
    found: list[str] = []
    numbers = 0
    for token in NUMBER_OR_WORD.finditer(line.replace("’", "").replace("'", "")):
        if token["word"]:
            found.append(fold(token["word"]))
        else:
            numbers += 1
    return found, numbers


def _has_unspaced(text: str) -> bool:
    return not text.isascii() and any(_UNSPACED[0] <= char <= _UNSPACED[1] for char in text)


@cache
def _unspaced(known: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(phrase for phrase in known if _has_unspaced(phrase)))


def _contains_unspaced(known: frozenset[str], joined: str) -> bool:
    return _has_unspaced(joined) and any(phrase in joined for phrase in _unspaced(known))


@cache
def _known() -> frozenset[str]:
    """Every word that a line of boilerplate must have one of, in scripts that separate words."""
    found = set(_class("share", "network", "button", "counted", "cookie"))
    for kind in ("advertisement", "related", "subscribe", "rights", "navigation"):
        for phrase in phrases(kind):  # type: ignore[arg-type]
            found.update(phrase.split())
    return frozenset(found)
