"""Tokens of scripts with and without spaces, and their 3-grams."""

from itertools import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stages.deduplicate import normalise, shingles
from workers.stages.deduplicate.shingles import letters, tokens, trigrams

words = st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), max_size=9)


def split(text: str) -> list[str]:
    return [token.decode() for token in tokens([normalise(text)])[0]]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("... !", 0),
        ("one", 1),
        ("one two", 1),
        ("one, two: three", 1),
        ("one two three four", 2),
        ("la la la la la", 1),
        ("北京今天下雨", 4),
        ("ข่าว", 2),
        ("हिन्दी समाचार आज", 1),
        ("東京 rain 3", 2),
    ],
)
def test_shingles_are_distinct_word_trigrams(text: str, count: int) -> None:
    assert shingles(normalise(text)) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Well-known “facts” – 3.5 %", ["well", "known", "facts", "3", "5"]),
        ("« Où ça ? » dit l’élève…", ["où", "ça", "dit", "l", "élève"]),
        ("¿Cuándo? m² § 4ª", ["cuándo", "m2", "4a"]),
        ("Їжак, об'їзд №7", ["їжак", "об", "їзд", "no7"]),
        ("東京で、rain 3", ["東", "京", "で", "rain", "3"]),
        ("서울에 비가 온다.", ["서울에", "비가", "온다"]),
        ("فيضان ١٢٣", ["فيضان", "١٢٣"]),
    ],
)
def test_tokens_are_words_without_punctuation(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(st.text())
def test_a_letter_of_an_unspaced_script_changes_no_other_token(text: str) -> None:
    assert split(f"{text} 雨") == [*split(text), "雨"]


@given(st.lists(st.text(st.characters(exclude_characters="\n"))))
def test_lines_have_the_tokens_that_they_have_alone(texts: list[str]) -> None:
    lines = [normalise(text) for text in texts]
    assert tokens(lines) == [tokens([line])[0] for line in lines]


def test_letters_are_counted_in_unspaced_scripts_only() -> None:
    assert letters(tokens([normalise("Rain in 東京 and ไทย, Київ")])[0]) == 5
    assert letters(tokens([normalise("हिन्दी 서울 Київ ١٢")])[0]) == 0
    assert letters([]) == 0


@given(st.lists(st.tuples(words, st.booleans()), max_size=12))
def test_own_trigrams_are_those_of_the_kept_lines_put_together(
    rows: list[tuple[list[bytes], bool]],
) -> None:
    lines = [row[0] for row in rows]
    kept = [row[1] and len(row[0]) > 1 for row in rows]
    together = [word for line in compress(lines, kept) for word in line]
    whole, own = trigrams(lines, kept)
    assert own == trigrams([together], [True])[0]
    assert whole == trigrams(lines, [True] * len(lines))[0]
