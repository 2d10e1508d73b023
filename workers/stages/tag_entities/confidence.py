"""How often a name is right, by what found it, in which language, and what it names.

Every figure is a share of names with the right start, end and type that was measured on marked
texts with the whole stage, so that those of models and lists may be compared:
``compile_confidence.py`` measures them and writes ``confidence.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from topics.records import EntityType

GAZETTEER = "gazetteer"
"""The method of what lists alone found: places beside a model, everything where there is none."""
PATTERN = "pattern"
"""The method of dates that a pattern found."""
BESIDE = "gazetteer beside a model"
"""In the file: what lists found and the model did not."""
UNLINKED = "unlinked place"
"""In the file: a place that was not linked; these are wrong much oftener than linked ones."""
ANY = "*"
"""In the file: what holds for languages that have too few marked names of their own."""
UNMEASURED = 0.5
"""Confidence in what was not measured: types that no text has marked, and models of others."""
PATTERN_CONFIDENCE = 0.9
"""Of dates by patterns; not measured."""
FILE = Path(__file__).parent / "confidence.json"

Shares = Mapping[str, float]
"""By type of entity, or ``UNLINKED``."""
Table = Mapping[str, Mapping[str, Shares]]
"""By method without its version, or ``BESIDE``, and by language."""


@dataclass(frozen=True)
class Confidence:
    """The shares that hold for one engine and language."""

    model: Shares
    lists: Shares

    def of(self, kind: EntityType, method: str, linked: bool) -> float:
        """The share of such mentions that is right."""
        if method == PATTERN:
            return PATTERN_CONFIDENCE
        shares = self.lists if method == GAZETTEER else self.model
        return shares.get(UNLINKED if kind == "place" and not linked else kind, UNMEASURED)


def confidence(method: str, language: str, own: Mapping[EntityType, float]) -> Confidence:
    """What holds for an engine of this method in a language; ``own`` is what its model says.

    A model's own figures count where the language was not measured; of places they are not used,
    since they do not tell linked ones from others.
    """
    if method == GAZETTEER:
        return Confidence({}, _shares(GAZETTEER, language, {}))
    said: dict[str, float] = {kind: share for kind, share in own.items() if kind != "place"}
    return Confidence(
        _shares(method.partition("/")[0], language, said), _shares(BESIDE, language, {})
    )


def _shares(method: str, language: str, own: Shares) -> Shares:
    measured = _table().get(method, {})
    return {**measured.get(ANY, {}), **own, **measured.get(language, {})}


@cache
def _table() -> Table:
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, dict[str, dict[str, float]]])
