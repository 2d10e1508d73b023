"""Copies that were cut, re-headlined and wrapped in other pages; and what only looks like one."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from tests.stages.deduplicate.claims import at, withdrawal
from tests.stages.deduplicate.stories import SITES, STORIES, page, text
from topics.records import Claim, Fingerprint, Origin, RawArticle, Verdict
from workers.stages.deduplicate import MainText, WindowedSeenStore, fingerprint, main_text


def printed(id: str, content: str, **fields: str) -> Fingerprint:
    """The fingerprint of an article as the fingerprint step makes it."""
    article = RawArticle(id=id, content=content, **fields)  # type: ignore[arg-type]
    main = main_text(article, limit=1_000_000)
    assert isinstance(main, MainText)
    return fingerprint(article, main)


class Stream:
    """Claims articles one after the other."""

    def __init__(self, **options: str) -> None:
        self.store = WindowedSeenStore(**options)  # type: ignore[arg-type]
        self.claims: list[Claim] = []
        self._places: Iterator[Origin] = map(at, itertools.count())

    def claim(self, id: str, content: str, **fields: str) -> Verdict:
        claim, new = self.store.claim_record(printed(id, content, **fields), next(self._places))
        assert new
        self.claims.append(claim)
        return claim.verdict


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.mark.parametrize(
    "cut", [slice(0, 5), slice(1, None), slice(0, 4)], ids=["end", "lead", "half"]
)
@pytest.mark.parametrize("story", STORIES)
def test_a_cut_copy_is_found_whichever_came_first(stream: Stream, story: str, cut: slice) -> None:
    whole, part = text(story), text(story, cut)
    assert stream.claim("whole", whole).kind == "original"
    found = stream.claim("part", part, headline="Another headline")
    assert (found.kind, found.of, found.cluster) == ("near_content", "whole", "whole")
    other = Stream()
    other.claim("part", part)
    assert other.claim("whole", whole).of == "part"


def test_the_verdict_says_why(stream: Stream) -> None:
    stream.claim("whole", text("ferry"), headline="Ferry stops")
    found = stream.claim("cut", text("ferry", slice(0, 5)), headline="Ferry stops")
    assert found.method == "minhash/1"
    assert found.similarity is not None
    assert found.containment is not None
    assert 0.4 < found.similarity < 0.95
    assert found.containment > 0.9
    evidence = found.evidence
    assert evidence["numbers"] == evidence["shared_numbers"] == 1
    assert evidence["lead_matches"] == 32
    assert evidence["headline"] is True
    assert evidence["through_copy"] is False
    assert evidence["shared_shingles"] <= evidence["shingles"]


def test_one_story_in_five_sites_pages_is_one_cluster(stream: Stream) -> None:
    verdicts = [
        stream.claim(f"{site}", page("library", site), source=SITES[site][0])
        for site in range(len(SITES))
    ]
    assert verdicts[0].kind == "original"
    assert {verdict.cluster for verdict in verdicts} == {"0"}
    assert {verdict.of for verdict in verdicts[1:]} == {"0"}


@pytest.mark.parametrize("site", range(len(SITES)))
def test_five_stories_in_one_sites_pages_are_five(stream: Stream, site: int) -> None:
    kinds = [stream.claim(story, page(story, site)).kind for story in STORIES]
    assert kinds == ["original"] * 5


def report(rng: random.Random, town: str) -> str:
    low, high, wind = rng.randint(-9, 9), rng.randint(10, 33), rng.randint(5, 90)
    return (
        f"The weather for {town} was issued by the national service this morning. Temperatures "
        f"will reach {high} degrees in the afternoon and fall to {low} degrees at night. Winds "
        f"from the west will blow at {wind} kilometres an hour with gusts up to {wind + 17}. The "
        f"chance of rain is {rng.randint(1, 99)} percent before noon and {rng.randint(1, 99)} "
        "percent after it. Drivers should take care on bridges and in open country. The next "
        "report will be issued in the evening by the same office."
    )


def test_reports_from_one_template_are_not_copies(stream: Stream) -> None:
    rng = random.Random(4)
    kinds = [stream.claim(str(day), report(rng, "Tarnsee")).kind for day in range(30)]
    assert kinds.count("near_content") <= 1, kinds
    assert stream.claim("copied", report(random.Random(4), "Tarnsee") + "\n").of == "0"


def test_alerts_that_differ_in_one_number_are_not_copies(stream: Stream) -> None:
    alert = (
        "Shares of the shipping company Kalvoy Lines fell by {} percent on Monday after its ferry "
        "to the islands had been cancelled again by the county council."
    )
    assert [stream.claim(str(n), alert.format(n)).kind for n in range(2, 8)] == ["original"] * 6


def test_articles_that_share_a_sites_boilerplate_are_not_copies(stream: Stream) -> None:
    notice = " ".join(STORIES["orchard"])
    for story in ("ferry", "library", "glacier", "tram"):
        assert stream.claim(story, f"{text(story)}\n{notice}").kind == "original"


def test_entries_of_a_live_blog_under_new_addresses_are_not_copies(stream: Stream) -> None:
    """Each has the latest entries above half of what was there before."""
    entries = [sentence for story in STORIES.values() for sentence in story]
    kinds = []
    for hour in range(4):
        shown = entries[hour * 7 + 4 : hour * 7 + 11][::-1]
        kinds.append(stream.claim(f"hour {hour}", "\n".join(shown)).kind)
    assert kinds == ["original"] * 4


def test_an_articles_own_earlier_versions_are_no_candidates(stream: Stream) -> None:
    stream.claim("live", text("tram", slice(0, 5)))
    second = stream.claim("live", text("tram"))
    assert (second.kind, second.version, second.of) == ("revision", 2, "live")
    copy = stream.claim("copy", text("tram") + "\nMore follows.")
    assert (copy.kind, copy.of, copy.of_version) == ("near_content", "live", 1)


def test_exact_comes_before_near(stream: Stream) -> None:
    stream.claim("first", text("glacier"))
    stream.claim("other", text("ferry"))
    assert stream.claim("copy", text("glacier")).kind == "same_content"


def test_a_text_of_few_sentences_is_compared_exactly_only(stream: Stream) -> None:
    short = "The bridge over the Arn is closed until Monday, the police said."
    stream.claim("a", short)
    assert stream.claim("b", f"{short} Sorry.").kind == "original"


def test_lines_that_are_no_sentences_do_not_count(stream: Stream) -> None:
    menu = "\n".join(f"Section {number}" for number in range(80))
    stream.claim("a", f"{menu}\n{text('orchard')}")
    assert stream.claim("b", text("orchard")).of == "a"
    assert stream.claim("c", f"{menu}\n{text('ferry')}").kind == "original"


def drifting(step: int) -> str:
    """Sentences that change a little from text to text, until nothing of the first is left."""
    sentences = [sentence for story in STORIES.values() for sentence in story]
    return "\n".join(sentences[step : step + 8])


def test_a_cluster_does_not_drift(stream: Stream) -> None:
    verdicts = [stream.claim(f"s{step}", drifting(step)) for step in range(24)]
    assert len({verdict.cluster for verdict in verdicts}) > 3
    texts = {f"s{step}": drifting(step).split("\n") for step in range(24)}
    for id, verdict in zip(texts, verdicts, strict=True):
        assert verdict.of == (None if verdict.kind == "original" else verdict.cluster)
        if verdict.of is not None:
            shared = set(texts[id]) & set(texts[verdict.of])
            assert len(shared) >= 3, f"{id} has drifted from {verdict.of}"


def test_a_copy_is_linked_through_a_copy_to_the_original_it_is_itself_compared_with(
    stream: Stream,
) -> None:
    whole = text("glacier") + "\n" + text("tram")
    middle = text("glacier") + "\n" + text("orchard", slice(0, 2))
    stream.claim("original", whole)
    first = stream.claim("copy", middle)
    through = stream.claim("second", middle + "\n" + text("orchard", slice(2, 5)))
    assert (first.kind, first.of) == ("near_content", "original")
    assert (through.kind, through.of, through.cluster) == ("near_content", "original", "original")
    assert through.evidence["through_copy"] is True
    assert through.containment is not None
    assert through.containment >= 0.3


def test_a_withdrawn_original_has_no_copies(stream: Stream) -> None:
    stream.claim("first", text("library"))
    stream.store.withdraw(withdrawal(stream.claims[0]))
    assert stream.claim("second", text("library", slice(0, 5))).kind == "original"


def test_other_algorithms_are_not_compared() -> None:
    store = WindowedSeenStore()
    one = printed("a", text("ferry"))
    store.claim(one, at(0))
    other = printed("b", text("ferry", slice(0, 5)))
    told = {name: getattr(other, name) for name in other.__struct_fields__}
    assert store.claim(Fingerprint(**(told | {"algorithm": "fp/0"})), at(1)).kind == "original"
    assert store.claim(printed("c", text("ferry", slice(0, 5))), at(2)).of == "a"


def test_copies_from_other_sources_pass_where_that_is_the_policy() -> None:
    stream = Stream(copies="pass")
    stream.claim("agency", text("tram"), source="Northwire")
    copy = stream.claim("paper", text("tram", slice(0, 5)), source="Daily Quill")
    assert (copy.kind, copy.of, copy.enriched, copy.passes) == (
        "near_content", "agency", True, True,
    )  # fmt: skip
    same = stream.claim("site", text("tram"), source="Coast Post")
    assert (same.kind, same.passes, same.cluster) == ("same_content", True, "agency")
    own = stream.claim("again", text("tram", slice(0, 6)), source=" northwire ")
    assert (own.kind, own.passes) == ("near_content", False)
    unknown = stream.claim("unknown", text("tram"))
    assert (unknown.kind, unknown.passes) == ("same_content", False)
    # The paper's version is an article of its own to those who read enriched copies.
    repeat = stream.claim("paper", text("tram", slice(0, 5)), source="Daily Quill")
    assert (repeat.kind, repeat.of, repeat.passes) == ("repeat", "paper", False)
    revised = stream.claim("paper", text("tram", slice(1, 6)), source="Daily Quill")
    assert (revised.kind, revised.version, revised.cluster) == ("revision", 2, "paper")


def test_lines_met_on_other_articles_of_the_source_are_named(stream: Stream) -> None:
    notice = "Sign up for the letter of the Quill to get a story every morning."
    first = stream.claim("a", f"{text('ferry')}\n{notice}", source="Quill")
    second = stream.claim("b", f"{text('tram')}\n{notice}", source="quill")
    elsewhere = stream.claim("c", f"{text('orchard')}\n{notice}", source="Mirror")
    again = stream.claim("a", f"{text('ferry')}\nCorrected.\n{notice}", source="Quill")
    lines = len(STORIES["tram"])
    assert (first.repeated_lines, second.repeated_lines) == ([], [lines])
    assert elsewhere.repeated_lines == []
    assert again.repeated_lines == [len(STORIES["ferry"]) + 1]


def test_everything_is_the_same_after_a_recovery(stream: Stream) -> None:
    for number, story in enumerate(STORIES):
        stream.claim(story, text(story), source="Quill")
        stream.claim(f"{story} cut", text(story, slice(0, 4 + number % 3)), source="Mirror")
    recovered = WindowedSeenStore()
    for claim in reversed(stream.claims):
        recovered.restore(claim)
    for place, claim in enumerate(stream.claims):
        (story, *cut) = claim.id.split()
        number = list(STORIES).index(story)
        content = text(story, slice(0, 4 + number % 3)) if cut else text(story)
        source = "Mirror" if cut else "Quill"
        assert recovered.claim_record(printed(claim.id, content, source=source), at(place)) == (
            claim, False,
        )  # fmt: skip
    for story in STORIES:
        late = printed("late", text(story, slice(1, None)))
        assert recovered.claim(late, at(99)) == stream.store.claim(late, at(99))


@pytest.mark.parametrize("updated", [False, True])
def test_a_copy_may_be_delivered_as_often_as_it_likes(stream: Stream, updated: bool) -> None:
    """Its own deliveries are the newest texts in all its bands."""
    stream.claim("wire", text("ferry"))
    for number in range(80):
        ending = f"\nUpdate number {number} follows here." if updated else ""
        verdict = stream.claim("paper", text("ferry", slice(0, 5)) + ending)
        assert (verdict.kind, verdict.of) == ("near_content", "wire")
    assert stream.claim("third", text("ferry", slice(0, 5))).of == "wire"
