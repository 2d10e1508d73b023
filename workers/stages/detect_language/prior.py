"""What the source says of an article's language: declared, in the page, by its domain."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from topics.records import Article
from workers.stages.detect_language.close_languages import are_close
from workers.stages.detect_language.tags import NO_LANGUAGE, fold

_HEAD = 4096
_LANG = re.compile(
    r"<html\b[^<>]{0,1000}?\s(?:xml:)?lang\s*=\s*[\"']?\s*([A-Za-z]{2,3})(?![A-Za-z])",
    re.IGNORECASE,
)
_TAG = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")
_TERRITORIES = {"uk": "GB", "eu": None, "su": "RU", "ac": "SH"}
"""Top-level domains of two letters that are not their territory's code."""
LEAST_SPEAKERS = 20.0
"""Percent of a territory's people that know a language, where it is not official there."""
MINORITY = 0.1
"""Fewer than this share of those who know a close language of the same territory are a minority."""


def hinted(article: Article) -> dict[str, frozenset[str]]:
    """Where the source says something of the language, to which languages (folded) that allows.

    Keys: ``declared``, ``lang`` (the attribute of the page's root) and ``domain`` (the languages of
    the country of the URL's top-level domain, from CLDR).
    """
    content = "" if not isinstance(article.content, str) else article.content
    page = _LANG.search(content, 0, _HEAD) if article.media_type == "text/html" else None
    hints = {
        "declared": _languages(article.language_declared),
        "lang": _languages(page[1] if page else None),
        "domain": _of_domain(article.url),
    }
    return {where: languages for where, languages in hints.items() if languages}


def _languages(tag: str | None) -> frozenset[str]:
    found = _TAG.match(tag.strip()) if tag else None
    return frozenset() if found is None else frozenset((fold(found[0]),)) - NO_LANGUAGE


def _of_domain(url: str | None) -> frozenset[str]:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return frozenset()
    end = host.rpartition(".")[2].lower()
    if len(end) != 2 or not end.isascii():
        return frozenset()
    territory = _TERRITORIES.get(end, end.upper())
    return frozenset() if territory is None else _of_territory(territory)


@cache
def _of_territory(territory: str) -> frozenset[str]:
    """Official languages of a territory, and those that many of its people know.

    Not a minority's beside a close one that far more people know: the hint is for telling these
    apart, and would take most of the country's texts for the minority's.
    """
    from babel.core import get_global  # a second of data that most processes never need

    known: dict[str, float] = {}
    for tag, facts in get_global("territory_languages").get(territory, {}).items():
        percent = facts["population_percent"] or 0.0
        if facts["official_status"] or percent >= LEAST_SPEAKERS:
            known[fold(tag)] = max(percent, known.get(fold(tag), 0.0))
    return frozenset(
        one
        for one, percent in known.items()
        if all(percent >= MINORITY * most for other, most in known.items() if are_close(one, other))
    )
