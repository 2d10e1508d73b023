"""Words for a country's people and language, which are written like its name and are no place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from babel import Locale
from babel.languages import get_official_languages

from workers.stages.tag_entities.names import normalise


class _Endings(NamedTuple):
    """How a language that writes them large makes such words."""

    cut: str
    """What goes from the end of a language's name before ``added`` comes."""
    added: tuple[str, ...]
    of_countries: tuple[str, ...] = ()
    """What a country's name takes, or its name without the last letter."""


_ENDINGS: Mapping[str, tuple[_Endings, ...]] = {
    "de": (
        _Endings("", ("", "e", "en", "er")),
        _Endings("isch", ("e", "en", "er", "ern", "erin", "erinnen")),
    ),
    "en": (_Endings("", ("", "s"), ("n", "an", "ian", "ean", "ese", "i", "ish")),),
    "nl": (_Endings("", ("", "e")),),
}
"""Other languages write them small, or without letters of two sizes."""


@cache
def demonyms(language: str) -> frozenset[str]:
    """Normalised words like "Ukrainian", by the names of languages and countries in Unicode CLDR.

    The name of a country is none of them. Empty for a language that does not write them large.
    """
    if language not in _ENDINGS:
        return frozenset()
    locale = Locale(language)
    codes = {str(code) for code in locale.territories if str(code).isalpha()}
    official = {tongue for code in codes for tongue in get_official_languages(code)}
    tongues = {
        # Of "American English" the first word: what is spoken in a country goes by its people.
        normalise(name).split()[0]
        for code, name in locale.languages.items()
        if code in official or code.partition("_")[2] in codes
    }
    countries = {normalise(name) for name in locale.territories.values()}
    return frozenset({*_words(language, tongues, countries)} - countries)


def _words(language: str, tongues: set[str], countries: set[str]) -> Iterator[str]:
    for cut, added, of_countries in _ENDINGS[language]:
        for name in tongues:
            if name.endswith(cut):
                yield from (name[: len(name) - len(cut)] + ending for ending in added)
        for country in countries:
            if " " not in country:
                for stem in (country, country[:-1]):
                    for ending in of_countries:
                        yield from (stem + ending, stem + ending + "s")
