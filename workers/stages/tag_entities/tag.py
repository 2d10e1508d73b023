"""The stage: picks the engine for the article's language and puts the parts in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import UNSET
from msgspec.structs import replace

from topics.records import Article, Entity
from workers.outcome import Outcome, Passed
from workers.stages.tag_entities.decide import decide
from workers.stages.tag_entities.engine import Engine
from workers.stages.tag_entities.entities import GAZETTEER, Found, join
from workers.stages.tag_entities.gazetteer import open_gazetteer
from workers.stages.tag_entities.link import Linker, Name
from workers.stages.tag_entities.missed import missed
from workers.stages.tag_entities.trained import shipped_engines
from workers.stages.tag_entities.trim import trim

LIMIT = 100_000
"""Characters of a text that are read; an article is rarely a quarter of it."""


class TagEntities:
    """Finds people, organisations, places, events and dates, and links places.

    Reads ``text`` (without one, ``content``, which then becomes the text) and ``language``
    (without one, the declared one). A language without an engine is skipped, and ``entities`` stays
    absent. Of a text longer than ``LIMIT`` characters the rest is not read, and the run's reason
    says so. Slow to construct: it loads the models and, the first time, compiles the gazetteer.
    """

    name = "tag_entities"
    version = "2"

    def __init__(
        self, gazetteer: Path | None = None, engines: Sequence[Engine] | None = None
    ) -> None:
        self._linker = Linker(open_gazetteer(gazetteer))
        self._engines = {
            language: engine
            for engine in (engines if engines is not None else shipped_engines())
            for language in engine.languages
        }

    def __call__(self, article: Article) -> Outcome:
        """The article with its entities."""
        text = article.text
        if text is UNSET:
            text = "" if article.content is UNSET else article.content
            article = replace(article, text=text)
        language = article.language_declared if article.language is UNSET else article.language
        primary = (language or "und").replace("_", "-").split("-")[0].lower()
        engine = self._engines.get(primary)
        if engine is None:
            return Passed(article, status="skipped", reason=f"no model for language {primary!r}")
        part = text if len(text) <= LIMIT else _whole_words(text[:LIMIT])
        entities = self._entities(part, engine, article.headline)
        reason = None if part is text else f"first {len(part)} of {len(text)} characters"
        return Passed(replace(article, entities=entities), reason=reason)

    def _entities(self, text: str, engine: Engine, headline: str | None) -> list[Entity]:
        spans = [
            trimmed for span in engine.find(text) if (trimmed := trim(text, span, engine.grammar))
        ]
        spans = decide(text, spans, engine.grammar, self._linker)
        others = missed(text, spans, engine.grammar, self._linker)
        methods = dict.fromkeys([*spans, *others.repeated], engine.method)
        methods |= dict.fromkeys(others.places, GAZETTEER)
        places = sorted(span for span in methods if span.type == "place")
        names = [Name(span.start, span.end) for span in places]
        linked = dict(zip(places, self._linker.link(text, names), strict=True))
        found = [
            Found(span.start, span.end, span.type, method, linked.get(span))
            for span, method in methods.items()
        ]
        return join(text, found, headline)


def _whole_words(text: str) -> str:
    """A cut text without the word that the cut went through."""
    end = max(text.rfind(" ", -200), text.rfind("\n", -200))
    return text[:end] if end > 0 else text
