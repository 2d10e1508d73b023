"""What a memory of claims promises, wherever it keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from topics.records import Claim, Fingerprint, Origin, Verdict, Withdrawal


class SeenStore(Protocol):
    """What has been seen; recovers from its changelog of Claim records by ``restore``."""

    def prepare(self, fingerprints: Iterable[Fingerprint]) -> None:
        """Look for what resembles some articles that are about to be claimed, all at once.

        Saves time, and changes no verdict. A few dozen together are best.
        """
        ...

    def claim(self, fingerprint: Fingerprint, by: Origin) -> Verdict:
        """First seen, revision, repeat or duplicate.

        Idempotent: the same origin with the same article gets the stored verdict back.
        """
        ...

    def claim_record(self, fingerprint: Fingerprint, by: Origin) -> tuple[Claim, bool]:
        """The same with its changelog record, and whether that must be written."""
        ...

    def withdraw(self, withdrawal: Withdrawal) -> Claim | None:
        """Forget an article that passed and became a dead letter after its claim.

        Later arrivals no longer repeat, copy or revise it, and its version is given out anew. Its
        own verdict stays, so that a redelivery keeps its answer; that redelivery makes it count
        again, since it goes on its way again. Returns the changelog record to write; None if there
        is no such claim (any more) or nothing changes.
        """
        ...

    def take_down(self, id: str) -> list[str]:
        """Drop all claims of an article, as if it had never arrived: repeats and copies too.

        Returns their origins, for tombstones. What comes of it later is a new article; copies of it
        that others published keep their verdicts.
        """
        ...

    def restore(self, record: Claim) -> None:
        """Take in one changelog record; any number of times."""
        ...

    def restore_all(self, records: Sequence[Claim]) -> dict[int, Exception]:
        """The same with several, in order, in less time; by place, why some could not be."""
        ...

    def drop(self, origin: str) -> None:
        """Take in a tombstone of the changelog: the claim of this origin was forgotten."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def __len__(self) -> int:
        """Number of stored verdicts."""
        ...
