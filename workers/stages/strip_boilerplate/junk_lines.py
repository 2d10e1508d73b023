"""Lines that are boilerplate by what they say: shares, counters, calls to subscribe and the like.

A rule names a class of lines by what its words mean; ``junk_words.toml`` has the words of many
languages. A line that is nothing but a label of one word may be a heading too: it is *weak*, and
goes only in the company of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from workers.stages.strip_boilerplate.junk_words import PhraseClass, phrases, words, written
from workers.stages.strip_boilerplate.notices import COOKIE, LONGEST_NOTICE, has_notices
from workers.stages.strip_boilerplate.statements import FULL_STOPS, is_statement
from workers.stages.strip_boilerplate.text_tokens import (
    CLOSING,
    NUMBER_OR_WORD,
    fold,
    has_unspaced,
)

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
_LABELS_KEPT = 2000
_MOST_WORDS = 8
"""No phrase has more words."""
_MOST_NUMBERS = 4
_LONGEST_JOINED = 24
_SHORTEST_NAME, _LONGEST_ENDING = 6, 4
_SENTENCE_WORDS, _STATED_WORDS = 9, 12
"""From so many on a sentence is a story's, or may be one although it says what sites say."""
_FULL_STOPS = (".", "。", "．", "।", "۔", "։", "។")
_QUOTES = "\"'“„«‘「『—–-"
_SEPARATORS = (":", "：", "՝", "|", "»", ">", "→", "–", "—", "- ", "►", "▶", "]", "】")
_DASHES = "–—-"
_CALL_END = CLOSING + " .!…:։।"
_SIGNS = "©ⓒⒸ"
_SIGN = (*_SIGNS, "(c)", "copyright ©")


@dataclass(frozen=True)
class Junk:
    """What a line is said to be."""

    reason: str
    weak: bool = False
    """Goes only beside other junk."""
    stated: bool = False
    """A weak line that is a whole sentence: a row of such is a story about these things."""
    heads: bool = False
    """A label whose articles follow on lines of their own."""


def junk_line(line: str, notices: bool | None = None) -> Junk | None:
    """What kind of boilerplate a line is by its words; None if it may be anything else.

    ``notices`` is what ``notices_in`` says of it. Linear in the line's length, and lines of more
    than a paragraph are not read.
    """
    line = line.strip()
    if not line or len(line) > LONGEST_NOTICE:
        return None
    if not _worth_reading(line) and not (has_notices(line) if notices is None else notices):
        return None
    return _read_label(line) if len(line) <= _LONGEST_LABEL else _read(line)


def _read(line: str) -> Junk | None:
    if line.lower().startswith(_SIGN) and len(line) <= _LONGEST_CALL:
        stated = is_statement(line, _STATED_WORDS)
        return Junk(COPYRIGHT, weak=stated, stated=stated)
    found, numbers = _words(line)
    if not found:
        return None
    if len(line) > _LONGEST_CALL:
        return Junk(COOKIES) if _is_cookie_notice(found, line) else None
    joined = " ".join(found)
    if not joined:
        return None  # a joiner or an accent that stands alone is no letter of a word
    if len(line) <= _LONGEST_LABEL and (label := _label(found, joined, numbers, line)):
        return label
    stated = is_statement(line, _STATED_WORDS)
    if line[0] not in _QUOTES and _is_call(found, joined):
        # A plain sentence may begin as a call does, and where the verb comes last end like one.
        told = stated or (
            line.rstrip(CLOSING).endswith(FULL_STOPS) and not _is_plain_call(found, joined)
        )
        return Junk(SUBSCRIPTION, weak=told, stated=told)
    if has_notices(line) and _is_rights(joined):
        return Junk(COPYRIGHT, weak=stated, stated=stated)
    return Junk(COOKIES) if _is_cookie_notice(found, line) else None


_read_label = lru_cache(_LABELS_KEPT)(_read)
"""Sites have the same labels on all their pages."""


