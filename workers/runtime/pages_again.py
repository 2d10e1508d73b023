"""The pages of published articles, read again from the retained raw articles and their claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from topics import catalog, codec
from topics.codec import DecodeError
from topics.records import Article, Claim, EnrichedArticle, Origin
from workers import article as articles
from workers import pipeline
from workers.runtime.local import opened
from workers.runtime.performers import Printed
from workers.runtime.pool import TaskPool
from workers.runtime.record import Consumed
from workers.runtime.replay import CLOCKS_MS
from workers.runtime.reprocess_plan import not_the_same
from workers.runtime.scan import Read, Scan, Stretch
from workers.settings import Settings

Opened = Article | str
"""The article as it left its claim, or why it cannot be had."""


async def pages(
    settings: Settings,
    pool: TaskPool,
    wanted: Mapping[Origin, EnrichedArticle],
    report: Callable[[Read], None] = lambda read: None,
) -> dict[Origin, Opened]:
    """What the claim passed on for each of these arrivals, made anew from its page.

    The raw record is fingerprinted again; the verdict is the stored one, so that id and version
    stay, and no article is claimed twice.
    """
    claims = await _claims(settings, wanted, report)
    raw = settings.topic(catalog.RAW.name)
    gone = "its page is not retained any more (articles.raw)"
    found: dict[Origin, Opened] = dict.fromkeys(wanted, gone)
    first: dict[int, int] = {}
    for origin in wanted:
        if origin.topic == raw:
            first[origin.partition] = min(first.get(origin.partition, origin.offset), origin.offset)
    parts = [Stretch(raw, number, offset) for number, offset in first.items()]
    left = len(wanted)
    async for record in Scan(settings, report=report).records(parts):
        origin = Origin(record.topic, record.partition, record.offset, record.timestamp)
        if origin in wanted:
            found[origin] = await _open(record, pool, wanted[origin], claims.get(origin))
            left -= 1
            if not left:
                break
    return found


async def _open(
    record: Consumed, pool: TaskPool, published: EnrichedArticle, claim: Claim | None
) -> Opened:
    if claim is None:
        return "its claim is not retained any more (articles.claims)"
    answer = await pool.run(pipeline.FINGERPRINT, record.value)
    if not isinstance(answer, Printed):
        return f"its page cannot be read any more: {answer.reason}"
    printed, raw = opened(answer)
    why = not_the_same(published, printed.fingerprint, claim)
    return why or articles.open_article(raw, printed, claim.verdict)


async def _claims(
    settings: Settings, wanted: Mapping[Origin, object], report: Callable[[Read], None]
) -> dict[Origin, Claim]:
    names: Mapping[str, Origin] = {str(origin): origin for origin in wanted}
    found: dict[Origin, Claim] = {}
    topics: Sequence[catalog.Topic] = (catalog.CLAIMS,)
    # A claim is written after its arrival, and later again if it changes.
    since = max(0, min(origin.timestamp for origin in wanted) - CLOCKS_MS)
    async for record in Scan(settings, topics, since=since, report=report).records():
        origin = names.get((record.key or b"").decode("utf-8", "replace"))
        if origin is None:
            continue
        try:
            found[origin] = codec.decode_claim(record.value)
        except DecodeError:
            found.pop(origin, None)  # a tombstone
    return found
