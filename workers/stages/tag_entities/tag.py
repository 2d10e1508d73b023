"""The stage: picks the engine for the article's language and puts the parts in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

from msgspec import UNSET
from msgspec.structs import replace

from topics.records import Article, Entity
from workers.entity_models import ModelChoice
from workers.outcome import Outcome, Passed
from workers.stages.tag_entities.about import countries
from workers.stages.tag_entities.articles import without_articles
from workers.stages.tag_entities.choose import UNDETERMINED, Engines, NoEngine, own_engines
from workers.stages.tag_entities.confidence import GAZETTEER, PATTERN, confidence
from workers.stages.tag_entities.conjunction import apart
from workers.stages.tag_entities.dates import dates
from workers.stages.tag_entities.decide import decide
from workers.stages.tag_entities.engine import Engine, Span
from workers.stages.tag_entities.entities import Found, join
from workers.stages.tag_entities.fallback import Fallback
from workers.stages.tag_entities.gazetteer import open_gazetteer
from workers.stages.tag_entities.headings import without_fragments
from workers.stages.tag_entities.introduced import introduced
from workers.stages.tag_entities.invisible import restored, visible
from workers.stages.tag_entities.joined import joined
from workers.stages.tag_entities.link import Linker, Name
from workers.stages.tag_entities.listed import listed
from workers.stages.tag_entities.missed import missed
from workers.stages.tag_entities.trim import trim
from workers.stages.tag_entities.word_forms import INFLECTED

LIMIT = 100_000
"""Characters of a text that are read; an article is rarely a quarter of it."""


class TagEntities:
    """Finds people, organisations, places, events and dates, and links places.

    Reads ``text`` (without one, ``content``, which then becomes the text) and ``language``
    (without one, the declared one). ``choose.py`` has which engine reads which language; without
    one the article is skipped, and ``entities`` stays absent. Of a text longer than ``LIMIT``
    characters the rest is not read, and the run's reason says so. Slow to construct: it loads the
    models and, the first time, compiles the gazetteer. ``warnings`` has what is wrong with
    ``models``.
    """

    name = "tag_entities"
    version = "3"

    def __init__(
        self,
        gazetteer: Path | None = None,
        engines: Sequence[Engine] | None = None,
        models: Mapping[str, ModelChoice] | None = None,
    ) -> None:
        self._linkers = lru_cache(maxsize=64)(partial(Linker, open_gazetteer(gazetteer)))
        self._engines = Engines(
            own_engines(models or {}) if engines is None else engines,
            models or {},
            lambda language: Fallback(language, self._linkers(language)),
        )
        self.warnings = self._engines.warnings

    def __call__(self, article: Article) -> Outcome:
        """The article with its entities."""
        text = article.text
        if text is UNSET:
            text = "" if article.content is UNSET else article.content
            article = replace(article, text=text)
        language = article.language_declared if article.language is UNSET else article.language
        primary = (language or UNDETERMINED).replace("_", "-").split("-")[0].lower()
        engine = self._engines.engine(primary)
        if isinstance(engine, NoEngine):
            return Passed(article, status="skipped", reason=engine.reason)
        part = text if len(text) <= LIMIT else _whole_words(text[:LIMIT])
        linker = self._linkers(primary)
        source = linker.source_country(article.canonical_url, article.url, article.source)
        seen = visible(part)
        entities = self._entities(seen, primary, engine, article.headline, linker, source)
        if seen != part:
            entities = restored(entities, part)
        reason = None if part is text else f"first {len(part)} of {len(text)} characters"
        about = countries(entities, linker.demonym)
        return Passed(replace(article, entities=entities, countries=about), reason=reason)

    def _entities(
        self,
        text: str,
        language: str,
        engine: Engine,
        headline: str | None,
        linker: Linker,
        source: str | None,
    ) -> list[Entity]:
        spans = engine.find(text)
        methods = dict.fromkeys(spans, engine.method)
        if not isinstance(engine, Fallback):
            methods = _behind_a_model(text, language, spans, engine, linker)
        if not any(span.type == "date" for span in methods):  # no model of them
            methods |= dict.fromkeys(dates(text, language, methods), PATTERN)
        places = sorted(span for span in methods if span.type == "place")
        names = [Name(span.start, span.end) for span in places]
        linked = dict(zip(places, linker.link(text, names, source), strict=True))
        found = [
            Found(span.start, span.end, span.type, method, linked.get(span))
            for span, method in methods.items()
        ]
        return join(
            text,
            found,
            headline,
            confidence=confidence(engine.method, language, engine.confidence),
            inflects=language in INFLECTED,
        )


def _behind_a_model(
    text: str, language: str, spans: Sequence[Span], engine: Engine, linker: Linker
) -> dict[Span, str]:
    """The model's names, made better over the whole article, with what found each."""
    trimmed = [better for span in spans if (better := trim(text, span, engine.grammar))]
    parts = apart(text, without_articles(text, trimmed, linker), language, linker)
    whole = without_fragments(text, joined(text, parts, language, linker))
    decided = decide(text, introduced(text, whole), engine.grammar, linker)
    others = missed(text, decided, engine.grammar, linker)
    methods = dict.fromkeys([*decided, *others.repeated], engine.method)
    methods |= dict.fromkeys(others.places, GAZETTEER)
    return methods | dict.fromkeys(listed(text, language, methods, linker), GAZETTEER)


def _whole_words(text: str) -> str:
    """A cut text without the word that the cut went through."""
    end = max(text.rfind(" ", -200), text.rfind("\n", -200))
    return text[:end] if end > 0 else text