def _worth_reading(line: str) -> bool:
    """Whether the line's first word may be boilerplate's.

    Nearly all lines of articles end here, in a tenth of the time that reading them takes.
    """
    if len(line) > _LONGEST_CALL and line[0] not in _SIGNS:
        return False
    first = NUMBER_OR_WORD.search(line)
    if first is None or line[0] in _SIGNS:
        return first is not None
    word = fold(first["word"] or "")
    if len(line) > _LONGEST_LABEL:
        return word in _first_of("subscribe") or has_unspaced(first[0][0]) or _may_ask_last(line)
    if word and (word in _first_words() or has_unspaced(first[0])):
        return True
    if first["number"] or word in words("small"):
        second = NUMBER_OR_WORD.search(line, first.end())
        if second is None:
            return False
        if not second["word"] or has_unspaced(second[0]):
            return True
        if fold(second["word"]) in _label_words():
            return True
    return _may_ask_last(line)


def _may_ask_last(line: str) -> bool:
    """Whether the line's last word may end a call."""
    end = line.rstrip(_CALL_END)
    if end[-2:] not in _last_letters():
        return has_unspaced(end[-1:])
    return fold(end[end.rfind(" ") + 1 :]) in _last_words()


def _label(found: Sequence[str], joined: str, numbers: int, line: str) -> Junk | None:
    single = len(found) == 1 and not (len(joined) > 2 and has_unspaced(joined))
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
        stated = is_statement(line, _STATED_WORDS)
        return Junk(RELATED, weak=stated, stated=stated)
    if _all_of(found, "share", "network", "button", "passed_on", "small"):
        asks = not words("share").isdisjoint(found) or _contains_unspaced(words("share"), joined)
        if asks or not (numbers or words("passed_on").intersection(found)):
            return Junk(SHARE, weak=not asks or single)
    return None


def _all_of(found: Sequence[str], first: str, *others: str) -> bool:
    """Whether every word is of these classes, and one of them of a class that is not small."""
    known, small = _class(first, *others), words("small")
    return not small.issuperset(found) and all(
        word in known or _is_made_of(word, known) or _is_inflected(word) for word in found
    )


def _is_inflected(word: str) -> bool:
    """Whether a word is the name of a network with an ending: Facebooku, Facebook'ta."""
    ends = range(max(len(word) - _LONGEST_ENDING, _SHORTEST_NAME), len(word))
    return any(word[:end] in words("network") for end in ends)


def _is_made_of(word: str, known: frozenset[str]) -> bool:
    """Whether a word of a script that does not separate words is made of known ones."""
    if len(word) > _LONGEST_JOINED or not has_unspaced(word):
        return False
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[start:end] in known for start in reached):
            reached.add(end)
    return len(word) in reached


@cache
def _long_names() -> frozenset[str]:
    """Names of networks that are part of no other word."""
    return frozenset(name for name in words("network") if len(name) >= _SHORTEST_NAME)


@cache
def _class(*names: str) -> frozenset[str]:
    return frozenset().union(*(words(name) for name in names))


def _is_related(found: Sequence[str], line: str) -> bool:
    """Whether the line is a label for another article, a separator, and its headline."""
    if found[0] not in _first_of("related"):
        return False
    at = min((at for mark in _SEPARATORS if (at := line.find(mark)) > 0), default=-1)
    if at < 0:
        return False
    label = " ".join(_words(line[:at])[0])
    if label not in phrases("related"):
        return False
    # No headline, but the rest of a sentence that begins with the label's word.
    goes_on = line[at:].lstrip("".join(_SEPARATORS))[:1].islower()
    return not goes_on or (" " in label and line[at] not in _DASHES)


def _is_call(found: Sequence[str], joined: str) -> bool:
    """Whether the line begins by asking, and names what to subscribe to or where to follow.

    In languages whose verb comes last it ends by asking.
    """
    return (
        _begun("subscribe", found, joined) is not None or _ends("subscribe_last", found, joined)
    ) and _names_channel(words("channel"), found, joined)


def _is_plain_call(found: Sequence[str], joined: str) -> bool:
    """Whether a line that begins by asking says so of nothing but subscribing.

    Its verb or what it names has no other meaning: a canal can be followed, an account opened.
    """
    phrase = _begun("subscribe", found, joined)
    return phrase is not None and (
        phrase not in phrases("asks_more") or _names_channel(_own_channels(), found, joined)
    )


