"""Redeliveries, crashes and replays: the claim's answers must not change, nor make no sense."""

import random
from collections.abc import Iterable, Sequence
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from tests.stages.deduplicate.claims import article, at, restore, withdrawal
from topics.records import Claim, Fingerprint, Origin
from workers.stages.deduplicate import WindowedSeenStore

Arrival = tuple[Fingerprint, Origin]
Policy = Literal["link", "pass"]
POLICIES: st.SearchStrategy[Policy] = st.sampled_from(("link", "pass"))
TOGETHER = st.sampled_from((1, 3, 500))


def sketch(content: str) -> bytes:
    """A signature that shares much with that of the same family, and nothing with the other."""
    family = random.Random("uv" if content in "uv" else content).randbytes(160)
    own = random.Random(content).randbytes(160)
    return bytes(own[i] if i % 5 == 0 else family[i] for i in range(160))


def made(id: str, content: str, headline: str, short: bool, near: bool) -> Fingerprint:
    return article(
        id,
        content + ("s" if short else ""),
        headline,
        shingles=3 if short else 300,
        sketch=sketch(content) if near and not short else None,
        source=headline,
        lines=[ord(content), 7],
    )


def articles(near: bool) -> st.SearchStrategy[Fingerprint]:
    return st.builds(
        made,
        st.sampled_from("ABCD"),
        st.sampled_from("uvwx"),
        st.sampled_from("hk"),
        st.booleans(),
        st.just(near),
    )


@st.composite
def streams(draw: st.DrawFn, per_arrival: float = 0, near: bool = True) -> list[Arrival]:
    """Arrivals in the order of their offsets; time goes forward, give or take some days."""
    sent = draw(st.lists(st.tuples(articles(near), st.floats(0, 4)), max_size=25))
    return [
        (one, at(offset, day=offset * per_arrival + late))
        for offset, (one, late) in enumerate(sent)
    ]


class Expected:
    """The rules in their plainest form: without a window, near-duplicates or recovery."""

    def __init__(self) -> None:
        self.passed: list[tuple[Fingerprint, Origin, int]] = []

    def claim(self, one: Fingerprint, by: Origin) -> tuple[str, int, str | None]:
        own = [entry for entry in self.passed if entry[0].id == one.id]
        if own:
            for other, origin, version in reversed(own):
                if (other.content_hash, other.headline_hash) == (
                    one.content_hash,
                    one.headline_hash,
                ):
                    return "repeat", version, str(origin)
            _, origin, version = own[-1]
            self.passed.append((one, by, version + 1))
            return "revision", version + 1, str(origin)
        for other, origin, _ in self.passed:
            same = other.content_hash == one.content_hash
            if same and (one.shingles >= 15 or other.headline_hash == one.headline_hash):
                return "same_content", 1, str(origin)
        self.passed.append((one, by, 1))
        return "original", 1, None


@settings(deadline=None)
@given(streams(near=False))
def test_the_store_follows_the_rules(stream: list[Arrival]) -> None:
    store, expected = WindowedSeenStore(), Expected()
    for one, by in stream:
        verdict = store.claim(one, by)
        assert (verdict.kind, verdict.version, verdict.of_origin) == expected.claim(one, by)


def store_of(days: int, copies: Policy) -> WindowedSeenStore:
    return WindowedSeenStore(window_ms=days * 86_400_000, copies=copies)


def played(store: WindowedSeenStore, stream: Iterable[Arrival]) -> list[Claim]:
    return [told(store, arrival)[0] for arrival in stream]


def told(store: WindowedSeenStore, arrival: Arrival) -> tuple[Claim, bool]:
    """A claim without how long it is kept, which others may have prolonged since."""
    claim, new = store.claim_record(*arrival)
    return replace(claim, day=UNSET), new


def check(claims: Iterable[Claim]) -> None:
    """Nothing repeats itself, a later arrival, or something that did not pass."""
    passed: dict[str, Claim] = {}
    order: dict[str, int] = {}
    for place, claim in enumerate(claims):
        assert claim.origin not in order
        order[claim.origin] = place
        verdict = claim.verdict
        if verdict.of_origin is not None:
            target = passed[verdict.of_origin]
            assert verdict.of_origin != claim.origin
            assert order[verdict.of_origin] < place
            assert (target.id, target.verdict.version) == (verdict.of, verdict.of_version)
            assert (target.id == claim.id) == (verdict.kind in ("repeat", "revision"))
            # Under the policy "pass" a copy has versions too; revised, it goes its own way.
            if target.verdict.kind in ("original", "revision"):
                assert target.verdict.cluster == verdict.cluster
            else:
                assert target.id == claim.id
                assert verdict.kind == "repeat" or verdict.cluster == claim.id
        if verdict.passes:
            passed[claim.origin] = claim


@settings(deadline=None)
@given(streams(per_arrival=0.9), st.data())
def test_redeliveries_and_crashes_change_no_verdict(
    stream: list[Arrival], data: st.DataObject
) -> None:
    """At any moment the store dies, is restored from what it had written, and goes back a while.

    The changelog may be restored twice, or compacted to the last record of each origin.
    """

    copies = data.draw(POLICIES)
    plain = played(store_of(100, copies), stream)
    check(plain)
    store, changelog = store_of(100, copies), list[Claim | str]()
    given_out: dict[str, Claim] = {}
    position = crashes = 0
    while position < len(stream):
        record, new = store.claim_record(*stream[position])
        claim = replace(record, day=UNSET)
        assert given_out.setdefault(claim.origin, claim) == claim
        if new:
            changelog.append(record)
        position += 1
        if crashes < 4 and data.draw(st.booleans()):
            crashes += 1
            store = store_of(100, copies)
            for _ in range(data.draw(st.integers(1, 2))):
                kept = compacted(changelog) if data.draw(st.booleans()) else changelog
                restore(store, kept, data.draw(TOGETHER))
            position -= data.draw(st.integers(0, position))
    assert [given_out[claim.origin] for claim in plain] == plain


