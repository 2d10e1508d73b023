from __future__ import annotations

import re

import pytest

from topics.records import EntityType
from workers.stages.tag_entities.decide import decide
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.english import GRAMMAR
from workers.stages.tag_entities.gazetteer import Gazetteer
from workers.stages.tag_entities.grammars import grammar
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.missed import missed


def spans(text: str, **types: EntityType) -> list[Span]:
    """Spans of the words (underscores for spaces), in order."""
    return sorted(
        Span(match.start(), match.end(), kind)
        for name, kind in types.items()
        for match in re.finditer(re.escape(name.replace("_", " ")), text)
    )


def decided(linker: Linker, text: str, given: list[Span]) -> list[tuple[str, EntityType]]:
    return [(text[start:end], kind) for start, end, kind in decide(text, given, GRAMMAR, linker)]


def test_one_vote_for_a_known_place_carries_the_article(linker: Linker) -> None:
    text = "Lyubotyn held out. Trains to Lyubotyn stopped. Lyubotyn waits."
    given = spans(text, Lyubotyn="organisation")
    given[1] = given[1]._replace(type="place")
    assert {kind for _, kind in decided(linker, text, given)} == {"place"}


def test_a_word_like_in_makes_a_known_name_a_place(linker: Linker) -> None:
    text = "Shops opened in Lyubotyn. Lyubotyn waits."
    assert {k for _, k in decided(linker, text, spans(text, Lyubotyn="person"))} == {"place"}


def test_an_unknown_name_goes_by_majority(linker: Linker) -> None:
    text = "Qwoxil said. Qwoxil says. Qwoxil will say."
    given = spans(text, Qwoxil="person")
    given[0] = given[0]._replace(type="organisation")
    assert {kind for _, kind in decided(linker, text, given)} == {"person"}


def test_a_large_city_is_a_place_whatever_a_model_said_that_knows_little(linker: Linker) -> None:
    text = "Kherson wins."
    given = spans(text, Kherson="organisation")
    assert decide(text, given, Grammar(), linker) == spans(text, Kherson="place")
    assert decide(text, given, GRAMMAR, linker) == given


def test_a_country_and_a_very_large_city_are_places_behind_any_model(linker: Linker) -> None:
    text = "Kharkiv and Croatia wait."
    given = spans(text, Kharkiv="person", Croatia="organisation")
    assert {kind for _, kind in decided(linker, text, given)} == {"place"}


@pytest.mark.parametrize("name", ["Ukrainian", "Ukrainians", "African", "Canadian", "Iraqis"])
def test_a_word_for_a_people_is_no_place(linker: Linker, name: str) -> None:
    text = f"{name} boats left from Canada."
    given = [Span(0, len(name), "place"), Span(len(text) - 7, len(text) - 1, "place")]
    assert decided(linker, text, given) == [(name, "other"), ("Canada", "place")]


def test_whose_person_is_named_in_full_is_an_organisation(linker: Linker) -> None:
    text = "They told Al Qwoxil so.\nAl Qwoxil’s Ada Byron was there."
    given = spans(text, Al_Qwoxil="person", Ada_Byron="person")
    given[1] = given[1]._replace(type="organisation")
    kinds = [kind for _, kind in decided(linker, text, given)]
    assert kinds == ["organisation", "organisation", "person"]


def test_a_surname_in_the_article_is_the_person(linker: Linker) -> None:
    text = "Ada Lincoln won. Lincoln thanked her voters."
    given = [Span(0, 11, "person"), Span(17, 24, "place")]
    assert decided(linker, text, given)[1] == ("Lincoln", "person")


def test_a_large_place_behind_in_or_in_a_dateline_is_no_surname(linker: Linker) -> None:
    text = "WASHINGTON (KP) — Ada Washington won. In Washington they sang. Washington left."
    given = spans(text, WASHINGTON="person", Ada_Washington="person")
    given += [Span(41, 51, "place"), Span(63, 73, "place")]
    kinds = [kind for _, kind in decided(linker, text, given)]
    assert kinds == ["place", "person", "place", "person"]
    text = "Ada Lincoln won. Their trust in Lincoln grew."
    given = [Span(0, 11, "person"), Span(32, 39, "place")]
    assert decided(linker, text, given)[1] == ("Lincoln", "person")


def test_behind_a_title_stands_no_place(linker: Linker) -> None:
    text = "Then Mr. Lincoln spoke."
    assert decided(linker, text, spans(text, Lincoln="place")) == [("Lincoln", "person")]


def test_telling_words_make_an_organisation(linker: Linker) -> None:
    text = "Boston University and the Kherson Women’s League agree."
    given = [Span(0, 17, "place"), Span(26, 48, "person")]
    assert {kind for _, kind in decided(linker, text, given)} == {"organisation"}


