from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from tests.stages.tag_entities import tiny_models
from topics.records import Article, Entity
from workers.entity_models import read_choices
from workers.outcome import Passed
from workers.stages.tag_entities import TagEntities
from workers.stages.tag_entities.confidence import GAZETTEER, confidence
from workers.stages.tag_entities.english import PACKAGE
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


@pytest.mark.parametrize("language", ["und", None])
def test_without_a_language_it_is_skipped_and_entities_stay_absent(
    stage: TagEntities, language: str | None
) -> None:
    outcome = run(stage, SAMPLE, language)
    assert outcome.status == "skipped"
    assert outcome.reason == "no model for language 'und'"
    assert outcome.article.entities is UNSET


def test_a_language_without_a_model_gets_what_the_lists_hold(stage: TagEntities) -> None:
    text = "Gisteren sprak Angela Dijkman in Hamburg, op 5 mei 2021, met de Stichting Waterkering."
    outcome = run(stage, text, "af")
    found = {(e.type, e.name): e for e in entities(outcome)}
    assert {("person", "Angela Dijkman"), ("place", "Hamburg")} <= found.keys()
    assert {e.method for e in found.values() if e.type != "date"} == {"gazetteer"}
    lists = confidence(GAZETTEER, "af", {})
    assert found["person", "Angela Dijkman"].confidence == lists.of("person", GAZETTEER, False)
    link = found["place", "Hamburg"].link
    assert link
    assert link.country == "DE"


def test_a_model_that_cannot_be_used_skips_its_language_and_says_why() -> None:
    models = read_choices("de=spacy:no_such_package,fr=none,nl=gazetteer,*=gliner:/no/folder")
    stage = TagEntities(engines=(), models=models)
    outcome = run(stage, SAMPLE, "de")
    assert outcome.status == "skipped"
    assert outcome.reason is not None
    assert "no_such_package is not installed" in outcome.reason
    assert outcome.article.entities is UNSET
    assert run(stage, SAMPLE, "fr").status == "skipped"
    assert "/no/folder" in (run(stage, SAMPLE, "sw").reason or "")
    assert run(stage, SAMPLE, "nl").status == "ok"
    assert len(stage.warnings) == 2
    assert any(text.startswith("de: ") for text in stage.warnings)


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
        "Anneke Dijkman",
        "Zymbrex Energie GmbH",
        "в Москве",
        "5 мая 2021",
        "12.04.2020",
        "2021年5月6日",
        "أحمد",
        "القاهرة",
        "ירושלים",
        "मुंबई",
        "กรุงเทพมหานคร",
        "부산에서",
        "大阪",
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
        "İstanbul'da",
        "d’Itàlia",
        "NATO-nun",
        "Анна Петрова",
        "王小明",
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


@pytest.fixture(scope="module")
def every_engine(tmp_path_factory: pytest.TempPathFactory) -> TagEntities:
    """Our own engines, and one of each other kind."""
    folder = tmp_path_factory.mktemp("models")
    tiny_models.token_classifier(folder / "classifier")
    tiny_models.gliner(folder / "gliner", spans=True)
    chosen = (
        f"fr=spacy:{PACKAGE},es=transformers:{folder / 'classifier'},it=gliner:{folder / 'gliner'}"
    )
    stage = TagEntities(models=read_choices(chosen))
    assert stage.warnings == ()
    return stage


METHODS = {
    "en": "copydesk-en",
    "hr": "copydesk-many",
    "uk": "copydesk-many",
    "pt": "copydesk-pt",
    "zh": "copydesk-zh",
    "ru": "slovnet",
    "fr": PACKAGE,
    "es": "classifier",
    "it": "gliner",
} | dict.fromkeys(["de", "tr", "ca", "ar", "he", "hi", "th", "ja", "ko", "xx"], GAZETTEER)
"""By language what reads it in ``every_engine``."""
LANGUAGES = st.sampled_from(sorted(METHODS))


def test_every_engine_is_put_to_the_test(every_engine: TagEntities) -> None:
    text = "Anneke Dijkman zag Utrecht. Анна Петрова приехала в Москву. 王小明在北京。"
    for language, method in METHODS.items():
        found = {e.method.partition("/")[0] for e in entities(run(every_engine, text, language))}
        assert method in found or method == GAZETTEER, language


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS, max_size=40).map("".join), LANGUAGES)
@example("Monday\u2028в Москве", "en")
@example("2024年\x1c3月2日", "ja")
def test_every_mention_is_its_stretch_of_the_text(
    every_engine: TagEntities, text: str, language: str
) -> None:
    outcome = run(every_engine, text, language)
    assert outcome.article.text == text
    found = entities(outcome)
    mentions = sorted(
        (mention.start, mention.end, mention.text) for e in found for mention in e.mentions
    )
    for start, end, name in mentions:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == name
        assert len(name.splitlines()) == 1
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