def compacted(changelog: Sequence[Claim | str]) -> list[Claim | str]:
    """The last record of each origin, at its place; tombstones are origins."""
    origins = [record.origin if isinstance(record, Claim) else record for record in changelog]
    last = {origin: place for place, origin in enumerate(origins)}
    return [changelog[place] for place in sorted(last.values())]


@settings(max_examples=150, deadline=None)
@given(streams(per_arrival=0.9), st.data())
def test_a_restored_store_answers_as_the_one_that_died(
    stream: list[Arrival], data: st.DataObject
) -> None:
    """Whatever has left the window, with some of its tombstones, and whatever was given back.

    But for lines: those of a withdrawn article were counted, and are not in its last record.
    """
    copies, withdrawals = data.draw(POLICIES), data.draw(st.booleans())
    days, at_once = data.draw(st.sampled_from((2, 7, 100))), data.draw(st.sampled_from((0, 1, 99)))
    store, changelog, gone = store_of(days, copies), list[Claim | str](), list[str]()
    cut = data.draw(st.integers(0, len(stream)))
    for arrival in stream[:cut]:
        claim, new = store.claim_record(*arrival)
        gone += store.take_forgotten()
        if new:
            gone = [origin for origin in gone if origin != claim.origin]
            changelog += [*gone[:at_once], claim]
            gone = gone[at_once:]
        claims = [one for one in changelog if isinstance(one, Claim)]
        if withdrawals and claims and data.draw(st.integers(0, 4)) == 0:
            victim = data.draw(st.sampled_from(claims))
            if (given_back := store.withdraw(withdrawal(victim))) is not None:
                changelog.append(given_back)
        if withdrawals and claims and data.draw(st.integers(0, 4)) == 0:
            # One that went astray comes once more.
            withdrawn = [one for one in stream[:cut] if str(one[1]) in given_back_in(changelog)]
            if withdrawn:
                claim, new = store.claim_record(*data.draw(st.sampled_from(withdrawn)))
                if new:
                    # What is claimed anew gets no tombstone for what was forgotten before.
                    gone = [origin for origin in gone if origin != claim.origin]
                    changelog.append(claim)
    restored = store_of(days, copies)
    kept = compacted(changelog) if data.draw(st.booleans()) else changelog
    restore(restored, kept, data.draw(TOGETHER))
    restored.index()
    again = data.draw(st.lists(st.sampled_from(stream), max_size=5)) if stream else []
    rest = data.draw(st.permutations(again + stream[cut:]))
    given, expected = played(restored, rest), played(store, rest)
    if withdrawals:
        given, expected = without_lines(given), without_lines(expected)
    assert given == expected
    assert len(restored) == len(store)


def given_back_in(changelog: Iterable[Claim | str]) -> set[str]:
    return {one.origin for one in changelog if isinstance(one, Claim) and one.withdrawn}


def without_lines(claims: list[Claim]) -> list[Claim]:
    return [replace(claim, verdict=replace(claim.verdict, repeated_lines=[])) for claim in claims]


@settings(deadline=None)
@given(streams(per_arrival=1.5), st.integers(0, 8))
def test_nothing_is_linked_to_itself_or_to_what_did_not_pass_in_any_window(
    stream: list[Arrival], days: int
) -> None:
    claims = played(WindowedSeenStore(window_ms=days * 86_400_000), stream)
    for place, claim in enumerate(claims):
        earlier = {other.origin: other for other in claims[:place]}
        if claim.verdict.of_origin is not None:
            assert earlier[claim.verdict.of_origin].verdict.passes


@settings(deadline=None)
@given(streams())
def test_a_claim_depends_on_nothing_but_the_claims_before(stream: list[Arrival]) -> None:
    whole = played(WindowedSeenStore(), stream)
    for end in range(len(stream)):
        assert played(WindowedSeenStore(), stream[:end]) == whole[:end]


@settings(deadline=None)
@given(streams(per_arrival=0.9), st.data())
def test_what_is_prepared_changes_nothing(stream: list[Arrival], data: st.DataObject) -> None:
    """Whatever is prepared, or forgotten ahead, and whatever is claimed or given back."""
    copies = data.draw(POLICIES)
    plain, prepared = WindowedSeenStore(copies=copies), WindowedSeenStore(copies=copies)
    for number, arrival in enumerate(stream):
        if data.draw(st.integers(0, 3)) == 0:
            ahead = data.draw(st.lists(st.sampled_from(stream[number:]), max_size=6))
            prepared.prepare(one for one, _ in ahead)
        if prepared.turns(arrival[1].timestamp) and data.draw(st.booleans()):
            prepared.turn(arrival[1].timestamp)
        claim, new = plain.claim_record(*arrival)
        assert prepared.claim_record(*arrival) == (claim, new)
        if data.draw(st.integers(0, 4)) == 0:
            given_back = withdrawal(claim)
            assert prepared.withdraw(given_back) == plain.withdraw(given_back)
