"""The names in bylines: without what introduces them, what their bearers do, and joining words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

from workers.stages.strip_boilerplate.metadata.fields import authors_of
from workers.stages.strip_boilerplate.text_tokens import words_of

_WORDS = Path(__file__).with_name("byline_words.toml")
_LABEL = re.compile(r"^[^\W\d_]+(?: [^\W\d_]+)?\s?[::]\s*")
"""No name has a colon."""
_NO_NAME = re.compile(r"\d|\s[-‐-―+&/]\s")
_LONGEST_NAME = 5
_COMMA = re.compile(r"\s*[,،]\s+")


def names_in(bylines: Iterable[str], language: str, source: str | None) -> tuple[str, ...]:
    """Every name once; a byline that is not surely a list of names is one name.

    ``language`` is the page's and ``source`` the name of its site, which is no author's beside one.
    Names that are parted have two words at least: "Smith and Sons" is one.
    """
    names: list[str] = []
    for byline in bylines:
        whole = _unlabelled(byline, language)
        between = _joined_by(language)
        parts = [part for part in between.split(whole) if part] if between.search(whole) else []
        parts = [_without_work(part, source, language) for part in parts or [whole]]
        single = [name for part in parts for name in _COMMA.split(part)]
        names += single if _are_names(single) else [_without_work(whole, source, language)]
    return authors_of(names)


def _unlabelled(byline: str, language: str) -> str:
    """Without "By" or its like, if a whole name is left, and without "Text:"."""
    text = _LABEL.sub("", byline) or byline
    first, _, rest = text.partition(" ")
    by = _of_language("by", language)
    return rest if first.casefold() in by and len(rest.split()) > 1 else text


def _without_work(text: str, source: str | None, language: str) -> str:
    """Without what follows a comma and tells what somebody does, or for whom.

    What begins with an article is the name of a paper, or no name.
    """
    name, *others = _COMMA.split(text)
    work, site = _words()["work"]["words"], words_of(source or "")
    articles = _of_language("articles", language)
    kept = [
        one
        for one in others
        if (words := words_of(one)) != site
        and not work.intersection(words)
        and not articles.intersection(words[:1])
    ]
    return ", ".join([name, *kept])


def _are_names(texts: Sequence[str]) -> bool:
    """Whether each can be a person's whole name, capitalised where there are capitals, and alike:
    agencies are in capitals where persons are not."""
    alike = len({text.isupper() for text in texts}) == 1
    return len(texts) > 1 and alike and all(map(_is_name, texts))


def _is_name(text: str) -> bool:
    words = text.split()
    if not 1 < len(words) <= _LONGEST_NAME or _NO_NAME.search(text):
        return False
    return not any(word[0].islower() for word in words)


def _of_language(table: str, language: str) -> frozenset[str]:
    return _words()[table].get(language.partition("-")[0].lower(), frozenset())


@cache
def _words() -> Mapping[str, Mapping[str, frozenset[str]]]:
    tables = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return {
        table: {name: frozenset(words_of(words)) for name, words in lists.items()}
        for table, lists in tables.items()
    }


@lru_cache(maxsize=256)
def _joined_by(language: str) -> re.Pattern[str]:
    """What stands before the last item of a list (Unicode CLDR), and an ampersand."""
    words = {"{0} & {1}"}
    try:
        patterns = Locale.parse(language, sep="-").list_patterns["standard"]
        words |= {patterns["2"], patterns["end"]}
    except (UnknownLocaleError, ValueError, KeyError):
        pass
    between = [word.removeprefix("{0}").removesuffix("{1}") for word in words]
    # A mere comma joins whatever; a joining word stands alone.
    return re.compile("|".join(re.escape(one) for one in between if one.strip(" ,،、，")))
