"""The claim on a real broker: saved before it is used, found again by the next owner."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.deployment import Deployment
from tests.stages.deduplicate.claims import article, at
from topics import catalog
from topics.records import Takedown, Verdict, Withdrawal
from workers.runtime import changelog, topic_admin
from workers.runtime.changelog import ClaimState
from workers.runtime.delivery import Delivery
from workers.runtime.metrics import Metrics
from workers.settings import Settings
from workers.stages.deduplicate import WindowedSeenStore

pytestmark = pytest.mark.broker

FIRST = article("a", "content one")


class Owners:
    """Makes one owner of the claims after the other, each with a memory of its own."""

    def __init__(self, settings: Settings, delivery: Delivery) -> None:
        self.settings = settings
        self.delivery = delivery

    async def next(self) -> ClaimState:
        owner = ClaimState(self.settings, self.delivery, Metrics(), WindowedSeenStore)
        await owner.catch_up()
        return owner


@asynccontextmanager
async def owners(deployment: Deployment) -> AsyncIterator[Owners]:
    delivery = Delivery(deployment.settings)
    await delivery.start()
    try:
        yield Owners(deployment.settings, delivery)
    finally:
        await delivery.stop()


def run(deployment: Deployment, work: Callable[[Owners], Awaitable[Any]]) -> None:
    async def all_of_it() -> None:
        async with owners(deployment) as made:
            await work(made)

    asyncio.run(all_of_it())


def kind(verdict: Verdict) -> str:
    return verdict.kind


def test_an_article_that_was_taken_down_is_unknown_to_the_next_owner(
    deployment: Deployment,
) -> None:
    async def work(made: Owners) -> None:
        first = await made.next()
        first.claim(FIRST, at(1))
        await first.save()
        # In one batch: a revision, the takedown, and what arrives behind it.
        first.claim(article("a", "content two"), at(2))
        first.take_down(Takedown(id="a"))
        anew = first.claim(article("a", "content two"), at(3))
        assert (anew.kind, anew.version) == ("original", 1)
        await first.save()
        second = await made.next()
        assert len(second) == 1
        assert second.claim(article("a", "content two"), at(3)) == anew
        assert second.claim(article("b", "content one"), at(4)).kind == "original"
        third = await made.next()
        third.take_down(Takedown(id="a"))
        await third.save()  # nothing but tombstones
        assert len(await made.next()) == 0

    run(deployment, work)


def test_verdicts_are_found_again_by_the_next_owner(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        first = await made.next()
        verdict = first.claim(FIRST, at(1))
        revised = first.claim(article("a", "content two"), at(2))
        copy = first.claim(article("b", "content one"), at(3))
        assert [kind(v) for v in (verdict, revised, copy)] == [
            "original",
            "revision",
            "same_content",
        ]
        await first.save()

        second = await made.next()
        assert len(second) == 3
        assert second.claim(FIRST, at(1)) == verdict
        assert second.claim(article("a", "content two"), at(2)) == revised
        assert second.claim(article("b", "content one"), at(3)) == copy
        assert kind(second.claim(article("a", "content three"), at(4))) == "revision"
        assert kind(second.claim(article("c", "content two"), at(5))) == "same_content"

    run(deployment, work)


def test_what_was_not_saved_is_decided_anew_and_alike(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        died = await made.next()
        unsaved = died.claim(FIRST, at(1))
        again = (await made.next()).claim(FIRST, at(1))
        assert again == unsaved
        assert kind(again) == "original"

    run(deployment, work)


def test_only_new_verdicts_are_written_and_each_once(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        owner = await made.next()
        owner.claim(FIRST, at(1))
        await owner.save()
        owner.claim(FIRST, at(1))  # a redelivery
        await owner.save()
        owner.claim(FIRST, at(2))
        await owner.save()
        await owner.save()

    run(deployment, work)
    written = deployment.read(catalog.CLAIMS)["articles.claims"]
    assert [record.key for record in written] == [str(at(1)).encode(), str(at(2)).encode()]
    assert [json.loads(record.value)["verdict"]["kind"] for record in written] == [
        "original",
        "repeat",
    ]
    assert {record.partition for record in written} == {0}


def test_an_owner_reads_only_what_others_have_written_since(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        mine = await made.next()
        for number in range(5):
            mine.claim(article(f"mine{number}", f"m{number}"), at(number))
            await mine.save()
        assert await mine._read_to_end() == 0  # its own verdicts it knows

        other = await made.next()
        other.claim(article("theirs", "t"), at(9))
        await other.save()
        mine.suspect()
        await mine.catch_up()
        assert len(mine) == 6
        assert kind(mine.claim(article("copy", "t"), at(10))) == "same_content"
        assert await mine._read_to_end() == 0

    run(deployment, work)


def test_catching_up_costs_nothing_unless_somebody_may_have_written(
    deployment: Deployment,
) -> None:
    async def work(made: Owners) -> None:
        mine = await made.next()
        other = await made.next()
        other.claim(FIRST, at(1))
        await other.save()
        await mine.catch_up()
        assert len(mine) == 0
        mine.suspect()
        await mine.catch_up()
        assert len(mine) == 1

    run(deployment, work)


def test_a_withdrawn_claim_stays_withdrawn_for_the_next_owner(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        first = await made.next()
        first.claim(FIRST, at(1))
        await first.save()
        first.withdraw(Withdrawal(id="a", origin=str(at(1))))
        first.withdraw(Withdrawal(id="a", origin="nonsense"))
        await first.save()
        for owner in (first, await made.next()):
            assert kind(owner.claim(article("b", "content one"), at(2))) == "original"

    run(deployment, work)


def test_a_changelog_that_was_deleted_and_made_anew_is_believed(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        owner = await made.next()
        for number in range(5):
            owner.claim(article(f"a{number}", f"c{number}"), at(number))
        await owner.save()
        name = made.settings.topic(catalog.CLAIMS.name)
        async with topic_admin.admin(made.settings) as client:
            await client.delete_topics([name])
        await topic_admin.create(made.settings, [catalog.CLAIMS])
        owner.suspect()
        await owner.catch_up()
        assert len(owner) == 0
        owner.claim(FIRST, at(20))
        await owner.save()
        assert len(await made.next()) == 1

    run(deployment, work)


def test_what_left_the_window_gets_a_tombstone(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        owner = await made.next()
        owner.claim(FIRST, at(1, day=0))
        owner.claim(article("b", "content two"), at(2, day=3))
        await owner.save()
        owner.claim(article("c", "content three"), at(3, day=9))
        await owner.save()
        assert len(owner) == 2
        assert len(await made.next()) == 2

    run(deployment, work)
    written = deployment.read(catalog.CLAIMS)["articles.claims"]
    assert [(record.key, not record.value) for record in written] == [
        (str(at(1, day=0)).encode(), False),
        (str(at(2, day=3)).encode(), False),
        (str(at(1, day=0)).encode(), True),
        (str(at(3, day=9)).encode(), False),
    ]


def test_a_days_tombstones_go_out_some_at_a_time(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is claimed anew in the meantime gets none: it would take the new claim away."""
    monkeypatch.setattr(changelog, "TOMBSTONES", 2)

    async def work(made: Owners) -> None:
        owner = await made.next()
        for number in range(5):
            owner.claim(article(f"a{number}", f"c{number}"), at(number))
        await owner.save()
        for number in range(4):
            owner.claim(article(f"b{number}", f"d{number}"), at(10 + number, day=9))
            if number == 1:
                owner.claim(article("a3", "c3"), at(3))
            await owner.save()
        assert len(owner) == len(await made.next()) == 5

    run(deployment, work)
    written = deployment.read(catalog.CLAIMS)["articles.claims"]
    gone = [record.key for record in written if not record.value]
    assert gone == [str(at(number)).encode() for number in (0, 1, 2, 4)]


