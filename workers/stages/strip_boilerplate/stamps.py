"""Stamps: the counter, day and clock time that sites print by a headline or before a text.

A stamp is read part by part (weekday, day, month, year, clock, each at most once), in any order and
language, so that it never runs into the words after it. Reading is linear in its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.stages.strip_boilerplate.date_words import (
    DateWord,
    age_beginnings,
    ages,
    date_words,
    stamp_words,
)
from workers.stages.strip_boilerplate.text_tokens import NUMBER_OR_WORD, UNSPACED, fold

LONGEST = 80
"""No stamp has more characters."""

_COUNTER = re.compile(
    r"(?P<short>\d{1,3}(?:[.,]\d{1,2})?[KkMmКкМм])(?![^\W\d_])"
    r"|(?P<groups>\d{1,3}(?:[., \u00a0\u2009\u202f'’]\d{3})+)(?!\d)"
    r"|(?P<digits>\d{1,12})"
)
_AFTER_COUNTER = re.compile(r"[\s|•·–—]*")
_NUMERIC = re.compile(
    r"(?P<a>\d{4}|\d{1,2})(?P<by>\s?[./-]\s?)(?P<b>\d{1,2})(?P=by)(?P<c>\d{4}|\d{1,2})(?!\d)"
    r"|(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?!\s?\d{2,4}(?!\d|[.:]))"
    r"|(?:(?P<y>\d{4})[年년]\s?)?(?P<m>\d{1,2})[月월]\s?(?P<d>\d{1,2})[日号號일]?"
)
_CLOCK = re.compile(r"(\d{1,2})(?::|h|\.|：|[時时點点]|시\s?)(\d{2})(?:[:.]\d{2}|[分분])?(?!\d)")
_ZONE_OFFSET = re.compile(r"\s?[+-]\d{2}:?\d{2}(?!\d)")
_BETWEEN = re.compile(r"[\s,./|•·–—()（）、，،-]*")
_AFTER_CLOCK_GAP = re.compile(r"[.\s(]{0,2}")
_WORD_GAP = re.compile(r"[.\s-]{1,2}")
_MOST_WORDS = 4
_MOST_AGE_WORDS = 6
_NAMES: frozenset[DateWord] = frozenset(("month", "weekday"))


@dataclass(frozen=True)
class Stamp:
    """What was read at the start of a text, and where it ends."""

    end: int
    counter: bool
    """A number that belongs to no date: views, comments, shares."""
    day: bool
    """A relative day (yesterday, two days ago), or a day of a month."""
    relative: bool
    year: bool
    clock: bool
    labelled: bool = False
    """A word before it says that it is when the article came out, or was changed."""


@dataclass
class _Date:
    relative: bool = False
    numeric: bool = False
    """A day and month in numbers, as in 02.02.2026."""
    day_number: bool = False
    year: bool = False
    clock: bool = False
    names: tuple[frozenset[DateWord], ...] = ()
    """What each name may be: "mar" is March as well as a Tuesday."""

    @property
    def month(self) -> bool:
        return any("month" in kinds for kinds in self.names)

    @property
    def day(self) -> bool:
        """Whether the parts name a day, though perhaps without its year."""
        return self.relative or self.numeric or (self.month and self.day_number)


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
        gap = _AFTER_COUNTER.match(text, split)
        date, end = _read_date(text, gap.end() if gap else split)
        if not date.day and gap and gap.end() > split:
            continue  # "12 10:30" may be a line of a timetable
        if _whole(date) and (best is None or end > best.end):
            # Three digits before a colon may be a score; four are a counter and an hour.
            best = _stamp(date, end, counter=date.day or split - start >= 2)
    return best


def may_be_stamp(text: str) -> bool:
    """Whether all words of a text are a stamp's: rules most texts out at little cost."""
    return all(_is_stamp_word(token["word"]) for token in NUMBER_OR_WORD.finditer(text))


