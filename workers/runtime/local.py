"""The stages without a broker: raw lines in, one outcome per line out, in order.

The same pool, chain and claim as in the workers. Lines are worked on at the same time; claims are
made in the order of the lines, and outcomes leave in that order.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from topics import catalog, codec
from topics.codec import DecodeError
from topics.records import Article, DeadLetter, Duplicate, Fingerprinted, Origin, RawArticle, Reason
from workers import article as articles
from workers import pipeline
from workers.chain import Halted, conclude
from workers.outcome import Failed, Rejected
from workers.runtime.performers import Printed
from workers.runtime.pool import TaskPool
from workers.runtime.read_ahead import read_ahead
from workers.stages.deduplicate import SeenStore

INPUT = "stdin"


@dataclass(frozen=True)
class Outcome:
    """What became of one line: a record and the topic that it would have gone to."""

    topic: str
    key: str
    value: msgspec.Struct

    def line(self) -> bytes:
        """The outcome as one line of JSON."""
        wrapped = _Line(topic=self.topic, key=self.key, value=msgspec.Raw(codec.encode(self.value)))
        return codec.encode(wrapped) + b"\n"


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    key: str
    value: msgspec.Raw


@dataclass
class LocalDesk:
    """Takes lines through the named stages; those that are not named are left out."""

    stages: tuple[str, ...]
    pool: TaskPool
    store: SeenStore
    window: int
    """Lines in hand at once: the bound on memory."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _dead: dict[str, str] = field(default_factory=dict)

    async def run(self, lines: Iterable[bytes]) -> AsyncIterator[Outcome]:
        """One outcome per line (without its line end), in order."""
        opened: asyncio.Queue[asyncio.Task[Any] | BaseException | None] = asyncio.Queue(self.window)
        claimed: asyncio.Queue[asyncio.Task[Outcome] | BaseException | None] = asyncio.Queue(
            self.window
        )
        tasks = [
            asyncio.create_task(self._open_all(lines, opened)),
            asyncio.create_task(self._claim_all(opened, claimed)),
        ]
        try:
            while (task := await claimed.get()) is not None:
                if isinstance(task, BaseException):
                    raise task
                yield self._noted(await task)
        finally:
            for pending in tasks:
                pending.cancel()

    async def _open_all(
        self,
        lines: Iterable[bytes],
        opened: asyncio.Queue[asyncio.Task[Any] | BaseException | None],
    ) -> None:
        number = itertools.count(1)
        try:
            async for group in read_ahead(lines, self.window):
                for line in group:
                    origin = Origin(INPUT, 0, next(number), 0)
                    await opened.put(asyncio.create_task(self._open(line, origin)))
            await opened.put(None)
        except Exception as error:
            await opened.put(error)

    async def _open(self, value: bytes, origin: Origin) -> tuple[bytes, Origin, Any]:
        if pipeline.DEDUPLICATE in self.stages:
            return value, origin, await self.pool.run(pipeline.FINGERPRINT, value)
        try:
            return value, origin, codec.decode(RawArticle, value)
        except DecodeError as error:
            return value, origin, Rejected(error.reason, error.message)

    async def _claim_all(
        self,
        opened: asyncio.Queue[asyncio.Task[Any] | BaseException | None],
        claimed: asyncio.Queue[asyncio.Task[Outcome] | BaseException | None],
    ) -> None:
        try:
            while (task := await opened.get()) is not None:
                if isinstance(task, BaseException):
                    raise task
                value, origin, found = await task
                await claimed.put(asyncio.create_task(self._after_claim(value, origin, found)))
            await claimed.put(None)
        except Exception as error:
            await claimed.put(error)

    def _after_claim(self, value: bytes, origin: Origin, found: Any) -> Any:
        """Claim now, in order; the coroutine that comes back does the rest."""
        if isinstance(found, Printed):
            record, raw = opened(found)
            verdict = self.store.claim(record.fingerprint, origin)
            if not verdict.passes:
                duplicate = articles.duplicate(raw, record.fingerprint, verdict, origin)
                return _at_once(Outcome(catalog.DUPLICATES.name, duplicate.id, duplicate))
            return self._enrich(articles.open_article(raw, record, verdict), value, origin)
        if isinstance(found, RawArticle):
            return self._enrich(self._bare(found, origin), value, origin)
        return _at_once(dead_letter(value, origin, pipeline.FINGERPRINT, found))

    def _bare(self, raw: RawArticle, origin: Origin) -> Article:
        """An article whose arrival was not claimed: its predecessors were not asked for."""
        article = articles.bare_article(raw, id=raw.id or str(origin))
        if "strip_boilerplate" not in self.stages and "tag_entities" in self.stages:
            article = replace(article, text=raw.content)
        if "detect_language" not in self.stages and raw.language:
            article = replace(article, language=raw.language)
        return article

    async def _enrich(self, article: Article, value: bytes, origin: Origin) -> Outcome:
        for stage in pipeline.enrichments(self.stages):
            after = conclude(
                stage.name,
                stage.version,
                required=stage.required,
                article=article,
                outcome=await self.pool.run(stage.name, article),
            )
            if isinstance(after, Halted):
                return dead_letter(value, origin, after.stage, after.outcome, article.id)
            article = after
        published = articles.publish(article, enriched_at=self.now())
        return Outcome(catalog.ENRICHED.name, article.id, published)

    def _noted(self, outcome: Outcome) -> Outcome:
        """Say in a duplicate's record that its original did not come out, where that is so."""
        record = outcome.value
        if isinstance(record, DeadLetter) and record.origin is not None:
            if record.stage != pipeline.FINGERPRINT:  # others were never claimed
                self._dead[record.origin] = record.reason
        elif isinstance(record, Duplicate) and record.duplicate_of_origin in self._dead:
            reason = self._dead[record.duplicate_of_origin]
            evidence = {**record.evidence, "original": f"dead letter: {reason}"}
            return Outcome(outcome.topic, outcome.key, replace(record, evidence=evidence))
        return outcome


def dead_letter(
    value: bytes,
    origin: Origin,
    stage: str,
    answer: Rejected | Failed,
    id: str | None = None,
) -> Outcome:
    """The outcome of a line that could not be processed; its bytes are kept as text."""
    reason: Reason = answer.reason
    letter = DeadLetter(
        id=id or _id_of(value),
        stage=stage,
        reason=reason,
        message=answer.detail,
        payload=value.decode("utf-8", "replace"),
        origin=str(origin),
    )
    return Outcome(catalog.DEAD_LETTER.name, letter.id or str(origin), letter)


def opened(found: Printed) -> tuple[Fingerprinted, RawArticle]:
    """What the first step made of a raw record: the fingerprint, and the record itself."""
    printed = codec.decode_fingerprinted(found.value)
    assert isinstance(printed, Fingerprinted)
    return printed, codec.decode(RawArticle, bytes(printed.raw))


async def _at_once(outcome: Outcome) -> Outcome:
    return outcome


def _id_of(value: bytes) -> str | None:
    """The id that a rejected line gives itself, if it can be read that far."""
    try:
        record: Mapping[str, Any] = msgspec.json.decode(value, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = record.get("id")
    return found if isinstance(found, str) else None
