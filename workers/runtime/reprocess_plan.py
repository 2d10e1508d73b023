"""Which articles go through a stage once more, and what is sent for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from topics import headers
from topics.catalog import Topic
from topics.records import Article, Claim, EnrichedArticle, Fingerprint, StageRun
from workers import pipeline
from workers.runtime.delivery import Message
from workers.runtime.record import Consumed

STAGE = "reprocess"
GONE = 1 << 62
"""The version of a tombstone."""
_DIGEST = 16
_LANGUAGE = ("language", "language_confidence", "language_alternatives", "language_shares")


def older(version: str, than: str) -> bool:
    """Whether one version of a stage is before another: by numbers (2, 10), else by letters."""
    return _ordered(version) < _ordered(than)


def _ordered(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in version.split(".")]


@dataclass(frozen=True)
class Rule:
    """Which enriched records are wanted; a filter that is empty or None wants all."""

    stage: str
    version: str
    """Wanted is what an older version of the stage made, or what it never saw."""
    failed: bool = False
    """Wanted is what the stage failed on, whatever its version."""
    languages: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    since: int | None = None
    """Milliseconds, inclusive, of the record's time in its topic."""
    until: int | None = None
    """Milliseconds, exclusive."""

    def wants(self, record: Mapping[str, Any], timestamp: int) -> bool:
        """Whether this is one of them, as far as its JSON can be read."""
        if self.languages and record.get("language") not in self.languages:
            return False
        if self.ids and record.get("id") not in self.ids:
            return False
        if self.since is not None and timestamp < self.since:
            return False
        if self.until is not None and timestamp >= self.until:
            return False
        runs = record.get("stages")
        for run in runs if isinstance(runs, list) else ():
            if isinstance(run, dict) and run.get("name") == self.stage:
                failed = self.failed and run.get("status") == "failed"
                return failed or older(str(run.get("version")), self.version)
        return True


class Known(NamedTuple):
    """The newest version of one article in a partition."""

    version: int
    offset: int
    wanted: bool
    overwritten: bool
    """An older version lies behind it: whoever keeps the last record of an id has that one."""


class Since:
    """What has come of an article since its last tombstone."""

    def __init__(self, offset: int = -1) -> None:
        self.offset = offset
        """The tombstone's."""
        self.overtaken = False
        """What it forgot lies behind it: that stays for whoever keeps the newest version."""
        self._arrivals: set[str | None] = set()

    def anew(self, told: Mapping[str, str]) -> bool:
        """Whether the next record, with these headers, is of an article that arrived since.

        What goes through its stages again is, if it came out behind the tombstone before that.
        """
        arrival = told.get(headers.ORIGIN)
        if headers.REPROCESSED not in told:
            self._arrivals.add(arrival)
        return arrival in self._arrivals


class Latest:
    """The newest version of each article of one partition; 210 bytes each, whatever their ids."""

    def __init__(self) -> None:
        self._known: dict[bytes, Known] = {}
        self._since: dict[bytes, Since] = {}

    def note(
        self,
        key: bytes,
        version: int,
        offset: int,
        *,
        wanted: bool,
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take in one record, in order of offsets; ``told`` are its headers."""
        name = blake2b(key, digest_size=_DIGEST).digest()
        since = self._since.get(name)
        if since is not None and not since.anew(told):
            since.overtaken = True
            return
        known = self._known.get(name)
        if known is not None and known.version != GONE and version < known.version:
            self._known[name] = known._replace(overwritten=True)
            return
        self._known[name] = Known(version, offset, wanted, overwritten=False)

    def forget(self, key: bytes, offset: int) -> None:
        """Take in a tombstone; what arrives behind it is a new article."""
        name = blake2b(key, digest_size=_DIGEST).digest()
        self._known[name] = Known(GONE, offset, wanted=False, overwritten=False)
        self._since[name] = Since(offset)

    def __iter__(self) -> Iterator[Known]:
        return iter(self._known.values())

    @property
    def wanted(self) -> set[int]:
        """Offsets of what is to be sent."""
        return {known.offset for known in self if known.wanted}

    @property
    def overwritten(self) -> set[int]:
        """Offsets of what must be the last record of its key, and is not; but for the wanted."""
        return {known.offset for known in self if known.overwritten and not known.wanted}

    @property
    def overtaken(self) -> set[int]:
        """Offsets of tombstones behind which there is something of what they forgot."""
        return {since.offset for since in self._since.values() if since.overtaken}


def from_text(record: EnrichedArticle, stage: str) -> Article:
    """The article as it was before a stage that reads no more than the text."""
    place = [one.name for one in pipeline.ENRICHMENTS].index(stage)
    later = {one.name for one in pipeline.ENRICHMENTS[place:]}
    shared = {
        name: getattr(record, name)
        for name in Article.__struct_fields__
        if name in EnrichedArticle.__struct_fields__ and name not in ("entities", "countries")
    }
    return Article(**shared | {"stages": [run for run in record.stages if run.name not in later]})


def with_language(opened: Article, record: EnrichedArticle) -> Article:
    """The article of a page with the language that it was published with."""
    runs = [run for run in record.stages if run.name == pipeline.ENRICHMENTS[0].name]
    if not runs or runs[0].status == "failed":
        return replace(opened, preview=UNSET, stages=[*opened.stages, *runs])
    told = {name: getattr(record, name) for name in _LANGUAGE}
    where = record.provenance.get("language")
    provenance = opened.provenance | ({} if where is None else {"language": where})
    return replace(
        opened, preview=UNSET, provenance=provenance, stages=[*opened.stages, *runs], **told
    )


def not_the_same(record: EnrichedArticle, printed: Fingerprint, claim: Claim) -> str | None:
    """Why a retained page is not the one of an enriched record; None if it is."""
    if (claim.id, claim.verdict.version) != (record.id, record.version):
        return "its claim is of another article or version by now"
    if claim.withdrawn:
        return "its claim was given back"
    if claim.algorithm != printed.algorithm:
        return f"it was claimed with {claim.algorithm}, which this version cannot repeat"
    if (claim.id, claim.content_hash) != (printed.id, printed.content_hash):
        return "another page has its place in the raw articles"
    return None


def message(
    topic: Topic, name: str, value: bytes, article: Article, consumed: Consumed, now: datetime
) -> Message:
    """The record that is sent to a step once more: same key, same origin, and a mark.

    ``name`` is the topic's full one, ``consumed`` the enriched record.
    """
    run = StageRun(name=STAGE, version=headers.rfc3339(now), status="ok")
    told = headers.event(
        topic,
        id=article.id,
        origin=consumed.origin,
        stage=STAGE,
        stages=[*article.stages, run],
        time=now,
        trace=consumed.trace,
    )
    told[headers.REPROCESSED] = headers.rfc3339(now)
    return Message(name, article.id.encode("utf-8"), value, headers.write(told))
