"""Which model finds the names of which language, as the setting ``entity_models`` says it.

``ru=slovnet, de=spacy:de_core_news_sm, ja=gliner:/models/ja, *=transformers:owner/name``: languages
by their primary subtag, ``*`` for all that are neither named here nor have a model of copydesk's
own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

EVERY = "*"
NAMED = ("spacy", "gliner", "transformers")
"""Kinds that take the name of a package, a folder or a model on the hub."""
UNNAMED = ("slovnet", "gazetteer", "none")
"""Kinds that take none: Russian by slovnet, no model but the gazetteer, nothing at all."""
EXPECTED = (
    "LANGUAGE=KIND or LANGUAGE=KIND:NAME, several with commas between; LANGUAGE is a code such as "
    f"de, or {EVERY}; KIND is {', '.join(f'{kind}:NAME' for kind in NAMED)}, {', '.join(UNNAMED)}; "
    "NAME is an installed package, a folder or a model on the hub"
)

_LANGUAGE = re.compile(r"[a-z]{2,3}|\*")


@dataclass(frozen=True)
class ModelChoice:
    """One language's model."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


def read_choices(text: str) -> Mapping[str, ModelChoice]:
    """The setting's text by language; ValueError says which part is wrong, and why."""
    choices: dict[str, ModelChoice] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        language, equals, model = (piece.strip() for piece in part.partition("="))
        language = language.lower()
        if not equals or not model:
            raise ValueError(f"{part!r} has no =KIND")
        if not _LANGUAGE.fullmatch(language):
            raise ValueError(f"{language!r} in {part!r} is no language's primary code")
        if language in choices:
            raise ValueError(f"{language!r} is there twice")
        kind, _, name = (piece.strip() for piece in model.partition(":"))
        if kind not in (*NAMED, *UNNAMED):
            raise ValueError(f"{kind!r} in {part!r} is no kind of model")
        if kind in NAMED and not name:
            raise ValueError(f"{part!r} does not say which model: {kind}:NAME")
        if kind in UNNAMED and name:
            raise ValueError(f"{kind!r} in {part!r} takes no name")
        if kind == "slovnet" and language != "ru":
            raise ValueError(f"slovnet reads Russian (ru), not {language!r}")
        choices[language] = ModelChoice(kind, name)
    return choices


def written(choices: Mapping[str, ModelChoice]) -> str:
    """The text that ``read_choices`` reads."""
    return ",".join(f"{language}={choice}" for language, choice in choices.items())
