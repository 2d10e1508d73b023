"""Records that hurt: poison, too large, again and out of order, slow, greedy; topics made anew."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
import string
from dataclasses import replace

from aiokafka.admin import NewTopic

from tests.deployment import raw
from tests.faults.feed import article, feed
from tests.faults.lab import Lab, Recovered
from tests.faults.misbehave import wish
from topics import catalog
from workers.runtime import topic_admin
from workers.runtime.dead_letters import TRUNCATED_BYTES

ARTICLES = 120
POISON = (
    b"", b"null", b"[]", b"\xff\xfe\x00", b'{"content": ', b'{"content": 7}', b"[" * 5000,
    b'{"id": 5, "content": "x"}', b'{"id": "p", "content": "\\ud800"}', b"1" * 5000,
)  # fmt: skip
SMALL_TOPIC_BYTES = 100_000
TASK_MEGABYTES = 400


def poison(lab: Lab) -> Recovered:
    """Records that are no articles, on every topic: one dead letter each, with place and reason."""
    lab.start()
    values = [*POISON, *feed(lab.rng, ARTICLES)]
    lab.rng.shuffle(values)
    lab.send(values)
    sources = (catalog.FINGERPRINTED, catalog.UNIQUE)
    strangers = {
        origin
        for topic in sources
        for origin in lab.deployment.produce(POISON, keys=[b"p"] * len(POISON), topic=topic)
    }
    recovered = lab.healed()
    found = [letter.failure for letter in lab.letters()]
    places = {(told["topic"], told["partition"], told["offset"]) for told in found}
    assert {(o.topic, str(o.partition), str(o.offset)) for o in strangers} <= places
    assert len(places) == len(found) == recovered.account.dead_letters
    reasons = {told["reason"] for told in found}
    assert reasons <= {"undecodable", "invalid", "no_text"}, reasons
    return recovered


def oversized(lab: Lab) -> Recovered:
    """Articles too large to take in, and such whose output some topic does not take."""
    asyncio.run(_make_small(lab))
    lab.start(compression="none")
    long = "\n".join(article(lab.rng, number) for number in range(3000))
    noise = base64.b64encode(lab.rng.randbytes(5_900_000)).decode()
    large = {
        "content over the limit": raw("content", long * 4),
        "fingerprinted record over the topic's": raw("record", article(lab.rng, 0), notes=noise),
        "unique record over the topic's": raw("unique", _own_words(lab.rng)),
    }
    values = feed(lab.rng, ARTICLES)
    values[10:10] = large.values()
    # The one that failed behind the claim has given it back: another may have its text.
    lab.send(values)
    recovered = lab.healed()
    found = [item for item in lab.letters() if item.failure["reason"] == "too_large"]
    hashes = {hashlib.sha256(value).hexdigest() for value in large.values()}
    assert len(found) == len(large), [letter.failure for letter in found]
    for letter in found:
        told = letter.failure
        if told.get("truncated") == "true":
            assert len(letter.value) == TRUNCATED_BYTES
            assert told["sha256"] in hashes
    return recovered


def _own_words(rng: random.Random) -> str:
    """A text of words that no other has: one of the feed's words is like many of its articles, and
    which of them the claim sees first is not decided by the seed."""
    words = (
        "".join(rng.choices(string.ascii_lowercase, k=7)) for _ in range(SMALL_TOPIC_BYTES // 4)
    )
    return " ".join(words)


async def _make_small(lab: Lab) -> None:
    name = lab.settings.topic(catalog.UNIQUE.name)
    small = {"max.message.bytes": str(SMALL_TOPIC_BYTES)}
    await lab.delete(catalog.UNIQUE)
    async with topic_admin.admin(lab.settings) as client:
        await client.create_topics([NewTopic(name, 4, 1, topic_configs=small)])


def redelivered(lab: Lab) -> Recovered:
    """The producer sends everything again, in another order: repeats, and no other outcome."""
    lab.start()
    # What was revised since is no repeat when it comes again, if a copy of it was faster.
    values = feed(lab.rng, ARTICLES, revisions=False)
    lab.send(values)
    first = lab.healed().account
    again = list(values)
    lab.rng.shuffle(again)
    lab.send(again)
    both = lab.healed()
    bad = first.dead_letters
    assert both.account.enriched == first.enriched
    assert both.account.dead_letters == 2 * bad
    assert both.account.duplicates == first.duplicates + ARTICLES - bad
    return both


def replayed(lab: Lab) -> Recovered:
    """Committed offsets are set back to the beginning: the same verdicts, every outcome again."""
    workers = lab.start()
    lab.produce(ARTICLES)
    before = lab.healed().account
    for worker in workers:
        lab.stop(worker)
    asyncio.run(lab.rewind())
    lab.heal()
    lab.start()
    after = lab.healed()
    assert after.account == replace(
        before, re_emitted=after.account.re_emitted, repeated=after.account.repeated
    )
    assert after.account.re_emitted >= before.arrivals
    return after


def misbehaving(lab: Lab, how: str) -> Recovered:
    """A stage hangs, grows or crashes on some articles: dead letters, and neighbours unharmed."""
    limits = {"task_memory": TASK_MEGABYTES} | ({"task_timeout": 2} if how == "hang" else {})
    lab.start(through=("tests.faults.misbehave",), **limits)
    steps = ("fingerprint", "strip_boilerplate")
    values = feed(lab.rng, ARTICLES)
    for step in steps:
        place = lab.rng.randrange(len(values))
        values.insert(place, raw(step, f"{article(lab.rng, place)} {wish(how, step)}"))
    lab.send(values)
    recovered = lab.healed()
    reason = {"hang": "timeout", "grow": "out_of_memory", "crash": "crashed"}[how]
    told = [letter.failure for letter in lab.letters()]
    stages = [item["stage"] for item in told if item["reason"] == reason]
    assert sorted(stages) == sorted(steps), told
    return recovered


def topics_made_anew(lab: Lab) -> Recovered:
    """The topics between are deleted and created anew while claims and offsets stay."""
    lab.start()
    lab.produce(ARTICLES)
    lab.healed()
    lab.restarted_after = (2, 70)
    emptied = (catalog.RAW, catalog.FINGERPRINTED, catalog.UNIQUE, catalog.CLEANED)
    outputs = (catalog.DUPLICATES, catalog.DEAD_LETTER)
    asyncio.run(lab.delete(*emptied, *outputs))
    lab.forget()
    asyncio.run(topic_admin.create(lab.settings))
    lab.heal()
    lab.produce(ARTICLES // 2)
    return lab.healed()
