"""The article of a page that shows nothing until a script draws it: from the JSON for that.

Frameworks leave their state in a script, as JSON or as an assignment of it. An article's text is in
it as one long string or as a list of paragraphs; either way at one path, list positions aside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from workers.pages.stated import stated_in
from workers.utf8 import without_surrogates

_SCRIPT = re.compile(r"<script\b([^<>]*)>", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_FOREIGN = re.compile(r"\bsrc\s*=", re.IGNORECASE)
_ASSIGNED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$\[\]\"']{1,100}\s*=\s*(?=[{\[])")
_LONGEST = 3_000_000
"""Characters of all scripts that are read."""
_MOST_VALUES = 200_000
_LEAST = 60
"""Characters of a string that may be a paragraph."""
_LOOSE = 2
"""So many list positions, the innermost, may differ between paragraphs of one article."""
_BREAK = re.compile(r"</?(?:p|div|h[1-6]|li|ul|ol|br|blockquote|figure|section)\b[^<>]*>|\n")
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE = re.compile(r"[.!?…।۔؟](?=\s|$)|[。！？]")

_MOST_COMPARED = 200
"""Paragraphs looked back for a repeat."""


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_BODY = _set_of("articlebody body bodytext content contents fulltext paragraph paragraphs")
"""Words of keys under which programs keep the text of one article."""
_APART = _set_of(
    "ad ads advert advertising author authors bio comment comments config consent cookie cookies "
    "copyright dialog dictionary disclaimer faq footer gdpr i18n intl label labels legal lang "
    "locale locales localization menu messages modal nav navigation newsletter newsletters popular "
    "popup privacy promo promos recommendations recommended related reply replies settings sidebar "
    "signup sponsored strings subscribe subscription teaser teasers terms translation translations "
    "trending"
)
"""Words of keys under which they keep what is around articles."""
_OWN_ADDRESS = ("url", "href", "link", "slug", "permalink")
_OWN_TITLE = ("title", "headline")
_TELLS = 8.0
"""By how much prose counts more if its path says that it is a body, or its words are those of the
page's title and summary; and less if its path says that it is something else."""
_SURE = 0.5
"""The path says that it is a body, or so large a share of those words is there."""
_TITLE_WORD = re.compile(r"[^\W\d_]{4,}")
_TITLE_PAIR = re.compile(
    r"(?=([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{2}))"
)
"""What stands for words in scripts without spaces."""
_MOST_WORDS = 60
_TIMES = 2
"""By how much the text in scripts must be longer than a scant text that is shown."""


@dataclass(frozen=True)
class _Item:
    """A step to one of several things that are listed with an address or title of their own."""

    number: int


Path = tuple[str | int | _Item, ...]


@dataclass(frozen=True)
class Embedded:
    """Prose from a page's scripts; empty if there is none."""

    text: str
    """A paragraph a line."""
    sure: bool
    """Whether the page says, by names or by its title, that this is the article."""

    def outweighs(self, shown: str, scant: int, surely: bool = False) -> bool:
        """Whether this is the article rather than the few lines that the page shows.

        What is not sure, nor shown beside lines without a sentence, must be longer than twice a
        text that is called ``scant``; ``surely`` sets that aside.
        """
        prose = prose_in(shown.split("\n"))
        if self.sure or surely or not prose:
            return len(self.text) > max(_TIMES * prose, len(shown))
        return len(self.text) > _TIMES * scant


