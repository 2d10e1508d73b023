"""Cuts a model's span down to the name itself."""

from __future__ import annotations

import re
import unicodedata

from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.names import LINE_ENDS
from workers.stages.tag_entities.suffixes import suffix

LONGEST = 8
"""Words in a name; what is longer is a piece of a headline or list, not a name."""
LONGEST_CHARACTERS = 200

_LINE_END = re.compile(f"[{LINE_ENDS}]")
_FIRST_WORD = re.compile(r"(\w+)[^\S\n]+(?=\S)")
_TITLE = re.compile(r"([\w-]+)\.?[^\S\n]+(?=\S)")
_SENTENCE_END = re.compile(r"[^\W\d_][^\W\d_A-Z]{4,}(?=\.[^\S\n]+[^\W\d_])")
"""A word too long for an abbreviation, with a full stop behind it and another word."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DAY = re.compile(r"\d{1,2}([./])\d{1,2}(?:\1(?:\d\d)?)?")
_OPENING = frozenset("([{")
_APOSTROPHES = str.maketrans("’ʼ‘", "'''")


def trim(text: str, span: Span, grammar: Grammar) -> Span | None:
    """The name within a span, or None if there is none.

    White space, quotes, punctuation, articles, a person's titles, possessive endings and endings
    behind a mark at either end go; of a span that crosses a line's or sentence's end the first part
    with a name stays. Full stops of an abbreviation stay.
    """
    start, end, kind = span
    if end - start > LONGEST_CHARACTERS:
        return None
    while True:
        start, end = _strip(text, start, end)
        if start >= end:
            return None
        if line_end := _LINE_END.search(text, start, end):
            end = line_end.start()
            continue
        sentence_end = _SENTENCE_END.search(text, start, end)
        if sentence_end and kind != "date":
            end = sentence_end.end()
            continue
        first = _FIRST_WORD.match(text, start, end)
        if kind != "date" and first and first[1].casefold() in grammar.articles:
            start = first.end()
            continue
        title = _TITLE.match(text, start, end)
        if kind == "person" and title and title[1].casefold() in grammar.titles:
            start = title.end()
            continue
        ending = _possessive(text, start, end, grammar)
        if not ending or kind == "date":
            break
        end -= ending
    name = text[start:end]
    if end - start < 2 or not (any(map(str.isalpha, name)) or (kind == "date" and _figures(name))):
        return None
    if len(name.split()) > LONGEST or (kind != "date" and name == name.lower() != name.upper()):
        return None
    return Span(start, end, kind)


def _figures(name: str) -> bool:
    """Whether figures alone say a date: a year or more, no age, result or time of day."""
    return bool(_YEAR.search(name) or _DAY.fullmatch(name))


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and _is_edge(text[start]) and not _opens_inside(text, start, end):
        start += 1
    while start < end and _is_edge(text[end - 1]):
        last = text[end - 1]
        if last == "." and _abbreviated(text[start : end - 1]):
            break
        if last == ")" and "(" in text[start:end]:
            break
        end -= 1
    return start, end


def _is_edge(character: str) -> bool:
    """Whether a character is punctuation, a mark, a separator or invisible: no part of a name."""
    return unicodedata.category(character)[0] in "PZCS" and character not in "$€£&"


def _opens_inside(text: str, start: int, end: int) -> bool:
    return text[start] in _OPENING and ")" in text[start + 1 : end - 1]


def _abbreviated(name: str) -> bool:
    """Whether a name ends like "U.S", "Jr" or "J": its full stop belongs to it."""
    last = name.split()[-1] if name.split() else ""
    return "." in last or (last[:1].isupper() and len(last) <= 2 and last.isalpha())


def _possessive(text: str, start: int, end: int, grammar: Grammar) -> int:
    """The length of ``text[start:end]``'s possessive or other ending; of "s'" the apostrophe's."""
    name = text[start:end].translate(_APOSTROPHES).casefold()
    for ending in grammar.possessives:
        if name.endswith(ending) and len(name) > len(ending) + 1 and len(name) == end - start:
            return len(ending) if ending.startswith("'") else 1
    return suffix(text[start:end], grammar.marks)
