"""How a SeenStore keeps its claims: compact entries, their versions by id, and their contents."""

from __future__ import annotations

from topics.records import Claim, Fingerprint, Verdict, VerdictKind

Digest = bytes | str
"""A hash as 16 bytes where it is hex of that length, else as it is."""


class Entry:
    """One claim; about a third of the memory of the record with its verdict."""

    __slots__ = (
        "algorithm",
        "cluster",
        "content",
        "headline",
        "id",
        "kept",
        "kind",
        "linked",
        "newer",
        "of",
        "of_origin",
        "of_version",
        "older",
        "origin",
        "same_headline",
        "shingles",
        "version",
        "withdrawn",
    )

    def __init__(self, of: Fingerprint | Claim, origin: str) -> None:
        self.origin = origin
        self.algorithm = of.algorithm
        self.id = of.id
        self.content = pack(of.content_hash)
        self.headline = pack(of.headline_hash)
        self.shingles = of.shingles
        self.kind: VerdictKind = "original"
        self.version = 1
        self.cluster = of.id
        self.of: str | None = None
        self.of_version: int | None = None
        self.of_origin: str | None = None
        self.same_headline = False
        self.withdrawn = False
        self.linked = False
        """Whether later arrivals may be compared with it."""
        self.kept = -1
        """The day with which it is forgotten."""
        self.older: Entry | None = None
        self.newer: Entry | None = None

    @property
    def passes(self) -> bool:
        """Whether the arrival is new copy."""
        return self.kind in ("original", "revision")

    def longest_kept(self) -> int:
        """The last day with which it or an older version of its article is forgotten."""
        longest, older = self.kept, self.older
        while older is not None:
            longest, older = max(longest, older.kept), older.older
        return longest

    def is_of(self, other: Fingerprint | Claim) -> bool:
        """Whether it is a claim of the same article with the same content and headline."""
        return (
            self.id == other.id
            and self.algorithm == other.algorithm
            and self.content == pack(other.content_hash)
            and self.headline == pack(other.headline_hash)
        )

    def decide(self, kind: VerdictKind, target: Entry) -> None:
        """Set the verdict: what this arrival is to an earlier one that passed."""
        self.kind = kind
        self.version = target.version if kind == "repeat" else 1
        if kind == "revision":
            self.version = target.version + 1
        self.cluster = target.cluster
        self.of, self.of_version, self.of_origin = target.id, target.version, target.origin
        self.same_headline = self.headline == target.headline

    def assume(self, verdict: Verdict) -> None:
        """Take over a recorded verdict."""
        self.kind = verdict.kind
        self.version = verdict.version
        self.cluster = verdict.cluster
        self.of, self.of_version, self.of_origin = verdict.of, verdict.of_version, verdict.of_origin
        self.same_headline = bool(verdict.evidence.get("headline"))

    def repeated(self) -> Entry:
        """The version that this repeat repeats, as far as the repeat tells."""
        assert self.of_origin is not None
        version = Entry(self.claim(""), self.of_origin)
        version.version = self.version
        version.cluster = self.cluster
        if self.version > 1:
            version.kind, version.of, version.of_version = "revision", self.id, self.version - 1
        return version

    def claim(self, method: str) -> Claim:
        """The claim as it stands in the changelog."""
        content = unpack(self.content)
        verdict = Verdict(
            kind=self.kind,
            version=self.version,
            cluster=self.cluster,
            of=self.of,
            of_version=self.of_version,
            of_origin=self.of_origin,
        )
        if not self.passes:
            verdict = Verdict(
                kind=self.kind,
                version=self.version,
                cluster=self.cluster,
                of=self.of,
                of_version=self.of_version,
                of_origin=self.of_origin,
                similarity=1.0,
                containment=1.0,
                method=method,
                evidence={"content_hash": content, "headline": self.same_headline},
            )
        return Claim(
            origin=self.origin,
            algorithm=self.algorithm,
            id=self.id,
            content_hash=content,
            headline_hash=unpack(self.headline),
            shingles=self.shingles,
            verdict=verdict,
            withdrawn=self.withdrawn,
        )


class Versions:
    """The versions that passed, by id: linked from the newest to the oldest."""

    def __init__(self) -> None:
        self._newest: dict[str, Entry] = {}

    def current(self, id: str) -> Entry | None:
        """The newest version under an id."""
        return self._newest.get(id)

    def like(self, entry: Entry) -> Entry | None:
        """The newest version under the entry's id with its content and headline."""
        version = self._newest.get(entry.id)
        while version is not None:
            if (entry.algorithm, entry.content, entry.headline) == (
                version.algorithm,
                version.content,
                version.headline,
            ):
                return version
            version = version.older
        return None

    def add(self, entry: Entry) -> bool:
        """Put a version at its place; False if another arrival has that version."""
        newer, older = None, self._newest.get(entry.id)
        while older is not None and older.version > entry.version:
            newer, older = older, older.older
        if older is not None and older.version == entry.version:
            return False
        entry.older, entry.newer = older, newer
        if older is not None:
            older.newer = entry
        if newer is None:
            self._newest[entry.id] = entry
        else:
            newer.older = entry
        return True

    def remove(self, entry: Entry) -> None:
        """Take a version out; the one before it becomes current if it was."""
        if entry.older is not None:
            entry.older.newer = entry.newer
        if entry.newer is not None:
            entry.newer.older = entry.older
        elif entry.older is not None:
            self._newest[entry.id] = entry.older
        else:
            del self._newest[entry.id]
        entry.older = entry.newer = None


class Contents:
    """The versions that passed, by content; texts under ``short`` shingles by headline too."""

    def __init__(self, short: int) -> None:
        self._short = short
        self._holders: dict[object, Entry | dict[Entry, None]] = {}

    def first(self, entry: Entry) -> Entry | None:
        """The earliest version with the same content."""
        found = self._holders.get(self._key(entry))
        return next(iter(found)) if isinstance(found, dict) else found

    def add(self, entry: Entry) -> None:
        """Note that a version has its content."""
        key = self._key(entry)
        found = self._holders.setdefault(key, entry)
        if isinstance(found, dict):
            found[entry] = None
        elif found is not entry:
            self._holders[key] = {found: None, entry: None}

    def remove(self, entry: Entry) -> None:
        """Forget that a version has its content."""
        key = self._key(entry)
        found = self._holders[key]
        if isinstance(found, dict):
            del found[entry]
            if found:
                return
        del self._holders[key]

    def _key(self, entry: Entry) -> object:
        if entry.shingles < self._short:
            return (entry.algorithm, entry.content, entry.headline)
        return (entry.algorithm, entry.content)


def pack(digest: str) -> Digest:
    """A hash in its compact form; the inverse of ``unpack``."""
    if len(digest) == 32:
        try:
            packed = bytes.fromhex(digest)
        except ValueError:
            return digest
        if packed.hex() == digest:
            return packed
    return digest


def unpack(digest: Digest) -> str:
    """A hash as its fingerprint had it."""
    return digest if isinstance(digest, str) else digest.hex()
