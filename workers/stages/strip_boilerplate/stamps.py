"""Stamps: the counter, day and clock time that sites print by a headline or before a text.

A stamp is read part by part (weekday, day, month, year, clock, each at most once), in any order and
language, so that it never runs into the words after it. Reading is linear in its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.stages.strip_boilerplate.date_words import DateWord, date_words
from workers.stages.strip_boilerplate.text_tokens import NUMBER_OR_WORD, fold

LONGEST = 80
"""No stamp has more characters."""

_COUNTER = re.compile(
    r"(?P<short>\d{1,3}(?:[.,]\d{1,2})?[KkMmКкМм])(?![^\W\d_])"
    r"|(?P<groups>\d{1,3}(?:[., \u00a0\u2009\u202f'’]\d{3})+)(?!\d)"
    r"|(?P<digits>\d{1,12})"
)
_CLOCK = re.compile(r"(\d{1,2})(?::|h|\.|：)(\d{2})(?:[:.]\d{2})?(?!\d)")
_ZONE_OFFSET = re.compile(r"\s?[+-]\d{2}:?\d{2}(?!\d)")
_BETWEEN = re.compile(r"[\s,./|•·–—()（）、，،-]*")
_AFTER_CLOCK_GAP = re.compile(r"[.\s(]{0,2}")
_WORD_GAP = re.compile(r"[.\s-]{1,2}")
_MOST_WORDS = 4
_NAMES: frozenset[DateWord] = frozenset(("month", "weekday"))
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True)
class Stamp:
    """What was read at the start of a text, and where it ends."""

    end: int
    counter: bool
    """A number that belongs to no date: views, comments, shares."""
    day: bool
    """A relative day (yesterday), or a day of a month."""
    year: bool
    clock: bool


@dataclass
class _Date:
    relative: bool = False
    year: bool = False
    clock: bool = False
    small: int = 0
    """Numbers that may be a day, a month or a year of two digits."""
    names: tuple[frozenset[DateWord], ...] = ()
    """What each name may be: "mar" is March as well as a Tuesday."""

    @property
    def month(self) -> bool:
        return any("month" in kinds for kinds in self.names)

    @property
    def day(self) -> bool:
        """Whether the parts name a day, though perhaps without its year."""
        in_words = self.month and self.small >= 1
        in_numbers = self.small == 3 or (self.small == 2 and self.year)
        return self.relative or in_words or in_numbers


def read_stamp(text: str, start: int = 0) -> Stamp | None:
    """Read the longest stamp that begins at ``start``; None if there is none.

    A counter may be glued to the date (``437Yesterday, 22:08``) or to the clock (``38901:29``); it
    takes as few digits as leave a whole date.
    """
    text = text[: start + LONGEST]
    date, end = _read_date(text, start)
    best = _stamp(date, end, counter=False) if _whole(date) else None
    counter = _COUNTER.match(text, start)
    for split in _splits(counter) if counter else ():
        date, end = _read_date(text, split)
        if (date.day or date.clock) and (best is None or end > best.end):
            best = _stamp(date, end, counter=True)
    return best


def _whole(date: _Date) -> bool:
    return date.day or date.clock


def _stamp(date: _Date, end: int, *, counter: bool) -> Stamp:
    return Stamp(end=end, counter=counter, day=date.day, year=date.year, clock=date.clock)


def _splits(counter: re.Match[str]) -> range | tuple[int, ...]:
    """Where the counter may end and the date begin."""
    if counter["digits"] is None:
        return (counter.end(),)
    return range(counter.start() + 1, counter.end() + 1)


def _read_date(text: str, start: int) -> tuple[_Date, int]:
    """Read parts until one does not fit; the end is that of the last part that is no connector."""
    date, end = _Date(), start
    position = _skip(text, start)
    while position < len(text):
        if date.clock and date.day:
            return date, _read_tail(text, end)
        if not date.clock and (clock := _clock(text, position, date)):
            date.clock = True
            end = clock
        elif (after := _number(text, position, date)) or (after := _words(text, position, date)):
            end = after
        elif connector := _one_of("connector", text, position):
            position = _skip(text, connector)
            continue
        else:
            break
        position = _skip(text, end)
    return date, _read_tail(text, end) if date.clock else end


def _skip(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def _clock(text: str, position: int, date: _Date) -> int | None:
    match = _CLOCK.match(text, position)
    if match is None or int(match[1]) > 24 or int(match[2]) > 59:
        return None
    if text[match.end(1)] == "." and (not date.day or text[match.end() : match.end() + 1] == "."):
        return None  # a decimal number, or a date such as 02.02.2026
    return match.end()


def _number(text: str, position: int, date: _Date) -> int | None:
    match = NUMBER_OR_WORD.match(text, position)
    if match is None or match["number"] is None or date.relative:
        return None
    number, digits = int(match["number"]), len(match["number"])
    if digits == 4 and 1300 <= number < 2700 and not date.year:
        date.year = True
    elif digits <= 2 and date.small < 3 - date.month - date.year and (number or date.small == 2):
        date.small += 1
    else:
        return None
    return match.end()


def _words(text: str, position: int, date: _Date) -> int | None:
    """The end of a month, weekday or relative day that is still missing."""
    after_number = text[position - 1 : position].isdigit()
    for kinds, end in _phrases(text, position):
        if after_number and "connector" in kinds:
            continue  # 月 after a number is no Monday
        if "relative_day" in kinds and not (date.relative or date.small or date.names):
            date.relative = True
        elif (names := kinds & _NAMES) and not date.relative and _fits(names, date.names):
            date.names = (*date.names, names)
        else:
            continue
        return end
    return None


def _fits(name: frozenset[DateWord], names: tuple[frozenset[DateWord], ...]) -> bool:
    """Whether one more name leaves at most one month and one weekday."""
    return not names or (len(names) == 1 and len(name | names[0]) == 2)


def _one_of(kind: DateWord, text: str, position: int) -> int | None:
    return next((end for kinds, end in _phrases(text, position) if kind in kinds), None)


def _phrases(text: str, position: int) -> list[tuple[frozenset[DateWord], int]]:
    """Date words that begin here, longest phrase first, with their ends."""
    known = date_words()
    found: list[tuple[frozenset[DateWord], int]] = []
    words: list[str] = []
    while len(words) < _MOST_WORDS and (match := NUMBER_OR_WORD.match(text, position)):
        if match["word"] is None:
            break
        words.append(fold(match["word"]))
        if kinds := known.get(" ".join(words)):
            found.append((kinds, match.end()))
        if len(words) == 1 and _UNSPACED.match(text, position):
            for end in range(match.start() + 1, match.end()):
                if kinds := known.get(fold(text[position:end])):
                    found.append((kinds, end))
            found.sort(key=lambda item: item[1])
        position = match.end()
        gap = _WORD_GAP.match(text, position)
        if gap is None:
            break
        position = gap.end()
    return found[::-1]


def _read_tail(text: str, end: int) -> int:
    """Take in what may follow a clock time: o'clock, am or pm, a time zone."""
    for _ in range(3):
        gap = _AFTER_CLOCK_GAP.match(text, end)
        after = _one_of("after_clock", text, gap.end()) if gap else None
        if after is None:
            break
        end = after
    zone = _ZONE_OFFSET.match(text, end)
    return zone.end() if zone else end
