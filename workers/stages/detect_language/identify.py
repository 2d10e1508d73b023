"""The engines together: what they say of a text, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from workers.stages.detect_language.close_languages import told_apart
from workers.stages.detect_language.consent import names_cookies
from workers.stages.detect_language.decide import LONG, Verdict, decide
from workers.stages.detect_language.engine import (
    Engine,
    Opinion,
    QuickEngine,
    load_engine,
    load_quick_engines,
)
from workers.stages.detect_language.not_language import is_language
from workers.stages.detect_language.sample import sample, without_addresses
from workers.stages.detect_language.scripts import written_weight
from workers.stages.detect_language.shares import LEAST_SHARE, Mixture, mixture
from workers.stages.detect_language.tags import ranked

DEFAULT = "py3langid"
SECOND = "langdetect"
UNSURE = 0.5
"""Below this confidence the second engine is heard too."""
MIXED = 200
"""Characters from which a text may be in several languages."""

SHORT = 800
"""Characters below which a notice may outweigh the article for the quick engine too."""


@dataclass(frozen=True)
class Reading:
    """What was read, and what came of it."""

    text: str
    verdict: Verdict
    scores: tuple[tuple[str, float], ...] = ()
    """The engine's, not folded."""
    opinions: tuple[Opinion, ...] = ()
    second: tuple[tuple[str, float], ...] = ()
    """What the second engine thinks, folded, where the verdict is unsure."""


class Identifier:
    """An engine, and for the default one also the quick engines that it is weighed with."""

    def __init__(self, engine: str = DEFAULT) -> None:
        """Load the engines; ValueError names those there are if ``engine`` is not one."""
        self._engine = load_engine(engine)
        self._quick: tuple[QuickEngine, ...] = load_quick_engines() if engine == DEFAULT else ()
        self._second_name = None if engine == SECOND else SECOND

    @cached_property
    def _second(self) -> Engine | None:
        """Loaded when first asked: most processes never need its memory."""
        return None if self._second_name is None else load_engine(self._second_name)

    def read(self, text: str, prior: Set[str] = frozenset()) -> Reading:
        """The verdict on a text of some thousand characters at most; see ``decide``.

        The engine reads a sample of it, the quick engines all.
        """
        text = without_addresses(text)
        piece = sample(text)
        if not is_language(piece):
            return Reading(piece, Verdict.none())
        scores = self._engine.identify(piece)
        ranking = ranked(scores)
        if self._quick:
            ranking = told_apart(ranking, text)
        opinions = tuple(engine.read(text) for engine in self._quick)
        verdict = decide(
            ranking,
            opinions,
            floor=self._engine.floor,
            length=len(text) if len(text) >= LONG else max(len(text), written_weight(text)),
            known=self._engine.languages,
            prior=prior,
        )
        second: tuple[tuple[str, float], ...] = ()
        if verdict.confidence < UNSURE and self._second is not None:
            second = tuple(ranked(self._second.identify(piece)))
        return Reading(piece, verdict, tuple(scores), opinions, second)

    def mixture(self, lines: Sequence[str], found: Reading, prior: Set[str]) -> Mixture | None:
        """The languages of a text that was read, if there are several; see ``shares``."""
        length = sum(map(len, lines))
        if not found.opinions or length < MIXED:
            return None
        opinion = found.opinions[0]
        if (
            opinion.other < LEAST_SHARE
            and opinion.language in (None, found.verdict.language)
            and not (length < SHORT and names_cookies("\n".join(lines).lower()))
        ):
            return None
        return mixture(lines, self._quick[0], lambda part: self.read(part, prior).verdict)
