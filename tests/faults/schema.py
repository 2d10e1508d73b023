"""Records of newer schema versions, and workers of two versions side by side."""

from __future__ import annotations

import json

from tests.deployment import RunningWorker, copydesk, raw
from tests.faults.feed import article, feed
from tests.faults.lab import BACK, Lab, Recovered
from tests.faults.newer import ADDED, ADDED_VALUE, VARIABLE
from topics import catalog
from topics.catalog import Topic
from workers.settings import environment

ARTICLES = 80
PRINT, CLAIM = ("fingerprint",), ("claim",)
MINOR, MAJOR = "1.9", "2.0"
NOT_OURS = ("2.0", "2.1.7", "30", "x.y", "", 2, None)
STRANGE = (
    {"record": "fingerprinted", "schema_version": MAJOR, "prints": ["of another shape"]},
    {"record": "merged", "schema_version": MAJOR},
)
"""What a later major version may put between ``fingerprint`` and ``claim``."""


def arriving(lab: Lab) -> Recovered:
    """Articles of a newer minor version pass with all their fields; of a newer major none."""
    lab.start()
    fields = {"schema_version": MINOR, ADDED: ADDED_VALUE}
    minor = [raw(f"minor{n}", article(lab.rng, n), **fields) for n in range(20)]
    major = [raw("major", article(lab.rng, 50), schema_version=told) for told in NOT_OURS]
    values = [*minor, *major, *feed(lab.rng, ARTICLES, first=100)]
    lab.rng.shuffle(values)
    lab.send(values)
    strange = [json.dumps(value).encode() for value in STRANGE]
    lab.deployment.produce(strange, keys=[b"k"] * len(strange), topic=catalog.FINGERPRINTED)
    recovered = lab.healed()
    passed = [told for told in _articles(lab, catalog.CLEANED) if ADDED in told]
    assert len(passed) == len(minor)
    assert all(told[ADDED] == ADDED_VALUE for told in passed)
    versions = [letter for letter in lab.letters() if "schema_version" in letter.failure["message"]]
    assert {letter.value for letter in versions} == {*major, *strange}, versions
    assert all(letter.failure["reason"] == "invalid" for letter in versions)
    upgrades = [letter for letter in versions if "upgrade this worker" in letter.failure["message"]]
    assert {*strange, *major[:3]} == {letter.value for letter in upgrades}
    return recovered


def rolling(lab: Lab) -> Recovered:
    """One hop after another is upgraded to a newer minor version, and one of them taken back."""
    lab.groups = (PRINT, CLAIM, BACK)
    values = [raw(f"again{number}", article(lab.rng, number)) for number in range(ARTICLES)]
    lab.send(values)
    plan = {
        "fingerprint upgraded": ((PRINT, MINOR), (CLAIM, None), (BACK, None)),
        "claim upgraded": ((CLAIM, MINOR),),
        "claim taken back, the last upgraded": ((CLAIM, None), (BACK, MINOR)),
    }
    running: dict[tuple[str, ...], RunningWorker] = {}
    enriched = 0
    for number, (what, versions) in enumerate(plan.items()):
        lab.heal()
        for group, version in versions:
            if group in running:
                lab.stop(running[group])
            running[group] = _start(lab, group, version)
        lab.deployment.until_ready(*running.values())
        if number:
            lab.send(values)
            repeated = lab.healed().account
            assert repeated.enriched == enriched, f"{what}: repeats passed as new"
        lab.produce(ARTICLES // 2)
        recovered = lab.healed()
        enriched = recovered.account.enriched
    # Fields that the middle of the pipeline did not know have come through it.
    assert sum(told.get(ADDED) == ADDED_VALUE for told in _articles(lab, catalog.CLEANED)) > 0
    return recovered


def overtaken(lab: Lab) -> Recovered:
    """A newer major version before an older one: dead letters, which pass once all is upgraded."""
    lab.groups = (PRINT, CLAIM, BACK)
    # Every article is refused on purpose, which is where a worker would pause.
    lab.options |= {"breaker_run": 0, "breaker_share": 0}
    newer, older = _start(lab, PRINT, MAJOR), [_start(lab, CLAIM), _start(lab, BACK)]
    lab.deployment.until_ready(newer, *older)
    values = [raw(f"a{number}", article(lab.rng, number)) for number in range(ARTICLES)]
    lab.send(values[: ARTICLES // 2])
    assert _refused(lab, lab.healed(), "claim")
    lab.stop(older[0])
    lab.deployment.until_ready(_start(lab, CLAIM, MAJOR))
    lab.send(values[ARTICLES // 2 :])
    assert _refused(lab, lab.healed(), BACK[0])
    lab.stop(older[1])
    lab.heal()
    lab.deployment.until_ready(_start(lab, BACK, MAJOR))
    replay = ("dead-letters", "replay", "--reason", "invalid", "--yes", "--rate", "1000")
    done = copydesk(*replay, input=None, **environment(lab.settings))
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    recovered = lab.healed()
    assert recovered.account.enriched == recovered.account.arrivals == ARTICLES
    return recovered


def _start(lab: Lab, group: tuple[str, ...], version: str | None = None) -> RunningWorker:
    if version is None:
        return lab.deployment.start(*group, wait=False, **lab.options)
    through, variables = ("tests.faults.newer",), {VARIABLE: version}
    return lab.deployment.start(
        *group, wait=False, through=through, variables=variables, **lab.options
    )


def _refused(lab: Lab, recovered: Recovered, stage: str) -> bool:
    """Whether each article of this half is a dead letter that says what to do, by one stage."""
    mine = [letter for letter in lab.letters() if letter.failure["stage"] == stage]
    return (
        recovered.account.enriched == 0
        and len({letter.origin for letter in mine}) == ARTICLES // 2
        and all(letter.failure["reason"] == "invalid" for letter in mine)
        and all("upgrade this worker" in letter.failure["message"] for letter in mine)
    )


def _articles(lab: Lab, topic: Topic) -> list[dict[str, object]]:
    return [record.json for record in lab.deployment.read(topic)[topic.name]]
