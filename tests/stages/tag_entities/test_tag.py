from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from topics.records import Article, Entity
from workers.outcome import Passed
from workers.stages.tag_entities import TagEntities
from workers.stages.tag_entities.reading import PIECE
from workers.stages.tag_entities.tag import LIMIT

SAMPLE = (
    "Ferry strike ends in Split\r\n"
    "Harbour workers in Split went back to work on Monday, their union said.\n"
    "President Ivana Kolar thanked the crews of Jadrolinija. Kolar’s party had asked for an end "
    "of the strike; Germany and the U.S. had sent observers to Zagreb.\n"
)


def run(stage: TagEntities, text: str, language: str | None = "en") -> Passed:
    outcome = stage(Article(id="a", text=text, language=language or UNSET))
    assert isinstance(outcome, Passed)
    return outcome


def entities(outcome: Passed) -> list[Entity]:
    assert outcome.article.entities is not UNSET
    return outcome.article.entities


def test_an_english_article_gets_its_people_places_and_dates(stage: TagEntities) -> None:
    found = {(entity.type, entity.name): entity for entity in entities(run(stage, SAMPLE))}
    assert {("person", "Ivana Kolar"), ("date", "Monday")} <= found.keys()
    countries = {
        name: entity.link and entity.link.country
        for (kind, name), entity in found.items()
        if kind == "place"
    }
    assert {
        "Split": "HR",
        "Germany": "DE",
        "U.S.": "US",
        "Zagreb": "HR",
    }.items() <= countries.items()
    assert len(found["person", "Ivana Kolar"].mentions) == 2
    assert found["person", "Ivana Kolar"].method.startswith("copydesk-en/1.")


def test_the_same_article_gives_the_same_entities(stage: TagEntities) -> None:
    assert run(stage, SAMPLE) == run(stage, SAMPLE)


@pytest.mark.parametrize("language", ["de", "ar", "fi", "und", None])
def test_another_language_is_skipped_and_entities_stay_absent(
    stage: TagEntities, language: str | None
) -> None:
    outcome = run(stage, SAMPLE, language)
    assert outcome.status == "skipped"
    assert outcome.reason == f"no model for language {(language or 'und').split('-')[0]!r}"
    assert outcome.article.entities is UNSET


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us"])
def test_a_regional_tag_is_english(stage: TagEntities, language: str) -> None:
    assert run(stage, SAMPLE, language).status == "ok"


def test_without_predecessors_the_content_and_the_declared_language_serve(
    stage: TagEntities,
) -> None:
    outcome = stage(Article(id="a", content=SAMPLE, language_declared="en"))
    assert isinstance(outcome, Passed)
    assert outcome.article.text == SAMPLE
    assert outcome.article.content == SAMPLE
    assert entities(outcome)


def test_nothing_found_is_empty_and_not_absent(stage: TagEntities) -> None:
    for text in ("", " \n", "it rained."):
        assert entities(run(stage, text)) == []


PARTS = st.sampled_from(
    [
        "Ivana Kolar",
        "Kolar’s",
        "the U.S.",
        "Kharkiv",
        "Paris, Ky.",
        "Al Jazeera",
        "Monday",
        " ",
        " ",
        " ",
        "\u00a0",
        "\n",
        "\r\n",
        "\t",
        "\u2028",
        "\x00",
        "\x0b",
        ".",
        ", ",
        "“",
        "”",
        "🚢",
        "👩‍👩‍👧",
        "e\u0301",
        "Kher\u0301son",
        "\u200f",
        "شركة",
        "Київ",
        "東京",
        "İstanbul",
        "ß",
        "Mr. ",
        "in ",
        " said ",
        "(",
        ")",
        "'",
        "-",
        "\ufeff",
        "\ud800",
        "x" * 210,
    ]
)


@settings(max_examples=120, deadline=None)
@given(st.lists(PARTS, max_size=40).map("".join))
def test_every_mention_is_its_stretch_of_the_text(stage: TagEntities, text: str) -> None:
    outcome = run(stage, text)
    assert outcome.article.text == text
    found = entities(outcome)
    mentions = sorted(
        (mention.start, mention.end, mention.text) for e in found for mention in e.mentions
    )
    for start, end, name in mentions:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == name
        assert "\n" not in name
        assert name == name.strip()
    assert all(left[1] <= right[0] for left, right in pairwise(mentions))
    assert [entity.id for entity in found] == [f"e{n}" for n in range(1, len(found) + 1)]
    firsts = [entity.mentions[0].start for entity in found]
    assert firsts == sorted(firsts)
    assert all(0 <= entity.salience <= 1 and 0 <= entity.confidence <= 1 for entity in found)
    assert all(entity.link is None or entity.type == "place" for entity in found)


def test_of_a_very_long_text_the_beginning_is_read(stage: TagEntities) -> None:
    sentence = "Nothing of note was said about the weather on that long and quiet day. "
    text = SAMPLE + sentence * (LIMIT // len(sentence) + 1) + "Kharkiv"
    outcome = run(stage, text)
    assert outcome.status == "ok"
    assert outcome.reason is not None
    assert outcome.reason.endswith(f"of {len(text)} characters")
    assert outcome.article.text == text
    assert not any(entity.name == "Kharkiv" for entity in entities(outcome))


def test_offsets_hold_beyond_the_first_piece(stage: TagEntities) -> None:
    text = "It rained. " * (PIECE // 11 + 3) + "Boats left Kharkiv."
    (entity,) = (e for e in entities(run(stage, text)) if e.type == "place")
    assert text[entity.mentions[0].start :] == "Kharkiv."


def test_unbroken_data_costs_no_time(stage: TagEntities) -> None:
    text = "Boats left Kharkiv. " + '("' * 40_000
    assert [entity.name for entity in entities(run(stage, text))] == ["Kharkiv"]