def test_tombstones_that_wait_still_go_out_after_a_rebalance(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for what the owner in between has claimed anew."""
    monkeypatch.setattr(changelog, "TOMBSTONES", 1)

    async def work(made: Owners) -> None:
        owner = await made.next()
        for number in range(4):
            owner.claim(article(f"a{number}", f"c{number}"), at(number))
        await owner.save()
        owner.claim(article("b", "d"), at(10, day=9))
        await owner.save()
        other = await made.next()
        other.claim(article("a2", "c2"), at(2))
        await other.save()
        owner.suspect()
        await owner.catch_up()
        for number in range(3):
            owner.claim(article(f"e{number}", f"f{number}"), at(20 + number, day=9))
            await owner.save()
        assert len(owner) == len(await made.next()) == 5

    run(deployment, work)
    written = deployment.read(catalog.CLAIMS)["articles.claims"]
    gone = {record.key for record in written if not record.value}
    assert gone == {str(at(number)).encode() for number in (0, 1, 3)}


def test_what_somebody_else_writes_in_between_is_read_at_once(deployment: Deployment) -> None:
    """A retried write, a late one of an owner that is none any more, a probe."""

    async def work(made: Owners) -> None:
        owner, late = await made.next(), await made.next()
        owner.claim(article("a", "one"), at(1))
        await owner.save()
        late.claim(article("b", "two"), at(2))
        await late.save()
        for number in range(3):
            owner.claim(article(f"c{number}", f"d{number}"), at(10 + number))
            await owner.save()
            await owner.catch_up()
        assert len(owner) == 5
        assert owner.position == 5

    run(deployment, work)


def test_the_claims_memory_is_measured(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        owner = ClaimState(made.settings, made.delivery, (metrics := Metrics()), WindowedSeenStore)
        await owner.catch_up()
        sketch = bytes(160)
        owner.claim(article("a", "one", sketch=sketch), at(1, day=0.25))
        owner.claim(article("b", "two", sketch=sketch), at(2, day=1.5))
        await owner.save()
        value = metrics.registry.get_sample_value
        assert value("news_state_entries", {"stage": "claim"}) == 2
        assert value("news_state_window_age_seconds", {"stage": "claim"}) == 1.5 * 86_400
        assert value("news_claim_candidates_count") == 2
        assert value("news_claim_candidates_sum") == 1
        size = value("news_state_bytes", {"stage": "claim"})
        assert size is not None
        assert 16_000_000 < size < 20_000_000

    run(deployment, work)


def test_tombstones_are_passed_over(deployment: Deployment) -> None:
    deployment.produce([None, None], keys=[b"x", b"y"], topic=catalog.CLAIMS)

    async def work(made: Owners) -> None:
        owner = await made.next()
        assert len(owner) == 0
        owner.claim(FIRST, at(1))
        await owner.save()
        assert len(await made.next()) == 1

    run(deployment, work)


def test_a_long_changelog_is_read_to_its_end(deployment: Deployment) -> None:
    async def work(made: Owners) -> None:
        owner = await made.next()
        for half in range(2):
            for number in range(3000):
                owner.claim(
                    article(f"a{half}-{number}", f"c{half}-{number}"), at(3000 * half + number)
                )
            await owner.save()
        assert len(await made.next()) == len(owner)

    run(deployment, work)