def _names_channel(known: frozenset[str], found: Sequence[str], joined: str) -> bool:
    """Whether a line names one of these, or a network."""
    return (
        not known.isdisjoint(found)
        or _contains_unspaced(known, joined)
        or any(word in _long_names() or _is_inflected(word) for word in found)
        or (has_unspaced(joined) and any(map(joined.__contains__, _long_names())))
    )


@cache
def _own_channels() -> frozenset[str]:
    return words("channel") - words("means_more")


def _begun(kind: PhraseClass, found: Sequence[str], joined: str) -> str | None:
    """The longest phrase of a class with which a line begins."""
    known = phrases(kind)
    if found[0] in _first_of(kind):
        for count in range(min(len(found), _MOST_WORDS), 0, -1):
            if (phrase := " ".join(found[:count])) in known:
                return phrase
    if not has_unspaced(joined[0]):
        return None
    return max(filter(joined.startswith, _unspaced(known)), key=len, default=None)


def _ends(kind: PhraseClass, found: Sequence[str], joined: str) -> bool:
    known = phrases(kind)
    if found[-1] in _last_words():
        most = min(len(found), _MOST_WORDS)
        if any(" ".join(found[-count:]) in known for count in range(1, most + 1)):
            return True
    return has_unspaced(joined[-1]) and joined.endswith(_unspaced(known))


def _is_rights(joined: str) -> bool:
    return bool(_said("rights", joined))


def _said(kind: PhraseClass, joined: str) -> list[str]:
    """The phrases of a class that are in a line."""
    padded = f" {joined} "
    begun = _by_first(kind)
    found = [
        phrase
        for word in begun.keys() & joined.split(" ")
        for phrase in begun[word]
        if f" {phrase} " in padded
    ]
    if has_unspaced(joined):
        found += [phrase for phrase in _unspaced(phrases(kind)) if phrase in joined]
    return found


def _is_cookie_notice(found: Sequence[str], line: str) -> bool:
    if line[0] in _QUOTES:
        return False
    joined = " ".join(found)
    named = COOKIE in joined or not words("cookie").isdisjoint(found)
    if not named and not _contains_unspaced(words("cookie"), joined):
        return False
    said = _said("consent", joined)
    return bool(said) and len({*said, *_said("site", joined)}) > 1


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
        row = [one for one in found[at:end] if one is not None]
        kinds = {one.reason for one in row}
        if not beside and all(one.stated for one in row):
            at = end
            continue
        if beside or (end - at > 1 and kinds != {SHARE}) or end - at > 2:
            indexes += range(at, end)
        at = end
    return indexes


def _words(line: str) -> tuple[list[str], int]:
    """Folded words, and how many numbers stand between them."""
    tokens = NUMBER_OR_WORD.findall(line.replace("’", "").replace("'", ""))
    found = [fold(word) for _, word in tokens if word]
    return found, len(tokens) - len(found)


@cache
def _unspaced(known: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(phrase for phrase in known if has_unspaced(phrase)))


def _contains_unspaced(known: frozenset[str], joined: str) -> bool:
    return has_unspaced(joined) and any(phrase in joined for phrase in _unspaced(known))


@cache
def _first_words() -> frozenset[str]:
    """Words with which lines of boilerplate begin, but for cookie notices and rights."""
    found = _class("share", "network", "button", "counted", "passed_on") - words("small")
    kinds: tuple[PhraseClass, ...] = ("advertisement", "related", "subscribe", "navigation")
    return found.union(*map(_first_of, kinds))


@cache
def _label_words() -> frozenset[str]:
    return _class("share", "network", "button", "counted", "passed_on", "small")


@cache
def _first_of(kind: PhraseClass) -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in phrases(kind))


@cache
def _last_words() -> frozenset[str]:
    """Words with which calls end in languages whose verb comes last."""
    return frozenset(phrase.split()[-1] for phrase in phrases("subscribe_last"))


@cache
def _last_letters() -> frozenset[str]:
    """The last two letters of each of them: what nearly all lines are told from calls by."""
    last = {word[-2:] for word in written("subscribe_last")}
    return frozenset(last | set(map(str.upper, last)))


@cache
def _by_first(kind: PhraseClass) -> Mapping[str, Sequence[str]]:
    """The phrases of a class by their first words."""
    found: dict[str, list[str]] = {}
    for phrase in sorted(phrases(kind)):
        found.setdefault(phrase.split()[0], []).append(phrase)
    return found
