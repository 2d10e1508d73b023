"""Which engine reads which language."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from workers.entity_models import EVERY, ModelChoice
from workers.stages.tag_entities.backends import UnusableModel, load
from workers.stages.tag_entities.engine import Engine
from workers.stages.tag_entities.trained import shipped_engines

UNDETERMINED = "und"


@dataclass(frozen=True)
class NoEngine:
    """Why a language's articles are skipped."""

    reason: str


def own_engines(replaced: Container[str] = ()) -> list[Engine]:
    """The models that come with copydesk, but for those of ``replaced`` languages.

    Of two for one language the later one is used.
    """
    engines: list[Engine] = [*shipped_engines(replaced)]
    if "ru" not in replaced:
        with suppress(UnusableModel):
            engines.append(load(ModelChoice("slovnet"), frozenset({"ru"})))
    return engines


class Engines:
    """The engine of every language.

    It is the one that the setting names; else copydesk's own; else the setting's for ``*``; else
    ``fallback``. A model that cannot be used leaves its languages without an engine, for a reason
    that ``warnings`` has too: whoever chose it would not want another in its place.
    """

    def __init__(
        self,
        own: Sequence[Engine],
        models: Mapping[str, ModelChoice],
        fallback: Callable[[str], Engine],
    ) -> None:
        self._engines: dict[str, Engine | NoEngine] = {
            language: engine for engine in own for language in engine.languages
        }
        self._fallback = fallback
        self._rest: Engine | NoEngine | None = None
        warnings = []
        shared: dict[ModelChoice, Engine | NoEngine | None] = {}
        for language, choice in models.items():
            if choice not in shared:
                named = frozenset(name for name, other in models.items() if other == choice)
                shared[choice] = found = _load(choice, named)
                if isinstance(found, NoEngine) and choice.kind != "none":
                    warnings.append(f"{', '.join(sorted(named))}: {found.reason}")
            engine = shared[choice]
            if language == EVERY:
                self._rest = engine
            else:
                self._engines[language] = fallback(language) if engine is None else engine
        self.warnings: tuple[str, ...] = tuple(warnings)

    def engine(self, language: str) -> Engine | NoEngine:
        """What reads this language (its primary subtag), or why nothing does."""
        if language == UNDETERMINED:
            return NoEngine(f"no model for language {language!r}")
        if language in self._engines:
            return self._engines[language]
        return self._fallback(language) if self._rest is None else self._rest


def _load(choice: ModelChoice, languages: frozenset[str]) -> Engine | NoEngine | None:
    """None where the fallback was chosen."""
    if choice.kind == "gazetteer":
        return None
    if choice.kind == "none":
        return NoEngine("switched off by COPYDESK_ENTITY_MODELS")
    try:
        return load(choice, languages)
    except UnusableModel as error:
        return NoEngine(f"model {choice}: {error}")
