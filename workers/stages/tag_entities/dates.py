"""Dates in figures and month names, in every language whose months CLDR names."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.names import LINE_ENDS

SHORTEST = 3
"""Letters of a month's name in ASCII; other scripts need fewer."""

_EDGE = r"(?<![\w./:-])"
_END = r"(?![\w]|[./:-]\d)"
_GAP = rf"[^\S{LINE_ENDS}]"
_YEAR = r"(?:1[0-9]|20)\d\d"
_FIGURES = (
    rf"{_EDGE}{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]){_END}",
    rf"{_EDGE}(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1{_YEAR}{_END}",
    rf"(?<!\d)\d{{4}}{_GAP}?年(?:{_GAP}?\d{{1,2}}{_GAP}?月(?:{_GAP}?\d{{1,2}}{_GAP}?日)?)?",
    rf"(?<!\d)\d{{1,2}}{_GAP}?月{_GAP}?\d{{1,2}}{_GAP}?日",
    rf"(?<!\d)(?:\d{{4}}년{_GAP}?)?\d{{1,2}}월{_GAP}?\d{{1,2}}일",
)
_OF = rf"(?:{_GAP}{{1,2}}|\.{_GAP}?|{_GAP}(?:de|di|del|d’|d'|of|ng|na|da|i){_GAP}|-)"
"""What stands between a day, its month and the year: a space, mostly."""
_ORDINAL = r"(?:\.|º|ª|°|er|re| er|st|nd|rd|th|-?го|-е|-ше|-те|’inci)?"


def dates(text: str, language: str, taken: Iterable[Span]) -> list[Span]:
    """The dates outside the spans, in order; a month alone or a year alone is none."""
    names = _pattern(language)
    if names is None:
        return []
    used = sorted(span[:2] for span in taken)
    found: list[Span] = []
    matches = {match.span() for match in names.finditer(text)}
    matches |= {match.span() for match in _figures().finditer(text)}
    reached = 0
    for start, end in sorted(matches, key=lambda span: (span[0], -span[1])):
        after = bisect_left(used, (end,))  # spans do not overlap: the one before ends last
        if start >= reached and not (after and used[after - 1][1] > start):
            found.append(Span(start, end, "date"))
            reached = end
    return found


@lru_cache(maxsize=1)
def _figures() -> re.Pattern[str]:
    parts = [
        part.replace(r"\1", r"(?P=mark)").replace("([./-])", "(?P<mark>[./-])") for part in _FIGURES
    ]
    return re.compile("|".join(parts))


@lru_cache(maxsize=256)
def _pattern(language: str) -> re.Pattern[str] | None:
    """None: CLDR does not know the language."""
    try:
        months = Locale.parse(language).months
    except (ValueError, UnknownLocaleError):
        return None
    wide, short = _names(months, "wide"), _names(months, "abbreviated")
    if not wide:
        return _figures()
    full = rf"(?:{_any(wide)})(?!\w)"
    month = rf"(?:{full}|(?:{_any(short)})(?!\w)\.?)" if short else full
    day = rf"(?<![\w.,:])\d{{1,2}}{_ORDINAL}"
    year = rf"{_YEAR}(?!\w)"
    return re.compile(
        rf"{day}{_OF}{month}(?:,?{_OF}{year})?"
        rf"|(?<!\w){full}{_GAP}\d{{1,2}}(?:st|nd|rd|th)?(?:,?{_GAP}{year}|(?![\w.:]))"
        rf"|(?<!\w){month}{_OF}{year}"
        rf"|(?<![\w.-]){year}\.?{_GAP}(?:m\.{_GAP})?{full}(?:{_GAP}\d{{1,2}}(?!\w)\.?)?",
        re.IGNORECASE,
    )


def _names(months: Mapping[str, Mapping[str, Mapping[int, str]]], width: str) -> frozenset[str]:
    """Names of months that are words, without a full stop behind them."""
    return frozenset(
        name.rstrip(".")
        for form in ("format", "stand-alone")
        for name in months.get(form, {}).get(width, {}).values()
        if not any(char.isdigit() for char in name)
        and len(name.rstrip(".")) >= (SHORTEST if name.isascii() else SHORTEST - 1)
    )


def _any(names: frozenset[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
