"""One raw record through all stages, keeping what each of them knew on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType

import msgspec

from topics import catalog
from topics.records import (
    Article,
    EnrichedArticle,
    Fingerprinted,
    Origin,
    Removal,
    Verdict,
)
from workers import article as articles
from workers import pipeline
from workers.chain import Halted, conclude
from workers.outcome import Passed
from workers.runtime.local import LocalDesk, Outcome, dead_letter, opened
from workers.runtime.performers import Printed
from workers.runtime.pool import Limits, TaskPool
from workers.runtime.rendered import RENDERING, perform
from workers.settings import Settings, pool_plan
from workers.stages.deduplicate import WindowedSeenStore

_LINES_PER_PROCESS = 8
_STRIP = "strip_boilerplate"
STEPS: tuple[str, ...] = tuple(step for step in pipeline.STEPS if step != pipeline.CLAIM)
"""All that a pool does."""
STRIPPING: tuple[str, ...] = (pipeline.FINGERPRINT, _STRIP)
"""What tells the cuts alone."""


@dataclass(frozen=True)
class Cuts:
    """What strip_boilerplate made of one article."""

    text: str
    removed: tuple[Removal, ...]
    source: str | None
    """What ``removed`` points into; None if it could not be made."""
    version: str


@dataclass(frozen=True)
class Worked:
    """One raw record after all stages."""

    outcome: Outcome
    shown: EnrichedArticle | None = None
    """The enriched record; of a duplicate what it would have been; of a dead letter what was known
    of it when it failed, if it came so far."""
    cuts: Cuts | None = None
    printed: Fingerprinted | None = None
    verdict: Verdict | None = None


class Explainer:
    """A pool with all stages, as ``copydesk enrich`` has it, and a claim of its own.

    Spans are asked for whatever the settings say. ``one`` is for one article alone: one process.
    ``steps`` are those whose models are loaded; ``again`` needs no others than ``STRIPPING``.
    """

    def __init__(self, settings: Settings, *, one: bool, steps: Sequence[str] = STEPS) -> None:
        self._settings = replace(settings, html_spans=True)
        self._processes = 1 if one else settings.processes
        self._pool = TaskPool(
            pool_plan(self._settings, tuple(steps)),
            Limits(settings.task_timeout, settings.task_memory),
            processes=self._processes,
            perform=perform,
        )
        self._store = WindowedSeenStore(window_ms=settings.claim_window_ms, copies=settings.copies)

    async def __aenter__(self) -> Explainer:
        await self._pool.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.stop()

    async def claim(self, lines: Iterable[bytes]) -> int:
        """Claim earlier arrivals, in order; how many there were. Their origins count from 1."""
        desk = LocalDesk(
            (pipeline.DEDUPLICATE,), self._pool, self._store, _LINES_PER_PROCESS * self._processes
        )
        count = 0
        async for _ in desk.run(lines):
            count += 1
        return count

    async def work(self, value: bytes, origin: Origin) -> Worked:
        """Take one record through all stages; a duplicate too, to show what they make of it."""
        found = await self._pool.run(pipeline.FINGERPRINT, value)
        if not isinstance(found, Printed):
            return Worked(dead_letter(value, origin, pipeline.FINGERPRINT, found))
        printed, raw = opened(found)
        verdict = self._store.claim(printed.fingerprint, origin)
        article: Article | Halted = articles.open_article(raw, printed, verdict)
        assert isinstance(article, Article)
        cuts: Cuts | None = None
        for stage in pipeline.ENRICHMENTS:
            before = article
            answer = await self._pool.run(stage.name, before)
            article = conclude(
                stage.name,
                stage.version,
                required=stage.required,
                article=before,
                outcome=answer,
            )
            if isinstance(article, Halted):
                letter = dead_letter(value, origin, article.stage, article.outcome, before.id)
                known = articles.publish(before, enriched_at=None)
                return Worked(letter, known, None, printed, verdict)
            if stage.name == _STRIP:
                cuts = await self._cuts(article, raw.content, stage.version)
        now = datetime.now(UTC) if verdict.passes else None
        shown = articles.publish(article, enriched_at=now)
        outcome = Outcome(catalog.ENRICHED.name, shown.id, shown)
        if not verdict.passes:
            duplicate = articles.duplicate(raw, printed.fingerprint, verdict, origin)
            outcome = Outcome(catalog.DUPLICATES.name, duplicate.id, duplicate)
        return Worked(outcome, shown, cuts, printed, verdict)

    async def again(
        self, value: bytes, verdict: Verdict | None, published: EnrichedArticle
    ) -> tuple[Fingerprinted, Cuts] | None:
        """Run strip_boilerplate once more on a published article's raw record; None if it fails.

        With the language and the verdict that it had when it was published.
        """
        found = await self._pool.run(pipeline.FINGERPRINT, value)
        if not isinstance(found, Printed):
            return None
        printed, raw = opened(found)
        if verdict is None:
            verdict = Verdict(kind="original", version=published.version, cluster=published.id)
        article = msgspec.structs.replace(
            articles.open_article(raw, printed, verdict), language=published.language
        )
        answer = await self._pool.run(_STRIP, article)
        if not isinstance(answer, Passed):
            return None
        (stage,) = pipeline.enrichments((_STRIP,))
        return printed, await self._cuts(answer.article, raw.content, stage.version)

    async def _cuts(self, article: Article, content: str, version: str) -> Cuts:
        source: object = content
        if article.media_type == "text/html":
            source = await self._pool.run(RENDERING, content)
        removed = article.removed if isinstance(article.removed, list) else []
        text = article.text if isinstance(article.text, str) else ""
        return Cuts(text, tuple(removed), source if isinstance(source, str) else None, version)