def may_begin_stamp(text: str, start: int) -> bool:
    """Whether a number is followed by another one or by a word of a stamp."""
    first = NUMBER_OR_WORD.search(text, start)
    second = NUMBER_OR_WORD.search(text, first.end()) if first else None
    return second is not None and _is_stamp_word(second["word"])


def _is_stamp_word(word: str | None) -> bool:
    return word is None or fold(word) in stamp_words() or UNSPACED.search(word) is not None


def _whole(date: _Date) -> bool:
    return date.day or date.clock


def _stamp(date: _Date, end: int, *, counter: bool) -> Stamp:
    return Stamp(
        end=end,
        counter=counter,
        day=date.day,
        relative=date.relative,
        year=date.year,
        clock=date.clock,
    )


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
        if date == _Date() and (age := _age(text, position)):
            return _Date(relative=True, clock=age[0] == "hours"), age[1]
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


def _age(text: str, position: int) -> tuple[str, int] | None:
    """What the longest phrase such as "2 hours ago" that begins here counts, and where it ends."""
    known = ages()
    first = NUMBER_OR_WORD.match(text, position)
    if first is None or (first["word"] and fold(first["word"]) not in age_beginnings()):
        return None
    shape = ""
    best: tuple[str, int] | None = None
    for _ in range(_MOST_AGE_WORDS):
        token = NUMBER_OR_WORD.match(text, position)
        if token is None:
            break
        shape += (" " if shape else "") + (fold(token["word"]) if token["word"] else "#")
        if counts := known.get(shape):
            best = counts, token.end()
        gap = _WORD_GAP.match(text, token.end())
        position = gap.end() if gap else token.end()
    return best


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
    """The end of a date in numbers, a day of the month or a year that is still missing."""
    match = NUMBER_OR_WORD.match(text, position)
    if match is None or match["number"] is None or date.relative:
        return None
    if not (date.month or date.day_number or date.numeric or date.year) and (
        end := _numeric(text, position, date)
    ):
        return end
    number, digits = int(match["number"]), len(match["number"])
    short_year = digits == 2 and date.month and date.day_number
    if not date.year and (short_year or _is_year(match["number"])):
        date.year = True
    elif digits <= 2 and 1 <= number <= 31 and not (date.day_number or date.numeric):
        date.day_number = True
    else:
        return None
    return match.end()


def _numeric(text: str, position: int, date: _Date) -> int | None:
    """Read a date in numbers, in any of the usual orders of its parts."""
    match = _NUMERIC.match(text, position)
    if match is None:
        return None
    if match["a"]:
        first, middle, last = match["a"], match["b"], match["c"]
        if _is_year(first):
            valid, year = _day_and_month(middle, last), True
        else:
            valid, year = _day_and_month(first, middle) and len(last) != 1, len(last) == 4
            valid = valid and (len(last) == 2 or _is_year(last))
    elif match["day"]:
        valid, year = 1 <= int(match["day"]) <= 31 and 1 <= int(match["month"]) <= 12, False
    else:
        valid, year = _day_and_month(match["m"], match["d"]), match["y"] is not None
    if not valid:
        return None
    date.numeric, date.year = True, year
    return match.end()


def _is_year(digits: str) -> bool:
    """Whether four digits may be a year of a calendar in use, from the Iranian to the Thai."""
    return len(digits) == 4 and 1300 <= int(digits) < 2700


def _day_and_month(one: str, other: str) -> bool:
    if len(one) > 2 or len(other) > 2:
        return False
    low, high = sorted((int(one), int(other)))
    return 1 <= low <= 12 and high <= 31


def _words(text: str, position: int, date: _Date) -> int | None:
    """The end of a month, weekday or relative day that is still missing."""
    after_number = text[position - 1 : position].isdigit()
    for kinds, end in _phrases(text, position):
        if after_number and "connector" in kinds:
            continue  # 月 after a number is no Monday
        if "relative_day" in kinds and not (date.day or date.day_number or date.names):
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
        if len(words) == 1 and UNSPACED.match(text, position):
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
