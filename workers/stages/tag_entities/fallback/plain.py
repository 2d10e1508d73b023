"""Names in a language whose script has no capitals: what the lists hold, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.fallback.lists import WORD, Names, Telling, all_names, telling
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.names import LINE_ENDS

UNSPACED = frozenset(["bo", "dz", "ja", "km", "lo", "lzh", "my", "th", "wuu", "yue", "zh"])
"""Languages that write no space between words."""
PROCLITICS = {
    "ar": "وفبلك",
    "arz": "وفبلك",
    "ary": "وفبلك",
    "he": "והבלמכש",
}
"""Letters that a word may have before it; they are written, and so counted, as part of it."""
ENDINGS = {
    "ko": (
        "에서는", "에서도", "에서의", "으로는", "에게서", "이라고", "에서", "에게", "으로", "까지",
        "부터", "이라", "라고", "에는", "에도", "과의", "와의", "의", "은", "는", "이", "가", "을",
        "를", "에", "와", "과", "도", "로", "만", "측",
    ),
    "ka": ("ში", "ზე", "თან", "დან", "მა", "ის", "ს"),
}  # fmt: skip
"""Particles written without a space behind a name, which is not theirs."""
CITY_KIND = 0
LARGE = 100_000
HUGE = 500_000
LONGEST = 3
"""Words of a name."""
CHARACTERS = 7
"""Characters of a place's name where words have no bounds."""
SHORTEST_FULL = 3
"""Characters of a full name where words have no bounds: two are too often a part of others."""
_GAP = re.compile(rf"[^\S{LINE_ENDS}]{{1,2}}")
_NO_NAMES = Names(frozenset(), frozenset())


def find_plain(text: str, language: str, linker: Linker) -> list[Span]:
    """The names in this text, in order and without overlap; none crosses a line's end."""
    names = all_names().get(language, _NO_NAMES)
    if language in UNSPACED:
        return list(_unspaced(text, names, linker))
    return list(_spaced(text, language, names, linker))


def _spaced(text: str, language: str, names: Names, linker: Linker) -> Iterator[Span]:
    words = [(match.start(), match.end(), match[0]) for match in WORD.finditer(text)]
    organisation = telling(language)
    at = 0
    while at < len(words):
        run = _joined(text, words, at)
        for count in range(len(run), 0, -1):
            start, end = run[0][0], run[count - 1][1]
            texts = [word for _, _, word in run[:count]]
            if stem := _place(text[start:end], language, names, linker):
                yield Span(start, start + stem, "place")
            elif _is_organisation(texts, organisation, language):
                yield Span(start, end, "organisation")
            elif _is_person(texts, names):
                yield Span(start, end, "person")
            else:
                continue
            at += count
            break
        else:
            at += 1


def _joined(
    text: str, words: Sequence[tuple[int, int, str]], at: int
) -> Sequence[tuple[int, int, str]]:
    """The words from here on that one name may have."""
    last = at
    while (
        last + 1 < len(words)
        and last + 1 - at < LONGEST
        and _GAP.fullmatch(text, words[last][1], words[last + 1][0])
    ):
        last += 1
    return words[at : last + 1]


def _place(name: str, language: str, names: Names, linker: Linker) -> int | None:
    """How many characters of this name are a place; None if it is none."""
    if _known(name, linker, names):
        return len(name)
    before = PROCLITICS.get(language, "")
    if name[0] in before and len(name) > 4 and _known(name[1:], linker, names):
        return len(name)
    for ending in ENDINGS.get(language, ()):
        if name.endswith(ending) and _known(name.removesuffix(ending), linker, names):
            return len(name) - len(ending)
    return None


def _known(name: str, linker: Linker, names: Names) -> bool:
    if len(name) < 2 or name in names.first or name in names.family:
        return False
    for place in linker.candidates(name):
        if place.kind != CITY_KIND:
            return len(name) > 2 or _dense(name)
        if place.population >= (LARGE if " " in name or _dense(name) else HUGE):
            return True  # a single word is too often another word as well
    return False


def _dense(name: str) -> bool:
    """Whether its characters are syllables or words, so that two are a name already."""
    return all("\u3040" <= char <= "\ud7a3" for char in name)


def _is_organisation(words: Sequence[str], organisation: Telling, language: str) -> bool:
    """A telling word with what belongs to it behind (Arabic: what has the article)."""
    if len(words) < 2 or words[0] not in organisation:
        return False
    if language in ("ar", "arz", "ary"):
        return all(word.startswith("ال") for word in words[1:])
    return False


def _is_person(words: Sequence[str], names: Names) -> bool:
    """A first name with a family name or another first name behind it."""
    if len(words) not in (2, 3) or words[0] not in names.first:
        return False
    return " ".join(words[1:]) in names.family or all(
        word in names.family or word in names.first for word in words[1:]
    )


def _unspaced(text: str, names: Names, linker: Linker) -> Iterator[Span]:
    for line in WORD.finditer(text):
        start, end = line.span()
        at = start
        while at < end:
            for length in range(min(CHARACTERS, end - at), 1, -1):
                piece = text[at : at + length]
                if _unspaced_place(piece, linker):
                    yield Span(at, at + length, "place")
                elif _full_name(piece, names):
                    yield Span(at, at + length, "person")
                else:
                    continue
                at += length
                break
            else:
                at += 1


def _unspaced_place(name: str, linker: Linker) -> bool:
    """Longer names only where a character is a sound, not a word."""
    if not (_dense(name) or len(name) > 3):
        return False
    for place in linker.candidates(name):
        if place.kind != CITY_KIND:
            return True
        if place.population >= (HUGE if len(name) < 3 else LARGE):
            return True
    return False


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[tuple[str, str], ...]:
    return tuple((name[:cut], name[cut:]) for cut in range(1, len(name)))


def _full_name(piece: str, names: Names) -> bool:
    """A family name and a first name from the lists."""
    if len(piece) < SHORTEST_FULL:
        return False
    return any(head in names.family and tail in names.first for head, tail in _parts(piece))
