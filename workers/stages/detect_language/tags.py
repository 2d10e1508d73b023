"""From the engines' labels to the tags of the record (BCP 47).

Varieties that are read alike become their common language: ``zh`` is Chinese in either script,
``no`` Norwegian, Bokmål or Nynorsk; which form it is stands among the alternatives (``forms``).
RFC 5646 wants the two-letter code where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable

_FOLDED = {
    "zh-hans": "zh",
    "zh-hant": "zh",
    "yue": "zh",
    "wuu": "zh",
    "ary": "ar",
    "arz": "ar",
    "nb": "no",
    "nn": "no",
    "uzs": "uz",
    "sdh": "ckb",
    "hbo": "he",
    "iw": "he",
    "grc": "el",
    "kik": "ki",
    "gug": "gn",
    "fuv": "ff",
    "gom": "kok",
    "fil": "tl",
    "jw": "jv",
    "in": "id",
    "ji": "yi",
    "mo": "ro",
    "sh": "sr",
}
NO_LANGUAGE = frozenset(("zxx", "und", "un", "unknown", "mul", "mis"))
DIGITS = 4


def fold(tag: str) -> str:
    """The language of a tag as the record names it: ``nn-NO`` is ``no``, ``zh-Hant`` ``zh``."""
    tag = tag.strip().lower().replace("_", "-")
    if tag in _FOLDED:
        return _FOLDED[tag]
    primary = tag.partition("-")[0]
    return _FOLDED.get(primary, primary)


def ranked(scores: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Fold tags, add up their probabilities, and sort: best first, equal ones by tag.

    Labels for "no linguistic content" keep their share and have no entry. Rounded, so that the last
    bits of a processor's arithmetic do not show in records.
    """
    total: dict[str, float] = {}
    for label, score in scores:
        if label not in NO_LANGUAGE:
            tag = fold(label)
            total[tag] = total.get(tag, 0.0) + score
    rounded = ((tag, round(min(1.0, score), DIGITS)) for tag, score in total.items())
    return sorted((item for item in rounded if item[1] > 0), key=lambda item: (-item[1], item[0]))
