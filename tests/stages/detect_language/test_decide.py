"""The verdict: what the engines' opinions and the source's word do to a ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stages.detect_language.close_languages import Group, groups, told_apart
from workers.stages.detect_language.decide import HARD, LONG, Verdict, calibrated, decide
from workers.stages.detect_language.engine import Opinion
from workers.stages.detect_language.identify import Identifier

KNOWN = frozenset({"de", "nl", "sv", "no"})
CLOSE = [("nl", 0.5), ("de", 0.4), ("sv", 0.1)]
SURE = [("de", 0.95), ("nl", 0.05)]


def opinions(one: str | None, other: str | None) -> tuple[Opinion, Opinion]:
    return Opinion("cld2", one, KNOWN), Opinion("eldc", other, KNOWN)


def verdict(
    ranking: list[tuple[str, float]], said: tuple[Opinion, ...] = (), prior: str = ""
) -> Verdict:
    return decide(ranking, said, floor=0.35, length=80, known=KNOWN, prior=frozenset(prior.split()))


def test_without_opinions_the_engine_is_believed_from_its_floor_on() -> None:
    assert (verdict(CLOSE).language, verdict(CLOSE).confidence) == ("nl", 0.5)
    low = verdict([("nl", 0.3), ("de", 0.2)])
    assert (low.language, low.confidence) == ("und", 0.0)
    assert low.others == (("nl", 0.3), ("de", 0.2))
    assert verdict([]) == Verdict("und", 0.0)


def test_two_quick_engines_that_agree_decide_where_the_engine_is_unsure() -> None:
    assert verdict(CLOSE, opinions("de", "de")).language == "de"
    assert verdict(CLOSE, opinions("de", "nl")).language == "nl"
    assert verdict(CLOSE, opinions("de", "de")[:1]).language != "de"
    assert verdict(SURE, opinions("nl", "nl")).language == "de"


def test_who_agrees_raises_the_confidence_and_who_differs_lowers_it() -> None:
    alone, agree, differ = (
        calibrated(0.7, "de", said)
        for said in (opinions(None, "de"), opinions("de", "de"), opinions("nl", "de"))
    )
    assert differ == alone < agree
    unable = (Opinion("cld2", "de", KNOWN), Opinion("eldc", "nl", frozenset({"nl"})))
    assert calibrated(0.7, "de", opinions("de", "nl")) < calibrated(0.7, "de", unable)


def test_a_language_that_the_engine_cannot_name_needs_a_strong_opinion() -> None:
    strong = Opinion("cld2", "mi", KNOWN | {"mi"}, share=0.97, strength=1200.0)
    weak = Opinion("cld2", "mi", KNOWN | {"mi"}, share=0.97, strength=300.0)
    assert verdict(SURE, (strong,)).language == "mi"
    assert verdict(SURE, (weak,)).language == "de"
    assert decide(SURE, (strong,), floor=0.35, length=12, known=KNOWN).language == "de"


def test_noise_is_undetermined_whatever_the_engine_says() -> None:
    noise = Opinion("cld2", "de", KNOWN, strength=20.0, noise=True)
    assert verdict(SURE, (noise,)) == Verdict("und", 0.0)


def test_what_the_source_says_decides_between_close_candidates_only() -> None:
    assert verdict(CLOSE, prior="de").language == "de"
    assert verdict(CLOSE, prior="de").by == "prior"
    assert verdict(CLOSE, prior="sv").language == "nl"
    assert verdict(SURE, prior="nl").language == "de"
    assert verdict(SURE, prior="xx") == verdict(SURE)
    assert verdict(SURE, prior="de").by == "engine"


@given(
    st.lists(
        st.tuples(st.sampled_from(["de", "nl", "sv", "no", "da", "fi"]), st.floats(0, 0.16)),
        unique_by=lambda pair: pair[0],
    ),
    st.sampled_from([None, "de", "fi"]),
    st.sampled_from([None, "de", "sv"]),
    st.sampled_from(["", "da", "nl de"]),
)
def test_a_verdict_never_gives_away_more_than_there_is(
    ranking: list[tuple[str, float]], one: str | None, other: str | None, prior: str
) -> None:
    ranking.sort(key=lambda item: (-item[1], item[0]))
    found = verdict(ranking, opinions(one, other), prior)
    assert 0 <= found.confidence <= 1
    assert found.confidence + sum(score for _, score in found.others) < 1.01
    assert found.language not in dict(found.others)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("hr", "Tko je u siječnju u kazalištu slušao glazbu, sudjelovat će i sljedeći tjedan."),
        ("sr", "Ko je u januaru u pozorištu slušao muziku, učestvovaće i posle, gde je hteo."),
        ("bs", "Ko je u januaru u pozorištu slušao muziku, gdje je historija, doći će sedmice."),
        ("id", "Karena uang belum ada, perusahaan mengatakan bahwa mobil polisi bisa menunggu."),
        ("ms", "Kerana wang itu belum ada, syarikat berkata bahawa kereta polis boleh menunggu."),
        ("xh", "Urhulumente uthe ixesha liphelile kwaye amaxabiso okanye urhwebo ngoku."),
        ("zu", "Uhulumeni uthe isikhathi siphelile futhi amanani noma intengo manje."),
    ],
)  # fmt: skip
def test_close_languages_are_told_apart_by_their_words(language: str, text: str) -> None:
    group = next(group for group in groups() if language in group.languages)
    even = [(one, 1 / len(group.languages)) for one in group.languages]
    assert told_apart(even, text)[0][0] == language


def test_a_group_keeps_its_share_and_other_languages_theirs() -> None:
    ranking = [("hr", 0.5), ("bs", 0.2), ("sl", 0.3)]
    after = dict(told_apart(ranking, "tisuću općina opština hiljadu"))
    assert after["sl"] == 0.3
    assert sum(after.values()) == pytest.approx(1)
    assert told_apart(ranking, "nema nijedne takve") == ranking
    assert told_apart([("sl", 0.6), ("hr", 0.4)], "tisuću") == [("sl", 0.6), ("hr", 0.4)]


def test_the_longest_stem_counts_and_a_word_counts_once() -> None:
    group = Group(
        ("a", "b"),
        {"deo": frozenset("a")},
        {"opć": frozenset("b"), "opća": frozenset("a")},
    )
    assert group.witnesses("opći Opći općag deo deoba") == {"a": 2, "b": 1}


def test_no_word_of_a_list_speaks_for_all_its_languages() -> None:
    for group in groups():
        for languages in (*group.words.values(), *group.stems.values()):
            assert 0 < len(languages) < len(group.languages)
            assert languages <= set(group.languages)


def test_what_the_engine_cannot_name_leaves_doubt_in_a_short_text() -> None:
    known = frozenset(("dz", "de"))
    short = decide([("dz", 1.0)], [], floor=0.35, length=20, known=known)
    assert (short.language, short.confidence) == ("dz", HARD)
    assert dict(short.others) == {"bo": pytest.approx(1 - HARD)}
    assert decide([("dz", 1.0)], [], floor=0.35, length=LONG, known=known).confidence == 1.0
    assert decide([("de", 1.0)], [], floor=0.35, length=20, known=known).confidence == 1.0
    both = known | {"bo"}
    assert decide([("dz", 1.0)], [], floor=0.35, length=20, known=both).confidence == 1.0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("bo", "དེ་རིང་ལྷ་སར་ཆར་པ་བབས་སོང་།"),
        ("bo", "མི་མང་པོ་ཚོགས་འདུར་ཕེབས་པ་རེད།"),
        ("dz", "སློབ་གྲྭ་གསརཔ་ཅིག་ བཙུགས་ནུག།"),
    ],
)
def test_a_short_sentence_without_spaces_is_long_enough(language: str, text: str) -> None:
    assert Identifier().read(text).verdict.language == language
