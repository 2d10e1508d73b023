"""Lists and endings of plain text: which are the story, and which a site put around it."""

from __future__ import annotations

import time

import pytest

from tests.stages.strip_boilerplate.plain import STORIES, STORY, STRIP, cleaned, text_of
from topics.records import Article


def test_a_run_of_headlines_with_stamps_goes_in_whole() -> None:
    sidebar = [
        "Lindholm opens its new harbour museum (photos)",
        "40911:32",
        "Ministers to meet over fishing quotas in the U.N.",
        "87Yesterday, 21:07",
        "",
        "Is the old ferry coming back?",
        "9102.03.2024, 18:40",
    ]
    article = cleaned("\n".join(["A title", STORY, "", *sidebar]))
    assert article.text == f"A title\n{STORY}"
    summary = article.removed_summary
    assert isinstance(summary, dict)
    assert summary["sidebar"].count == 6


def test_one_headline_with_a_stamp_is_no_sidebar() -> None:
    content = f"{STORY}\nIs the old ferry coming back?\n518Yesterday, 21:07\n{STORY}"
    assert text_of(content) == f"{STORY}\nIs the old ferry coming back?\n{STORY}"


def test_programmes_stay() -> None:
    content = "\n".join(
        [STORY, "Evening news", "20:00", "The ferry", "20:15", "Late film", "22:30"]
    )
    assert text_of(content) == content


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Bean soup of the house", "Time: 15 minutes", "200 g of white beans", "2 onions",
            "1 carrot", "1 l of stock", "Salt",
            "Soak the beans in cold water overnight, and drain them well in the morning.",
            "Fry the onions and the carrot in oil, then add beans and stock, and wait two hours.",
        ],
        [
            "Wahl in Lindholm", "Grüne 34,2 %", "Liberale 22,0 %", "Konservative 19,4 %",
            "Die Beteiligung war so hoch wie seit dreißig Jahren nicht mehr, sagte der Wahlleiter.",
            "Der neue Rat tritt am Montag zum ersten Mal zusammen und wählt seinen Vorsitzenden.",
        ],
        [
            "Festival at the harbour", "Friday, 12 June, 19:30", "Concert of the city orchestra",
            "Saturday, 13 June, 20:00", "Jazz on the old quay", "Sunday, 14 June, 11:00",
            "Market of the fishermen",
        ],
        [
            "The night at the bridge",
            "24 February 2023, 21:05",
            "The first barge is torn from the quay and drifts down the river with the ice.",
            "24 February 2023, 22:10",
            "The police close the bridge, and the people of the northern bank leave their homes.",
            "25 February 2023, 00:40",
            "The barge strikes the second pier, and a part of the roadway falls into the water.",
        ],
    ],
)  # fmt: skip
def test_lists_of_figures_programmes_and_chronologies_are_the_story(lines: list[str]) -> None:
    assert text_of("\n".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize(
    ("junk", "last"),
    [
        (
            ["1 204 katselukertaa", "Jaa Facebookissa", "Lue myös: Sataman uudet laiturit"],
            "Asukkaat sanoivat olevansa väsyneitä odottamiseen ja toivoivat töiden alkavan pian.",
        ),
        (
            ["1 204 перегляди", "Поділитися у Facebook", "Читайте також: Нові причали"],
            "Мешканці сказали, що втомилися чекати і що роботи мають розпочатися вже навесні.",
        ),
        (
            ["1,204 views", "Share on Facebook", "Read also: New quays for the harbour"],
            "The people of the northern bank said that they were tired of waiting for the ferry.",
        ),
    ],
)
def test_what_closes_a_story_stays_below_what_a_site_put_in(junk: list[str], last: str) -> None:
    article = cleaned("\n".join([*STORIES, *junk, last]))
    assert article.text == "\n".join([*STORIES, last])


def test_so_does_a_text_of_nothing_but_junk() -> None:
    content = "1,204 views\n" * 40_000
    started = time.process_time()
    STRIP(Article(id="a", content=content))
    assert time.process_time() - started < 2.0


def test_a_sidebar_goes_below_a_story_in_one_line_whatever_stands_at_its_end() -> None:
    story = " ".join(STORIES) + " |"
    pairs = [("The ferry is back", "87Yesterday, 21:07"), ("A museum opens", "9102.03.2024, 18:40")]
    article = cleaned(
        "\n".join(["Bridge rebuilt", story, *(line for pair in pairs for line in pair)])
    )
    assert article.text == f"Bridge rebuilt\n{story.removesuffix(' |')}"
