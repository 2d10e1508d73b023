"""Cuts stand where they were made, and the kept text is shown letter by letter."""

from __future__ import annotations

import random

import pytest

from topics.records import Entity, Mention, Removal
from workers.commands.explained.placing import Placed, place
from workers.commands.explained.rows import CutOut, Kept, Mark, marks, rows
from workers.stages.strip_boilerplate.cuts import Cut, lines_of, removals, text_without


def cut(source: str, *words: str, reason: str = "junk") -> list[Removal]:
    """The first occurrence of each of these, removed."""
    spans = [(source.index(word), source.index(word) + len(word)) for word in words]
    return [Removal(start=s, end=e, reason=reason, text=source[s:e]) for s, e in spans]


def placed(source: str, text: str, *words: str) -> list[tuple[str, int, bool]]:
    found = place(source, text, cut(source, *words))
    assert found is not None
    return [(item.removal.text, item.at, item.inline) for item in found]


def test_a_line_that_is_gone_stands_between_those_that_stayed() -> None:
    assert placed("One\nad\nTwo", "One\nTwo", "ad") == [("ad", 3, False)]
    assert placed("ad\n\nOne", "One", "ad") == [("ad", 0, False)]
    assert placed("One\n \nad\n", "One", "ad") == [("ad", 3, False)]


def test_a_cut_within_a_line_stands_in_that_line() -> None:
    assert placed("Share | Storm\nTwo", "Storm\nTwo", "Share | ") == [("Share | ", 0, True)]
    assert placed("One\nShare | Two", "One\nTwo", "Share | ") == [("Share | ", 4, True)]
    assert placed("One (ad) two", "One  two", "(ad)") == [("(ad)", 4, True)]
    assert placed("One ad\nTwo", "One \nTwo", "ad") == [("ad", 4, True)]


def test_a_cut_that_the_source_does_not_have_is_not_placed() -> None:
    wrong = [Removal(start=0, end=2, reason="junk", text="xx")]
    assert place("One\nTwo", "One", wrong) is None
    overlapping = [*cut("One two", "One t"), *cut("One two", "two")]
    assert place("One two", "", overlapping) is None


def test_a_page_is_placed_by_the_lines_that_both_have() -> None:
    rendering = (
        "Menu\nThe council met on Monday evening.\n\n  • Ad\nIt voted for\nthe bridge.\nFoot"
    )
    text = "The council met on Monday evening.\nIt voted for the bridge. And more."
    found = placed(rendering, text, "Menu", "  • Ad", "Foot")
    after = len("The council met on Monday evening.")
    assert found == [
        ("Menu", 0, False),
        ("  • Ad", after, False),
        ("Foot", text.index(" And"), False),
    ]


def test_a_short_line_that_occurs_again_far_on_moves_nothing() -> None:
    text = "\n".join(["First of all lines.", *(f"Line {n} of many." for n in range(50)), "Sport"])
    found = placed(f"First of all lines.\nSport\nad\n{text[20:]}", text, "ad")
    assert found == [("ad", len("First of all lines."), False)]


@pytest.mark.parametrize("seed", range(200))
def test_whatever_the_stage_cuts_is_placed_exactly(seed: int) -> None:
    rng = random.Random(seed)
    content = "".join(rng.choice(["a", "bc", " ", "\n", "\r\n", "é", "𝒳"]) for _ in range(60))
    spans = []
    for line in lines_of(content):
        at = line.start
        while at < line.end and rng.random() < 0.5:
            start = rng.randint(at, line.end - 1)
            end = rng.randint(start + 1, line.end)
            spans.append(Cut(start, end, "junk"))
            at = end
    text = text_without(lines_of(content), spans)
    removed = removals(content, spans)
    found = place(content, text, removed)
    assert found is not None
    assert [item.removal for item in found] == removed
    assert [item.at for item in found] == sorted(item.at for item in found)

    def letters(value: str) -> str:
        return "".join(value.split())

    pieces, at = [], 0
    for item in found:
        pieces += [text[at : item.at], item.removal.text]
        at = item.at
    assert letters("".join([*pieces, text[at:]])) == letters(content)


def entity(*spans: tuple[int, int], text: str, id: str = "e1") -> Entity:
    return Entity(
        id=id,
        type="place",
        name="Name",
        mentions=[Mention(start=s, end=e, text=text[s:e]) for s, e in spans],
        salience=0.5,
        confidence=0.5,
        method="test",
    )


def test_of_overlapping_mentions_the_first_and_longest_is_marked() -> None:
    text = "New York City"
    shown, hidden = marks(text, [entity((0, 8), text=text), entity((0, 13), (4, 8), text=text)])
    assert [(mark.start, mark.end) for mark in shown] == [(0, 13)]
    assert hidden == 2


def test_a_mention_that_is_not_in_the_text_is_not_marked() -> None:
    far = Mention(start=5, end=900, text="x")
    wrong = Mention(start=0, end=3, text="xyz")
    one = entity(text="New York")
    told = Entity(
        **{n: getattr(one, n) for n in one.__struct_fields__ if n != "mentions"},
        mentions=[far, wrong],
    )
    assert marks("New York", [told]) == ([], 2)


def test_every_line_and_cut_makes_a_row_in_order() -> None:
    source = "ad\nOne in Rome\n\nTwo x three\nmore\nlink"
    text = "One in Rome\n\nTwo  three"
    found = place(source, text, cut(source, "ad", "x", "more", "link"))
    assert found is not None
    shown, _ = marks(text, [entity((7, 11), text=text)])
    made = list(rows(text, found, shown))
    assert [type(row) for row in made] == [CutOut, Kept, Kept, CutOut]
    _, first, second, last = made
    assert isinstance(first, Kept)
    assert isinstance(second, Kept)
    assert isinstance(last, CutOut)
    assert text[first.start : first.end] == "One in Rome"
    assert first.marks == (Mark(7, 11, shown[0].entity),)
    assert second.after_blank
    assert [item.removal.text for item in second.cuts] == ["x"]
    assert [removal.text for removal in last.removed] == ["more", "link"]
    assert last.characters == 8


def test_neighbours_for_another_reason_make_a_row_of_their_own() -> None:
    one = Placed(Removal(start=0, end=1, reason="a", text="x"), 0, False)
    two = Placed(Removal(start=2, end=3, reason="b", text="y"), 0, False)
    assert [row.reason for row in rows("", [one, two], []) if isinstance(row, CutOut)] == ["a", "b"]
