"""What may be replayed: decisions about dead letters, and the records that replaying them sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from topics import catalog, headers
from topics.catalog import Topic
from topics.headers import DEAD_LETTER_PREFIX, rfc3339
from topics.records import Claim, Origin, StageRun
from workers import pipeline
from workers.runtime import produce
from workers.runtime.delivery import Message
from workers.runtime.letters import Letter
from workers.runtime.record import Consumed
from workers.settings import Settings

STAGE = "replay"
REPLAY_COUNT = DEAD_LETTER_PREFIX + "replay_count"
FIRST_FAILED_AT = DEAD_LETTER_PREFIX + "first_failed_at"
TARGETS: tuple[Topic, ...] = (
    catalog.RAW,
    catalog.FINGERPRINTED,
    *(stage.consumes for stage in pipeline.ENRICHMENTS),
)
"""Topics that a step consumes; only there can a record fail."""


@dataclass(frozen=True)
class Send:
    """The letter's record goes to this topic (full name); ``number``: its how manieth replay."""

    topic: str
    partition: int | None
    number: int


@dataclass(frozen=True)
class Refuse:
    """The letter must not be replayed, or only if told so."""

    why: str


@dataclass(frozen=True)
class Skip:
    """There is nothing to do: another letter of the same arrival, or a replay, came after it."""

    why: str


Decision = Send | Refuse | Skip


@dataclass(frozen=True)
class Rules:
    """What the operator allows."""

    max_replays: int = 3
    force: bool = False


@dataclass
class Known:
    """What the topics tell about the arrivals of the letters."""

    partitions: Mapping[str, int] = field(default_factory=dict)
    """Partitions of each topic that is there, by full name."""
    newest: dict[Origin, Letter] = field(default_factory=dict)
    """The last dead letter of each arrival."""
    replays: dict[tuple[Origin, str], tuple[int, str]] = field(default_factory=dict)
    """Arrival and topic → number and place of its last replay there."""
    forgotten: dict[str, int] = field(default_factory=dict)
    """Id, or key of its letters → when the article was forgotten, in milliseconds."""
    given_anew: dict[Origin, Claim] = field(default_factory=dict)
    """Arrival whose claim was given back → the claim that has its version now."""

    def note_letter(self, letter: Letter) -> None:
        """Take in one dead letter, wanted or not."""
        before = self.newest.get(letter.origin)
        if before is None or _time(before) < _time(letter):
            self.newest[letter.origin] = letter

    def note_forgotten(self, letter: Letter) -> None:
        """Take in a tombstone; what failed before it is not to come back."""
        for name in _names(letter):
            self.forgotten[name] = max(letter.timestamp, self.forgotten.get(name, 0))

    def forgot(self, letter: Letter) -> bool:
        """Whether the article of a dead letter was forgotten after it."""
        return any(self.forgotten.get(name, -1) >= letter.timestamp for name in _names(letter))

    def note_record(self, record: Consumed) -> None:
        """Take in one record of a topic in which letters failed; only replays count."""
        number = record.headers.get(REPLAY_COUNT, "")
        if number.isdecimal() and len(number) < 10:
            place = (record.origin, record.topic)
            if int(number) > self.replays.get(place, (0, ""))[0]:
                where = f"{record.topic}/{record.partition}/{record.offset}"
                self.replays[place] = (int(number), where)


def target(settings: Settings, letter: Letter) -> Topic | None:
    """The topic whose record failed; None if no step of this deployment consumes such a topic.

    What the producer could not write has failed on its way into ``articles.raw``.
    """
    if letter.failed_topic == produce.STAGE and letter.stage == produce.STAGE:
        return catalog.RAW
    names = {settings.topic(topic.name): topic for topic in TARGETS}
    return names.get(letter.failed_topic)


def decide(settings: Settings, letter: Letter, known: Known, rules: Rules) -> Decision:
    """Whether one dead letter is replayed, and where to."""
    topic = target(settings, letter)
    if letter.truncated:
        return Refuse("its payload was cut when it was written: the missing bytes are gone")
    if topic is None:
        return Refuse(f"it failed in {letter.failed_topic or 'no topic'}, which no step here reads")
    name = settings.topic(topic.name)
    if name not in known.partitions:
        return Refuse(f"topic {name} is not on the broker")
    replays, where = known.replays.get((letter.origin, letter.failed_topic), (0, ""))
    number = max(replays, letter.replay_count)
    if not rules.force:
        newest = known.newest.get(letter.origin, letter)
        if newest.place != letter.place:
            return Skip(f"{newest.place} is a later dead letter of the same arrival")
        if replays > letter.replay_count:
            return Skip(f"it was replayed already, to {where}; --force sends it once more")
        if known.forgot(letter):
            return Refuse("its article was forgotten since; --force publishes it all the same")
        if number >= rules.max_replays:
            return Refuse(f"it was replayed {_times(number)} already; --force sends it once more")
        if (other := known.given_anew.get(letter.origin)) is not None:
            return Refuse(
                f"version {other.verdict.version} of {other.id} is another article now "
                f"({other.origin}); --force publishes this one under the same version"
            )
    kept = letter.failed_topic == name and letter.failed_partition < known.partitions[name]
    return Send(name, letter.failed_partition if kept else None, number + 1)


def given_anew(
    letters: Mapping[Origin, Letter], claims: Mapping[str, Claim]
) -> dict[Origin, Claim]:
    """Which arrivals' versions were given to others after their claims had been given back."""
    holders = {
        (claim.id, claim.verdict.version): claim
        for claim in claims.values()
        if claim.verdict.passes and not claim.withdrawn
    }
    found = {}
    for origin in letters:
        own = claims.get(str(origin))
        if own is not None and own.withdrawn:
            holder = holders.get((own.id, own.verdict.version))
            if holder is not None:
                found[origin] = holder
    return found


def message(
    record: Consumed, letter: Letter, topic: Topic, send: Send, *, now: datetime
) -> Message:
    """The replayed record: payload, key, origin, trace and foreign headers as they were.

    Of ``dlq.*`` only how often it was replayed and when it failed first travel on: what the next
    dead letter of this record counts on from.
    """
    own = headers.event(
        topic,
        id=letter.id,
        origin=letter.origin,
        stage=STAGE,
        stages=(StageRun(name=STAGE, version=str(send.number), status="ok"),),
        time=now,
        trace=record.trace,
        tracestate=record.tracestate,
    )
    kept = {
        name: value
        for name, value in record.headers.items()
        if not name.startswith((DEAD_LETTER_PREFIX, "ce_"))
    }
    failed_at = letter.first_failed_at or rfc3339(_moment(letter.timestamp))
    return Message(
        topic=send.topic,
        key=record.key,
        value=record.value,
        headers=headers.write(
            own | kept | {REPLAY_COUNT: str(send.number), FIRST_FAILED_AT: failed_at}
        ),
        partition=send.partition,
    )


def _names(letter: Letter) -> set[str]:
    """Its id and its key: what failed before it was fingerprinted has no id but its key."""
    return {letter.id} | ({letter.key.decode("utf-8", "replace")} if letter.key else set())


def _time(letter: Letter) -> tuple[int, int, int]:
    return letter.timestamp, letter.partition, letter.offset


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(max(milliseconds, 0) / 1000, UTC)
