"""From the engines' labels to BCP 47 tags.

Varieties that these engines cannot tell apart reliably become their common language, and script is
not told: ``zh`` is Chinese in either script, ``no`` Norwegian, Bokmål or Nynorsk. RFC 5646 wants
the two-letter code where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable

_FOLDED = {
    "zh-cn": "zh",
    "zh-tw": "zh",
    "yue": "zh",
    "wuu": "zh",
    "ary": "ar",
    "arz": "ar",
    "nb": "no",
    "nn": "no",
    "uzs": "uz",
    "sdh": "ku",
    "hbo": "he",
    "grc": "el",
    "kik": "ki",
    "gug": "gn",
    "fuv": "ff",
    "gom": "kok",
}
_NO_LANGUAGE = frozenset(("zxx", "und", "unknown"))
DIGITS = 4


def ranked(scores: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Fold labels, add up their probabilities, and sort: best first, equal ones by tag.

    Labels for "no linguistic content" keep their share and have no entry. Rounded, so that the last
    bits of a processor's arithmetic do not show in records.
    """
    total: dict[str, float] = {}
    for label, score in scores:
        if label not in _NO_LANGUAGE:
            tag = _FOLDED.get(label, label)
            total[tag] = total.get(tag, 0.0) + score
    rounded = ((tag, round(min(1.0, score), DIGITS)) for tag, score in total.items())
    return sorted((item for item in rounded if item[1] > 0), key=lambda item: (-item[1], item[0]))
