"""Which spellings in an article are one person's or one organisation's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from topics.records import EntityType
from workers.stages.tag_entities.names import normalise
from workers.stages.tag_entities.word_forms import alike, same_inflected, stem

LEGAL_FORMS = frozenset(
    {
        "inc", "corp", "co", "ltd", "llc", "plc", "gmbh", "ag", "kg", "se", "sa", "spa", "srl",
        "nv", "bv", "ab", "oy", "oyj", "asa", "aps", "as", "ооо", "оао", "зао", "пао", "тов",
    }
)  # fmt: skip
"""Words behind an organisation's name without which it is the same one."""
INITIALS = 2
"""Words whose initials stand for a name that nothing introduces."""
FUNCTION_WORD = 3
"""Letters of a word in small letters that has no part in them, whatever the language."""
GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
"""Words behind a family name that tell a person from an elder one, and are no name."""

_INTRODUCED = re.compile(r"[^\S\n]?[(（][^\S\n]?[\"“„«]?$")
_ACRONYM = re.compile(r"[^\W\d_a-z][^\W_a-z]{1,7}")
_WORDS = re.compile(r"[^\W_]+")


def persons(names: Iterable[str], inflects: bool) -> dict[str, str]:
    """Short or other form of a person's name → the fullest name of the only one who bears it.

    Names are normalised. A form is a family name or a first name alone, one of several words too
    ("van Gogh", "López Obrador", "King Jr."), else a name between those; an initial with a family
    name, a name without its middle parts and, where the language ``inflects`` names, one with other
    endings. A form that two people may bear is nobody's.
    """
    words = {name: name.split() for name in dict.fromkeys(names)}
    full = sorted((name for name in words if len(words[name]) > 1), key=lambda n: (-len(n), n))
    known = _People(inflects)
    main: dict[str, str] = {}
    for name in full:
        longer = known.longer(name)
        if len(longer) == 1:
            main[name] = longer[0]
        else:
            known.add(name)
    for name in words:
        if len(words[name]) == 1:
            bearers = known.bearers(name)
            if len(bearers) == 1:
                main[name] = bearers[0]
    return main


class _People:
    """Full names, found by what two forms of one name share: a directory may have thousands."""

    def __init__(self, inflects: bool) -> None:
        self._inflects = inflects
        self._by: dict[tuple[object, ...], list[str]] = defaultdict(list)

    def add(self, name: str) -> None:
        """Keep a name of at least two words."""
        words = name.split()
        first, last = words[0], words[-1]
        family = family_name(words)
        keys: list[tuple[object, ...]] = [
            ("first", first), ("last", family), ("both", first, last),
            ("initial", first[0], last), ("stem", stem(family)), _alike_key(words),
        ]  # fmt: skip
        keys += (("inner", word) for word in dict.fromkeys(words[1:-1]) if word != family)
        keys += (("tail", *words[at:]) for at in range(1, len(words) - 1))
        for key in keys:
            self._by[key].append(name)

    def longer(self, name: str) -> list[str]:
        """Those of which this name of at least two words is a form."""
        words = name.split()
        first, last = words[0].rstrip("."), words[-1]
        forms = self._by.get(("both", words[0], last), []) if len(words) == 2 else []
        if len(words) == 2 and len(first) == 1:
            forms = [*forms, *self._by.get(("initial", first, last), [])]
        found = dict.fromkeys(one for one in forms if _shorter(words, one.split()))
        found |= dict.fromkeys(self._by.get(("tail", *words), []))
        if self._inflects:
            alikes = self._by.get(_alike_key(words), [])
            found |= dict.fromkeys(one for one in alikes if same_inflected(name, one))
        return list(found)

    def bearers(self, word: str) -> list[str]:
        """The people whose family name this word is, else their first name, else another part."""
        family = self._by.get(("last", word), [])
        if not family and self._inflects:
            near = self._by.get(("stem", stem(word)), [])
            family = [name for name in near if alike(family_name(name.split()), word)]
        return family or self._by.get(("first", word), []) or self._by.get(("inner", word), [])


def family_name(words: Sequence[str]) -> str:
    """The last word of a normalised name that is no "Jr." or "III"."""
    *others, last = words
    return others[-1].rstrip(",") if last in GENERATIONS and others else last


def _alike_key(words: Sequence[str]) -> tuple[object, ...]:
    """What names that are alike word by word have in common."""
    return ("alike", *map(stem, words))


def _shorter(name: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a name is the other one without middle parts, or with an initial in front."""
    if name[-1] != other[-1]:
        return False
    first = name[0].rstrip(".")
    if name[0] == other[0]:
        return len(name) < len(other) and len(name) == 2
    return len(name) == 2 and len(first) == 1 and other[0].startswith(first)


def organisations(
    text: str, spans: Sequence[tuple[int, int, EntityType]], inflects: bool
) -> dict[str, str]:
    """Another form of an organisation's name → its fullest one, both normalised.

    Forms are the name without its legal form, an acronym that brackets introduce ("European Central
    Bank (ECB)", either way round) or that is made of the initials of one name in the article and,
    where the language ``inflects``, the name with other endings.
    """
    own = [(s, e, normalise(text[s:e])) for s, e, kind in sorted(spans) if kind == "organisation"]
    names = dict.fromkeys(name for _, _, name in own)
    main: dict[str, str] = {}
    for name in names:
        bare = _without_legal_form(name)
        if bare != name and bare in names:
            main[bare] = name
    if inflects:
        near: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for name in names:
            before = near[_alike_key(name.split())]
            alikes = [other for other in before if same_inflected(name, other)]
            before.append(name)
            if len(alikes) == 1 and name not in main:
                main[name] = main.get(alikes[0], alikes[0])
    for form, name in _acronyms(text, own, main).items():
        main.setdefault(form, main.get(name, name))
    return {form: _last(form, main) for form in main}


def _last(form: str, main: Mapping[str, str]) -> str:
    """Where the way from form to form ends; in a ring, at the first of its forms."""
    way = [form]
    while (following := main.get(way[-1])) is not None:
        if following in way:
            return min(way[way.index(following) :])
        way.append(following)
    return way[-1]


def _without_legal_form(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[-1].strip(".,") in LEGAL_FORMS:
        words.pop()
    return " ".join(words).rstrip(",")


def _acronyms(
    text: str, own: Sequence[tuple[int, int, str]], main: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for (start, end, name), (next_start, next_end, other) in pairwise(own):
        if _INTRODUCED.fullmatch(text[end:next_start]):
            if _ACRONYM.fullmatch(text[next_start:next_end]) and " " in name:
                found.setdefault(other, name)
            elif _ACRONYM.fullmatch(text[start:end]) and " " in other:
                found.setdefault(name, other)
    meant: Mapping[str, set[str]] = defaultdict(set)
    for start, end, name in own:
        for initials in _initials(text[start:end]):
            if len(initials) >= INITIALS:
                meant[normalise(initials)].add(main.get(name, name))
    for start, end, name in own:
        if name in meant and _ACRONYM.fullmatch(text[start:end]) and len(meant[name]) == 1:
            found.setdefault(name, next(iter(meant[name])))
    return found


def _initials(name: str) -> Iterator[str]:
    """Of the words with a capital, and of all that are long: "Union européenne" is "UE"."""
    words = _WORDS.findall(name)
    yield "".join(word[0] for word in words if word[0].isupper())
    yield "".join(word[0] for word in words if word[0].isupper() or len(word) > FUNCTION_WORD)
