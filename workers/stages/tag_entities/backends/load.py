"""From a choice of the setting to an engine."""

from __future__ import annotations

from pathlib import Path

from workers.entity_models import ModelChoice
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.backends.model_engine import ModelEngine
from workers.stages.tag_entities.backends.unusable import UnusableModel
from workers.stages.tag_entities.grammars import grammar


def load(choice: ModelChoice, languages: frozenset[str]) -> ModelEngine:
    """The engine; UnusableModel says why there is none, whatever the reason."""
    try:
        backend, version = _open(choice)
    except UnusableModel:
        raise
    except Exception as error:  # other people's code, on files that may hold anything
        raise UnusableModel(
            f"{choice} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    name = Path(choice.name).name or choice.kind
    (language, *others) = languages
    return ModelEngine(
        languages,
        backend,
        f"{name}/{version}",
        grammar=None if others else grammar(language),
    )


def _open(choice: ModelChoice) -> tuple[Backend, str]:
    """The backends are imported only if they are chosen: what they need may not be installed."""
    match choice.kind:
        case "spacy":
            from workers.stages.tag_entities.backends.spacy_package import open_spacy

            return open_spacy(choice.name)
        case "slovnet":
            from workers.stages.tag_entities.backends.slovnet_news import open_slovnet

            return open_slovnet()
        case "transformers":
            from workers.stages.tag_entities.backends.token_classification import (
                open_token_classifier,
            )

            return open_token_classifier(choice.name)
        case "gliner":
            from workers.stages.tag_entities.backends.gliner_model import open_gliner

            return open_gliner(choice.name)
        case kind:
            raise UnusableModel(f"there is no backend {kind!r}")
