"""The engine of a language without a model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from topics.records import EntityType
from workers.stages.tag_entities.confidence import GAZETTEER
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.fallback.capitals import find_capitalised
from workers.stages.tag_entities.fallback.lists import words
from workers.stages.tag_entities.fallback.plain import find_plain
from workers.stages.tag_entities.link import Linker

CASELESS = words(
    "am ar arz as ary bn bo ckb dv dz fa gu he hi ja ka km kn ko ks lo lzh ml mr my ne or "
    "pa ps sa sd si ta te th ti ug ur yi yue zh wuu"
)
"""Languages whose script has no capital letters in running text."""


class Fallback:
    """Lists instead of a model; its spans need no rules behind them."""

    method = GAZETTEER
    grammar = Grammar()
    confidence: Mapping[EntityType, float] = MappingProxyType({})

    def __init__(self, language: str, linker: Linker) -> None:
        self.languages = frozenset({language})
        self._language = language
        self._linker = linker

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        if self._language in CASELESS:
            return find_plain(text, self._language, self._linker)
        return find_capitalised(text, self._language, self._linker)