def embedded_article(html: str) -> Embedded:
    """The prose at one path of the page's JSON that is most likely the article.

    Much prose counts, a path whose names say that it is a body, and words of the page's title and
    summary. What is listed with addresses of its own is no part of one article. Time is linear in
    the page's length.
    """
    found: dict[Path, list[str]] = {}
    prose: dict[Path, int] = {}
    for value in _values(html):
        for path, text in _strings(value):
            if len(text) < _LEAST:
                continue
            lines = _paragraphs(text)
            size = prose_in(lines)
            place = _loosened(path)
            known = found.setdefault(place, [])
            if size and lines[0] not in known[-_MOST_COMPARED:]:
                known += lines
                prose[place] = prose.get(place, 0) + size
    if not prose:
        return Embedded("", False)
    stated = stated_in(html)
    about = _words_of(f"{stated.title} {stated.summary}")
    worth: dict[Path, tuple[float, float]] = {}
    for place, size in prose.items():
        telling = _named(place) + _share(about, found[place])
        if telling >= _SURE or not any(isinstance(step, _Item) for step in place):
            worth[place] = (size * _TELLS**telling, telling)
    if not worth:
        return Embedded("", False)
    best = max(worth, key=lambda place: worth[place])
    text = without_surrogates("\n".join(found[best]))
    return Embedded(text.replace("\x00", ""), worth[best][1] >= _SURE)


def prose_in(lines: Iterable[str]) -> int:
    """Characters of those lines in which a sentence ends."""
    return sum(len(line) for line in lines if _SENTENCE.search(line))


def _named(place: Path) -> int:
    """1 if names of the path say that it is an article's body, -1 if something else."""
    names = [step for step in place if isinstance(step, str)]
    words = {word.lower() for name in names for word in (name, *_WORD.findall(name))}
    return -1 if words & _APART else int(bool(words & _BODY))


def _words_of(text: str) -> list[str]:
    text = text.lower()
    words = dict.fromkeys((*_TITLE_WORD.findall(text), *_TITLE_PAIR.findall(text)))
    return list(words)[:_MOST_WORDS]


def _share(about: Sequence[str], lines: Iterable[str]) -> float:
    """Of the words the share that is in the lines."""
    if not about:
        return 0.0
    text = "\n".join(lines).lower()
    return sum(word in text for word in about) / len(about)


def _values(html: str) -> Iterator[object]:
    """The JSON values of the page's scripts."""
    decoder = json.JSONDecoder(strict=False)
    position = read = 0
    while (start := _SCRIPT.search(html, position)) is not None:
        end = _END.search(html, start.end())
        position = end.start() if end else len(html)
        if _FOREIGN.search(start[1]):
            continue
        assigned = _ASSIGNED.match(html, start.end())
        begin = assigned.end() if assigned else start.end()
        while begin < position and html[begin].isspace():
            begin += 1
        if begin == position or html[begin] not in "{[":
            continue
        read += position - begin
        if read > _LONGEST:
            return
        try:
            yield decoder.raw_decode(html[begin:position])[0]
        except (ValueError, RecursionError):
            continue


def _strings(value: object) -> Iterator[tuple[Path, str]]:
    """All strings inside a value with their paths, in order."""
    waiting: list[tuple[Path, object]] = [((), value)]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        path, one = waiting.pop()
        if isinstance(one, str):
            yield path, one
        elif isinstance(one, dict):
            waiting += [((*path, key), inner) for key, inner in reversed(one.items())]
        elif isinstance(one, list):
            step = _Item if _is_of_teasers(path, one) else int
            waiting += [((*path, step(at)), inner) for at, inner in reversed(list(enumerate(one)))]


def _is_of_teasers(path: Path, items: list[object]) -> bool:
    """Whether most of several things have an address; a title is enough outside of bodies."""
    if len(items) < 2:
        return False
    names = _OWN_ADDRESS if _named(path[-1:]) == 1 else _OWN_ADDRESS + _OWN_TITLE
    own = [
        isinstance(item, dict)
        and any(isinstance(name := item.get(key), str) and name for key in names)
        for item in items
    ]
    return sum(own) > len(own) / 2


def _loosened(path: Path) -> Path:
    """The path without the innermost list positions."""
    loose = [at for at, step in enumerate(path) if isinstance(step, int)][-_LOOSE:]
    return tuple(-1 if at in loose else step for at, step in enumerate(path))


def _paragraphs(text: str) -> list[str]:
    pieces = (unescape(_TAG.sub("", piece)) for piece in _BREAK.sub("\n", text).split("\n"))
    lines = [" ".join(piece.split()) for piece in pieces]
    return [line for line in lines if line] or [""]
