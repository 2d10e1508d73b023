from __future__ import annotations

import pytest

from workers.stages.tag_entities.fallback import Fallback
from workers.stages.tag_entities.fallback.compile_names import CREDIT, FILE, lists
from workers.stages.tag_entities.fallback.lists import telling
from workers.stages.tag_entities.link import Linker


def found(linker: Linker, language: str, text: str) -> set[tuple[str, str]]:
    return {(text[s:e], kind) for s, e, kind in Fallback(language, linker).find(text)}


def test_a_first_name_makes_a_person_and_the_family_name_follows(linker: Linker) -> None:
    text = "Toen kwam Willem Qwoxilstra binnen. Later zweeg Qwoxilstra."
    assert found(linker, "nl", text) == {
        ("Willem Qwoxilstra", "person"),
        ("Qwoxilstra", "person"),
    }


def test_an_inflected_first_name_is_known_by_its_stem(linker: Linker) -> None:
    text = "Wczoraj rozmawiano z Donaldem Qwoxilskim."
    assert ("Donaldem Qwoxilskim", "person") in found(linker, "pl", text)


def test_a_telling_word_makes_an_organisation(linker: Linker) -> None:
    assert ("Zymbrex GmbH", "organisation") in found(linker, "de", "Die neue Zymbrex GmbH klagt.")
    assert ("Zymbrex GmbH", "organisation") in found(linker, "de", "Die Zymbrex GmbH klagt.")
    assert ("Uniwersytetu Qwoxilskiego", "organisation") in found(
        linker, "pl", "Wczoraj studenci Uniwersytetu Qwoxilskiego protestowali."
    )
    assert "Landesbank" in telling("de")
    assert "Banane" not in telling("de")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Tisch stand im Garten. Die Frau trank Wasser und das Kind aß Brot."),
        ("nl", "Nice weer. Gisteren regende het, en wij waren nice."),
        ("es", "Los Barrios Crecen Cada Dia Mas"),
        ("fr", "LE PREMIER JOUR DU MOIS"),
        ("en", "ARMED POLICE SAY THEY SAW SMOKE"),
        ("en", "Zymbrex City Council Backs Plan For Longer Trams\nThe plan is old."),
        ("de", "ALTE BANK SUCHT NEUEN KÄUFER"),
        ("fr", "Le Tour de France commence."),
        ("ar", "كان الجو جميلا في ذلك اليوم"),
        ("th", "วันนี้อากาศดีมาก"),
    ],
)
def test_words_are_no_names(linker: Linker, language: str, text: str) -> None:
    assert found(linker, language, text) == set()


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Gestern fuhren sie nach Hamburg.", "Hamburg"),
        ("ar", "سافروا أمس إلى القاهرة بالقطار", "القاهرة"),
        ("ja", "昨日は大阪で雨が降った。", "大阪"),
        ("ko", "그들은 어제 부산에서 만났다.", "부산"),
        ("he", "הם נסעו אתמול אל ירושלים ברכבת", "ירושלים"),
        ("he", "הם טסו לתל אביב במטוס", "לתל אביב"),
        ("ar", "سافروا أمس وكوريا الشمالية تراقب", "وكوريا الشمالية"),
        ("hi", "वे कल मुंबई गए थे।", "मुंबई"),
    ],
)
def test_places_are_found_in_their_script(
    linker: Linker, language: str, text: str, name: str
) -> None:
    assert (name, "place") in found(linker, language, text)


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        (
            "tr",
            "Dün Recep Qwoxan'ın İstanbul'da söylediği gibi, Qwoxan’a TBMM'de soruldu.",
            {
                ("Recep Qwoxan", "person"),
                ("İstanbul", "place"),
                ("Qwoxan", "person"),
                ("TBMM", "organisation"),
            },
        ),
        ("az", "O, NATO-nun iclasında idi.", {("NATO", "organisation")}),
        (
            "fi",
            "Eilen EU:n ja Bordeaux'n välillä.",
            {("EU", "organisation"), ("Bordeaux", "place")},
        ),
        ("et", "Siis tuli Bordeaux'st mees.", {("Bordeaux", "place")}),
        (
            "hu",
            "Akkor a NATO-nál és New York-ban.",
            {("NATO", "organisation"), ("New York", "place")},
        ),
        ("ro", "Ieri liderii UE-ului au plecat.", {("UE", "organisation")}),
        ("kk", "Кеше БҰҰ-ның өкілі келді.", {("БҰҰ", "organisation")}),
    ],
)
def test_an_ending_behind_a_mark_is_no_part_of_a_name(
    linker: Linker, language: str, text: str, names: set[tuple[str, str]]
) -> None:
    assert found(linker, language, text) == names


def test_nor_is_an_elided_word_before_it(linker: Linker) -> None:
    assert found(linker, "ca", "Ahir van arribar d'Itàlia i de l’Argentina.") == {
        ("Itàlia", "place"),
        ("Argentina", "place"),
    }


def test_no_name_crosses_a_line(linker: Linker) -> None:
    assert not any("\n" in name for name, _ in found(linker, "nl", "zag Willem\nQwoxilstra daar"))


def test_the_list_of_names_is_what_the_command_writes() -> None:
    content = FILE.read_text("utf-8")
    assert content.startswith(CREDIT.split("{")[0])
    pytest.importorskip("faker")
    for (language, kind), names in lists().items():
        assert not names or f"\n{language} {kind} {'|'.join(sorted(names))}\n" in content
