"""Write ``date_words.json``: words of dates and durations, of every language that CLDR knows.

Run ``python -m workers.stages.strip_boilerplate.compile_date_words`` after an update of babel or
dateparser; the test of this package says when the file is out of date. Names of months, days, units
and the words between them come from Unicode CLDR through babel, the words for today and yesterday
from the language data of dateparser, which is built from CLDR too.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from pathlib import Path

from babel import Locale, localedata
from babel.dates import format_date, format_time

from workers.stages.strip_boilerplate.text_tokens import shape_of, words_of

TARGET = Path(__file__).with_name("date_words.json")

_MONTHS = [date(2023, month, 15) for month in range(1, 13)]
_WEEK = [date(2023, 5, day) for day in range(15, 22)]
# CLDR's seldom-used locales are thin and full of short words that mean other things elsewhere; how
# many names of languages a locale has tells how complete it is.
_WELL_COVERED = 380
_RELATIVE_DAYS = ("0 day ago", "1 day ago", "2 day ago")


def compile_words() -> dict[str, list[str] | dict[str, int]]:
    """Word class to sorted folded phrases; the words of a phrase have single spaces between them.

    Classes: month, weekday, relative_day, day_period (am, pm), connector (between the parts), unit,
    hours_ago and days_ago (whole phrases, with ``#`` for the number). And month_number: the names
    that mean the same month in every language that has them, with its number.
    """
    classes: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, set[int]] = defaultdict(set)
    for identifier in sorted(localedata.locale_identifiers()):
        locale = Locale.parse(identifier)
        if len(locale.languages) >= _WELL_COVERED:
            _add_locale(classes, locale)
            _add_ages(classes, locale)
            _add_month_numbers(numbers, locale)
    classes["relative_day"].update(_relative_days())
    for name in ("month", "weekday", "relative_day", "day_period", "unit"):
        classes[name] = set(filter(_tells, classes[name]))
    lists: dict[str, list[str] | dict[str, int]] = {
        name: sorted(filter(None, words)) for name, words in classes.items()
    }
    sure = {phrase: min(n) for phrase, n in numbers.items() if len(n) == 1 and _tells(phrase)}
    lists["month_number"] = dict(sorted(sure.items()))
    return dict(sorted(lists.items()))


def _add_locale(classes: dict[str, set[str]], locale: Locale) -> None:
    pieces: set[str] = set()
    for name, table in (("month", locale.months), ("weekday", locale.days)):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for phrase in table[context][width].values():
                    words = words_of(phrase)
                    classes[name].add(" ".join(words))
                    pieces.update(words)
    for style in ("medium", "long", "full"):
        # A word that changes with the month, or the weekday, is a form of its name.
        months = [words_of(format_date(day, style, locale)) for day in _MONTHS]
        week = [words_of(format_date(day, style, locale)) for day in _WEEK]
        classes["month"] |= _varying(months) - _varying(week) - pieces
        classes["weekday"] |= _varying(week) - pieces
        classes["connector"] |= _constant([*months, *week]) - pieces
        joiner = str(locale.datetime_formats[style]).replace("{0}", " ").replace("{1}", " ")
        classes["connector"].update(words_of(joiner))
    for contexts in locale.day_periods.values():
        for periods in contexts.values():
            for name in periods.keys() & {"am", "pm"}:
                classes["day_period"].add(" ".join(words_of(periods[name])))
    for hour in (time(4, 5), time(16, 5)):
        classes["connector"].update(words_of(format_time(hour, "short", locale=locale)))
    for unit in ("hour", "minute", "second"):
        for patterns in locale._data["unit_patterns"].get(f"duration-{unit}", {}).values():
            for plural, pattern in patterns.items():
                if plural != "per":
                    classes["unit"].update(words_of(pattern.replace("{0}", " ")))


def _add_month_numbers(numbers: dict[str, set[int]], locale: Locale) -> None:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, phrase in locale.months[context][width].items():
                if words := words_of(phrase):
                    numbers[" ".join(words)].add(number)


def _add_ages(classes: dict[str, set[str]], locale: Locale) -> None:
    for name, units in (("hours_ago", ("minute", "hour")), ("days_ago", ("day", "week", "month"))):
        for unit in units:
            for width in ("", "-short", "-narrow"):
                patterns = locale._data["date_fields"].get(unit + width, {}).get("past", {})
                shapes = (shape_of(pattern.replace("{0}", " 0 ")) for pattern in patterns.values())
                classes[name].update(shape for shape in shapes if len(shape) > len("# m"))


def _constant(renderings: Iterable[Iterable[str]]) -> set[str]:
    return set.intersection(*[set(words) for words in renderings])


def _varying(renderings: Sequence[Iterable[str]]) -> set[str]:
    return set().union(*renderings) - _constant(renderings)


def _relative_days() -> Iterator[str]:
    package = importlib.import_module("dateparser.data.date_translation_data")
    for module in pkgutil.iter_modules(package.__path__):
        info = importlib.import_module(f"{package.__name__}.{module.name}").info
        for key in _RELATIVE_DAYS:
            for phrase in info.get("relative-type", {}).get(key, ()):
                yield " ".join(words_of(phrase))


def _tells(word: str) -> bool:
    """Whether a word can stand for something on its own: a single Latin letter cannot."""
    return len(word) > 1 or not "a" <= word <= "z"


if __name__ == "__main__":
    lists = compile_words()
    TARGET.write_text(json.dumps(lists, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print({name: len(words) for name, words in lists.items()}, TARGET.stat().st_size, "bytes")
