from __future__ import annotations

import pytest

from workers.stages.tag_entities.demonyms import demonyms


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "american americans israeli iraqi chinese european german turkish african"),
        ("de", "ukrainer ukrainern russe russen deutsche französisch"),
        ("nl", "duits duitse oekraïens oekraïense"),
    ],
)
def test_words_for_a_people_follow_from_names_of_countries_and_languages(
    language: str, words: str
) -> None:
    assert set(words.split()) <= demonyms(language)


def test_a_country_is_no_word_for_its_people() -> None:
    assert not {"ukraine", "georgia", "jordan", "niger", "nigeria", "oman"} & demonyms("en")
    assert not {"schweden", "polen", "norwegen"} & demonyms("de")


def test_a_language_that_writes_them_small_needs_none() -> None:
    assert demonyms("fr") == demonyms("zh") == demonyms("??") == frozenset()
