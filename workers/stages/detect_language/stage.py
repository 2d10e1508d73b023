"""The stage: which text is read, and what of the engines' answers becomes the record's."""

from __future__ import annotations

from functools import cached_property

from msgspec import UNSET
from msgspec.structs import replace

from topics.records import Article, LanguageAlternative
from workers.outcome import Outcome, Passed
from workers.stages.detect_language.engine import Engine, load_engine
from workers.stages.detect_language.page_text import page_text
from workers.stages.detect_language.sample import is_language, sample

UNDETERMINED = "und"
SECOND = "langdetect"
UNSURE = 0.5
"""Below this probability the second engine is heard too."""
ALTERNATIVES = 3
LEAST_ALTERNATIVE = 0.01


class DetectLanguage:
    """Sets ``language``, ``language_confidence`` and ``language_alternatives``.

    The engine decides. It takes the best language whose probability reaches the engine's floor,
    else ``und`` with confidence 0. Alternatives are what else it thinks, best first, then what the
    second engine thinks where the first is unsure; that one never decides. What the source
    declares is not looked at.
    """

    name = "detect_language"
    version = "1"

    def __init__(self, engine: str = "py3langid") -> None:
        """Load the engine; ValueError names those there are if ``engine`` is not one."""
        self.engine = engine
        self._engine = load_engine(engine)
        self._opinion = None if engine == SECOND else SECOND

    @cached_property
    def _second(self) -> Engine | None:
        """Loaded when first asked: most processes never need its memory."""
        return None if self._opinion is None else load_engine(self._opinion)

    def __call__(self, article: Article) -> Outcome:
        """Pass the article on with its language and without its preview."""
        text = sample(_readable(article))
        language, confidence, alternatives = self._identify(text)
        return Passed(
            replace(
                article,
                language=language,
                language_confidence=confidence,
                language_alternatives=alternatives,
                preview=UNSET,
            )
        )

    def _identify(self, text: str) -> tuple[str, float, list[LanguageAlternative]]:
        if not is_language(text):
            return UNDETERMINED, 0.0, []
        found = self._engine.identify(text)
        language, confidence = found[0] if found else (UNDETERMINED, 0.0)
        unsure = confidence < UNSURE
        if confidence < self._engine.floor:
            language, confidence = UNDETERMINED, 0.0
        alternatives = _alternatives(self._engine, found, language)
        if unsure and (second := self._second) is not None:
            alternatives += _alternatives(second, second.identify(text), None)
        return language, confidence, alternatives


def _readable(article: Article) -> str:
    if article.preview is not UNSET:
        return article.preview
    if article.text is not UNSET:
        return article.text
    content = "" if article.content is UNSET else article.content
    return page_text(content) if article.media_type == "text/html" else content


def _alternatives(
    engine: Engine, found: list[tuple[str, float]], taken: str | None
) -> list[LanguageAlternative]:
    rest = [(tag, p) for tag, p in found if tag != taken and p >= LEAST_ALTERNATIVE]
    return [
        LanguageAlternative(language=tag, confidence=p, engine=engine.name)
        for tag, p in rest[:ALTERNATIVES]
    ]
