"""What becomes of an article that a stage made and that cannot be written."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest
from msgspec.structs import replace

from topics.records import Article
from workers.outcome import Failed, Outcome, Passed
from workers.runtime import performers
from workers.runtime.local import LocalDesk
from workers.runtime.pool import TaskPool
from workers.stages.deduplicate import WindowedSeenStore

STAGES = ("strip_boilerplate", "tag_entities")
SPOILT: dict[str, dict[str, Any]] = {
    "half a character": {"headline": "\ud83d"},
    "a number without end": {"unknown": {"rank": 1 << 80}},
    "a value of no kind": {"unknown": {"rank": object()}},
}


class Pool:
    """Performs at once, in this process."""

    async def run(self, step: str, value: Any) -> Any:
        return performers.perform(step, value)[0]


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_an_article_that_cannot_be_written_is_a_bug_of_its_stage(
    spoilt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stage(article: Article) -> Outcome:
        return Passed(replace(article, **spoilt))

    monkeypatch.setitem(performers._performers, "stage", stage)
    answer, _ = performers.perform("stage", Article(id="a"))
    assert isinstance(answer, Failed)
    assert answer.reason == "stage_bug"
    answer.detail.encode()


def test_it_costs_no_other_article_its_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiling(name: str) -> Any:
        def stage(article: Article) -> Outcome:
            return Passed(replace(article, headline="\udfff") if article.id == name else article)

        return stage

    for name in STAGES:
        monkeypatch.setitem(performers._performers, name, spoiling(name))
    ids = ["first", *STAGES, "last"]
    lines = [json.dumps({"id": id, "content": "The bridge is shut."}).encode() for id in ids]
    desk = LocalDesk(STAGES, cast(TaskPool, Pool()), WindowedSeenStore(window_ms=1), 2)

    async def told() -> list[dict[str, Any]]:
        return [json.loads(outcome.line()) async for outcome in desk.run(lines)]

    outcomes = asyncio.run(told())
    assert [one["value"]["id"] for one in outcomes] == ids
    assert [one["value"].get("status") or one["value"]["reason"] for one in outcomes] == [
        "complete", "stage_bug", "partial", "complete",
    ]  # fmt: skip