def test_dates_and_events_are_left_alone(linker: Linker) -> None:
    text = "Paris in Paris"
    given = [Span(0, 5, "event"), Span(9, 14, "date")]
    assert decide(text, given, GRAMMAR, linker) == given


def places(linker: Linker, text: str, given: list[Span] | None = None) -> list[str]:
    found = missed(text, given or [], GRAMMAR, linker).places
    return [text[start:end] for start, end, _ in found]


def test_large_places_that_the_model_overlooked_are_found(linker: Linker) -> None:
    assert places(linker, "Trucks left Aleppo’s market for Damascus.") == ["Aleppo", "Damascus"]


def test_ordinary_words_and_parts_of_names_are_not_taken_for_places(linker: Linker) -> None:
    assert places(linker, "Reading is fun. Nice weather.") == []
    assert places(linker, "They sat reading. In Reading, too.") == []
    assert places(linker, "He drove a Lincoln Navigator to Mr. Jackson.") == []


def test_no_place_is_found_inside_other_names(linker: Linker) -> None:
    text = "the Paris Agreement of Aleppo"
    assert places(linker, text, [Span(4, 19, "event")]) == ["Aleppo"]


def test_a_name_found_once_is_found_wherever_it_stands(linker: Linker) -> None:
    text = "Vera Qwoxil leads Zymbrex. Qwoxil’s firm, Zymbrex, grew; Vera Qwoxil Street did not."
    given = [Span(0, 11, "person"), Span(18, 25, "organisation")]
    found = missed(text, given, GRAMMAR, linker)
    assert [(text[start:end], kind) for start, end, kind in found.repeated] == [
        ("Qwoxil", "person"),
        ("Zymbrex", "organisation"),
    ]
    assert found.places == []


def test_a_code_in_brackets_is_no_person(linker: Linker) -> None:
    text = "Orwin Qwoxil (QWX) ran."
    given = spans(text, Orwin_Qwoxil="person", QWX="person")
    assert decided(linker, text, given) == [("Orwin Qwoxil", "person"), ("QWX", "other")]


def test_behind_a_title_stands_a_person(linker: Linker) -> None:
    text = "Pope Qwoxil prayed."
    assert decided(linker, text, spans(text, Qwoxil="other")) == [("Qwoxil", "person")]


def test_a_surname_may_have_several_words_or_stand_before_junior(linker: Linker) -> None:
    text = "Ada van Qwoxil and Max Zymb Jr. met. Van Qwoxil and Zymb left."
    given = spans(text, Ada_van_Qwoxil="person", Max_Zymb_Jr="person", Van_Qwoxil="place")
    assert decided(linker, text, given)[-1] == ("Van Qwoxil", "person")
    repeated = missed(text, given, GRAMMAR, linker).repeated
    assert [text[start:end] for start, end, _ in repeated] == ["Zymb"]


def test_an_inflected_surname_is_the_same_person(gazetteer: Gazetteer) -> None:
    linker = Linker(gazetteer, "pl")
    text = "Adam Qwoxilski mówi. Wierzą Qwoxilskiemu. Rada pyta o Qwoxilskiego."
    given = spans(text, Adam_Qwoxilski="person", Qwoxilskiemu="place")
    polish = grammar("pl")
    assert decide(text, given, polish, linker)[1].type == "person"
    repeated = missed(text, given, polish, linker).repeated
    assert [(text[start:end], kind) for start, end, kind in repeated] == [
        ("Qwoxilskiego", "person")
    ]
    assert missed(text, given, GRAMMAR, linker).repeated == []


@pytest.mark.parametrize(
    ("language", "text", "name", "given", "kind"),
    [
        ("it", "Piove a Milano.", "Milano", "person", "place"),
        ("uk", "КИЇВ чекає.", "КИЇВ", "organisation", "place"),
        ("nl", "Regen in Den Haag.", "Den Haag", "person", "place"),
        ("ru", "Ростов выиграл.", "Ростов", "organisation", "place"),
        ("ru", "Краснодар выиграл.", "Краснодар", "organisation", "organisation"),
        ("es", "Ayer llegó Sofía.", "Sofía", "person", "person"),
    ],
)
def test_a_city_is_a_place_by_its_name_in_the_language(
    gazetteer: Gazetteer,
    language: str,
    text: str,
    name: str,
    given: EntityType,
    kind: EntityType,
) -> None:
    """A large one against a person, a very large one against an organisation: clubs are those."""
    start = text.index(name)
    span = Span(start, start + len(name), given)
    (found,) = decide(text, [span], grammar(language), Linker(gazetteer, language))
    assert found.type == kind


def test_a_country_behind_an_elided_article_is_found(gazetteer: Gazetteer) -> None:
    linker = Linker(gazetteer, "fr")
    text = "L'Allemagne et d'autres pays, dont l’Espagne, et l'« aube »"
    places = missed(text, [], grammar("fr"), linker).places
    assert [text[start:end] for start, end, _ in places] == ["Allemagne", "Espagne"]
