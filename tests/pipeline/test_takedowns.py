"""``forget`` while ``reprocess`` has the article in its hands: what is forgotten stays so."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.deployment import Deployment, Record, raw, wait_for
from tests.pipeline.test_reprocess import older, write
from topics import catalog
from topics.headers import REPROCESSED
from workers.runtime import forget, reprocess, takedowns
from workers.runtime.delivery import Delivered, Delivery, Message, TooLarge
from workers.runtime.forget import Done, Forgetting
from workers.runtime.letters import Wanted
from workers.runtime.replay import Replay
from workers.runtime.replay_plan import Refuse, Rules
from workers.runtime.reprocess import Reprocessing
from workers.runtime.reprocess_plan import Rule
from workers.runtime.takedowns import BusyError, Takedowns
from workers.settings import environment, load
from workers.stages.tag_entities import TagEntities

TEXTS = {
    "read": "The harbour office in Rotterdam opens the new pier on Monday, weather permitting. ",
    "sent": "Bakers of Lisbon ask the council for longer hours on the square before the feast. ",
    "anew": "Night trains from Warsaw run once more after two years without any, it was said. ",
    "dead": "Engineers in Vienna close the old bridge for a month, and ferries run instead. ",
    "first": "A museum in Ghent shows maps that were thought lost, from the spring of next year. ",
    "second": "Farmers near Turin count fewer bees than last summer, and more of another kind. ",
    "third": "The library of Bergen lends tools as well as books now, saws for instance. ",
}
LATER = "Something else has happened at this address: Oslo elects a mayor by lot this spring. " * 4

SLOWLY = """
import asyncio, sys
from topics import catalog
from workers.runtime.reprocess import Reprocessing
from workers.runtime.reprocess_plan import Rule
from workers.settings import load
from workers.stages.tag_entities import TagEntities
rule = Rule("tag_entities", TagEntities.version, ids=frozenset(sys.argv[1:]))
asyncio.run(Reprocessing(load(), rule, catalog.CLEANED, rate=1e-6).run(dry=False))
"""
"""A run that sends one article, and the next one days later."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("broker_address", marks=pytest.mark.broker),
        pytest.param("kafka", marks=pytest.mark.kafka),
    ],
)
def published(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """Workers, and an article for each test, which an older version of tag_entities has made."""
    broker = request.getfixturevalue(request.param)
    settings = load(
        {
            "COPYDESK_TOPIC_PREFIX": f"takedowns{os.getpid()}.",
            "COPYDESK_BOOTSTRAP": getattr(broker, "address", broker),
            "COPYDESK_SESSION_TIMEOUT": "6",
            "COPYDESK_PROCESSES": "1",
        }
    )
    with Deployment(settings) as deployment:
        pages = deployment.start("deduplicate", "detect_language", "strip_boilerplate", wait=False)
        tagging = deployment.start("tag_entities", wait=False)
        deployment.until_ready(pages, tagging)
        values = [raw(id, text * 4) for id, text in TEXTS.items()]
        deployment.until_out(deployment.produce(values, keys=[id.encode() for id in TEXTS]))
        before = {one.key: one for one in deployment.read()["articles.enriched"]}
        write(
            deployment,
            *((one, older(one.json, "tag_entities", version=3)) for one in before.values()),
        )
        yield deployment


def came(deployment: Deployment, id: str, topic: catalog.Topic = catalog.ENRICHED) -> list[Record]:
    """The records of an article, in order."""
    return [one for one in deployment.read(topic)[topic.name] if one.key == id.encode()]


def behind(records: Sequence[Record]) -> list[dict[str, Any] | None]:
    """What came behind the first tombstone; None is a further one."""
    values = [json.loads(one.value) if one.value else None for one in records]
    return values[values.index(None) + 1 :]


def rule(id: str) -> Rule:
    return Rule("tag_entities", TagEntities.version, ids=frozenset({id}))


async def carried_out(deployment: Deployment, id: str) -> Done:
    forgetting = Forgetting(deployment.settings)
    (plan,) = await forgetting.plans(id)
    assert plan.known
    return await forgetting.carry_out(plan, 120)


def test_what_was_read_before_it_was_forgotten_is_not_sent(published: Deployment) -> None:
    class Held(Reprocessing):
        has_read, go_on = asyncio.Event(), asyncio.Event()

        async def _articles(self, group: Any, pool: Any) -> Any:
            self.has_read.set()
            await self.go_on.wait()
            return await super()._articles(group, pool)

    async def story() -> tuple[Done, reprocess.Result]:
        work = Held(published.settings, rule("read"), catalog.CLEANED, rate=1000)
        running = asyncio.create_task(work.run(dry=False))
        await work.has_read.wait()
        done = await carried_out(published, "read")
        work.go_on.set()
        await running
        return done, work.result

    done, result = asyncio.run(story())
    assert (done.late, done.again) == ([], 0)
    assert (result.sent, result.skipped) == (0, {"it was forgotten meanwhile": 1})
    assert behind(came(published, "read")) == []


async def interrupted(
    deployment: Deployment,
    id: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    unreadable: bool = False,
    arrives: bytes | None = None,
) -> Done:
    """A run that is ended as soon as it has sent; the article is forgotten while it is sending."""
    sending, go_on, sent, asked = (asyncio.Event() for _ in range(4))

    class Held(Delivery):
        async def send(self, messages: Sequence[Message]) -> list[Delivered | TooLarge]:
            if not messages or messages[0].topic != deployment.settings.topic("articles.cleaned"):
                return await super().send(messages)
            sending.set()
            await go_on.wait()
            await super().send(
                [replace(one, value=b"{") if unreadable else one for one in messages]
            )
            sent.set()
            await asyncio.Event().wait()
            raise AssertionError

    async def observed(*arguments: Any) -> dict[int, int]:
        asked.set()
        return await takedowns.until_known(*arguments)

    monkeypatch.setattr(reprocess, "Delivery", Held)
    monkeypatch.setattr(forget, "until_known", observed)
    work = Reprocessing(deployment.settings, rule(id), catalog.CLEANED, rate=1000)
    running = asyncio.create_task(work.run(dry=False))
    await sending.wait()
    forgetting = asyncio.create_task(carried_out(deployment, id))
    asking = asyncio.create_task(asked.wait())
    await asyncio.wait({forgetting, asking}, return_when=asyncio.FIRST_COMPLETED)
    asking.cancel()
    if arrives is not None:
        await asyncio.to_thread(deployment.produce, [arrives], keys=[id.encode()])
        await asyncio.to_thread(wait_for, lambda: behind(came(deployment, id)) != [], 60)
    go_on.set()
    await sent.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    return await forgetting


def test_what_is_sent_while_it_is_forgotten_is_forgotten_though_the_run_is_interrupted(
    published: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asyncio.run(interrupted(published, "sent", monkeypatch))
    assert done.late == []
    again, last = behind(came(published, "sent"))
    assert again is not None
    assert last is None


def test_what_arrives_anew_stays_and_is_the_last(
    published: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for whoever keeps the newest version, which is that of what was forgotten."""
    arrives = raw("anew", LATER)
    done = asyncio.run(interrupted(published, "anew", monkeypatch, arrives=arrives))
    assert done.late == []
    records = came(published, "anew")
    new, again, tombstone, last = behind(records)
    assert new == last
    assert new is not None
    assert again is not None
    assert (new["version"], again["version"], tombstone) == (1, 3, None)
    assert new["text"].startswith("Something else")
    assert [REPROCESSED in one.headers for one in records[-4:]] == [False, True, False, False]


def test_what_fails_though_it_is_forgotten_is_not_replayed(
    published: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asyncio.run(interrupted(published, "dead", monkeypatch, unreadable=True))
    assert done.late == []
    letter, last = came(published, "dead", catalog.DEAD_LETTER)[-2:]
    assert (letter.value, last.value) == (b"{", b"")
    plan = Replay(published.settings, Rules()).plan(Wanted(ids=frozenset({"dead"})))
    (planned,) = asyncio.run(plan)
    assert isinstance(planned.decision, Refuse)
    assert "forgotten" in planned.decision.why


def test_one_run_at_a_time_sends_and_the_first_goes_on(published: Deployment) -> None:
    async def story() -> None:
        settings = published.settings
        first, second = (Takedowns(settings, settings.partitions) for _ in range(2))
        try:
            await first.start()
            with pytest.raises(BusyError):
                await second.start()
            await second.stop()
            async with first.sending():
                pass
        finally:
            await first.stop()

    asyncio.run(story())


@pytest.mark.parametrize(
    # The embedded broker does not notice that the member of a group is gone.
    "published",
    [pytest.param("kafka", marks=pytest.mark.kafka)],
    indirect=True,
)
def test_a_run_that_goes_on_or_is_killed_keeps_nobody_waiting(published: Deployment) -> None:
    ids = ("first", "second", "third")
    running = subprocess.Popen(
        [sys.executable, "-c", SLOWLY, *ids], env=environment(published.settings)
    )

    def sent() -> set[str]:
        return {id for id in ids if any(REPROCESSED in one.headers for one in came(published, id))}

    try:
        wait_for(lambda: len(sent()) == 1, 90)
        one, other = (id for id in ids if id not in sent())
        assert asyncio.run(carried_out(published, one)).late == []
        assert running.poll() is None
    finally:
        running.kill()
        running.wait()
    assert asyncio.run(carried_out(published, other)).late == []
    assert [behind(came(published, id)) for id in (one, other)] == [[], []]
