"""The attributes of words that the embedding looks at, numbered as spaCy numbers strings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from workers.stages.tag_entities.ner.package import Package, UnusablePackage

REMEMBERED = 20_000
"""Strings whose number is kept: shapes, endings and norms recur."""

_FOLDER = Path(__file__).parent
_MASK = 0xFFFF_FFFF_FFFF_FFFF
_MULTIPLIER = 0xC6A4_A793_5BD1_E995
_LONG = 100
_RUN = re.compile(r"(.)\1{4,}", re.DOTALL)


def murmur(data: bytes, seed: int = 1) -> int:
    """MurmurHash64A, by which spaCy numbers strings (UTF-8)."""
    whole = len(data) & ~7
    number = seed ^ (len(data) * _MULTIPLIER & _MASK)
    for at in range(0, whole, 8):
        block = int.from_bytes(data[at : at + 8], "little") * _MULTIPLIER & _MASK
        block = (block ^ block >> 47) * _MULTIPLIER & _MASK
        number = (number ^ block) * _MULTIPLIER & _MASK
    if whole < len(data):
        number = (number ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    number = (number ^ number >> 47) * _MULTIPLIER & _MASK
    return number ^ number >> 47


def shape(word: str) -> str:
    """Letters as ``x`` or ``X`` and digits as ``d``, of a run the first four: ``Xxxxx``."""
    if len(word) >= _LONG:
        return "LONG"
    return _RUN.sub(r"\1\1\1\1", "".join(map(_kind, word)))


@lru_cache(REMEMBERED)
def _kind(character: str) -> str:
    if character.isalpha():
        return "X" if character.isupper() else "x"
    return "d" if character.isdigit() else character


class Lexicon:
    """Numbers the attributes of words; which attributes, the network says."""

    def __init__(self, package: Package, attributes: Sequence[str]) -> None:
        known: dict[str, Callable[[str, str | None], str]] = {
            "ORTH": lambda word, _: word,
            "LOWER": lambda word, _: word.lower(),
            "NORM": lambda word, norm: self.norm(word) if norm is None else norm,
            "PREFIX": lambda word, _: word[0],
            "SUFFIX": lambda word, _: word[-3:],
            "SHAPE": lambda word, _: shape(word),
        }
        if unknown := set(attributes) - known.keys():
            raise UnusablePackage(f"words are told apart by {', '.join(sorted(unknown))}")
        self._attributes = [known[attribute] for attribute in attributes]
        self._symbols = msgspec.json.decode(
            (_FOLDER / "symbols.json").read_bytes(), type=dict[str, int]
        )
        self._norms = msgspec.json.decode(
            (_FOLDER / "norms.json").read_bytes(), type=dict[str, str]
        )
        tables = package.unpacked("vocab/lookups.bin")
        self._norms_by_number: dict[int, str] = tables.get("lexeme_norm", {})
        self.number = lru_cache(REMEMBERED)(self._number)

    def attributes(self, word: str, norm: str | None) -> list[int]:
        """The numbers of a word's attributes; ``norm`` is what the tokeniser's rules say."""
        return [self.number(attribute(word, norm)) for attribute in self._attributes]

    def norm(self, word: str) -> str:
        """The form under which spellings of a word meet, such as British and American ones."""
        found = self._norms_by_number.get(self.number(word))
        if found is None:
            found = self._norms.get(word)
        return word.lower() if found is None else found

    def _number(self, string: str) -> int:
        if not string:
            return 0
        symbol = self._symbols.get(string)
        return murmur(string.encode()) if symbol is None else symbol
