"""What the rules behind a model need to know of each language; see ``Grammar``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from workers.stages.tag_entities.demonyms import demonyms
from workers.stages.tag_entities.engine import Grammar
from workers.stages.tag_entities.english import GRAMMAR as ENGLISH
from workers.stages.tag_entities.names import normalise
from workers.stages.tag_entities.suffixes import MARKS
from workers.stages.tag_entities.word_forms import INFLECTED

ORGANISATIONS: Mapping[str, tuple[str, ...]] = {
    language: tuple(words.split())
    for language, words in tomllib.loads(
        Path(__file__).with_name("organisations.toml").read_text("utf-8")
    ).items()
}
"""Words for kinds of organisations, by language, as they begin a name."""


def grammar(language: str) -> Grammar:
    """What is known of a language; not much of most."""
    if language == "en":
        return ENGLISH
    return Grammar(
        organisations=frozenset(map(normalise, ORGANISATIONS.get(language, ()))),
        demonyms=demonyms(language),
        marks=MARKS.get(language, ""),
        inflects=language in INFLECTED,
    )
