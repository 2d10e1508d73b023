"""What counts as a difference between two records of one article."""

from __future__ import annotations

import random

import pytest

from tests.commands.compared.outcomes import enriched, entity
from workers.commands.compared.differences import (
    IGNORED,
    difference,
    entity_change,
    text_change,
    without,
)

PLACE = {"geonames": 703448, "region_name": "Kyiv", "country": "UA"}


def test_times_provenance_and_versions_of_stages_do_not_count_unless_asked_for() -> None:
    old = enriched("a", provenance={"text": "blocks"})
    new = enriched("a", enriched_at="2027-01-01T00:00:00.000Z", provenance={"text": "json"})
    new["stages"] = [{"name": "tag_entities", "version": "4", "status": "ok"}]
    assert not difference(old, new).fields
    assert difference(old, new, ()).fields == {
        "enriched_at": "changed",
        "provenance": "changed",
        "stages": "changed",
    }
    new["stages"] = [{"name": "tag_entities", "version": "4", "status": "failed"}]
    assert difference(old, new).fields == {"stages": "changed"}


def test_what_came_went_and_changed_is_told_apart_and_empty_is_absent() -> None:
    old = enriched("a", url=None, authors=["A"], image="i", headline="one", note=[])
    new = enriched("a", url="u", authors=[], headline="two")
    assert difference(old, new).fields == {
        "url": "added",
        "authors": "removed",
        "image": "removed",
        "headline": "changed",
    }


def test_one_more_entity_in_front_does_not_change_those_behind_it() -> None:
    one, two = entity("A", salience=0.5), {**entity("B"), "id": "e2"}
    old, new = enriched("a", entities=[one]), enriched("a", entities=[two, {**one, "id": "e9"}])
    found = difference(old, new).entities
    assert found is not None
    assert found.added == (("B", "person"),)
    assert found.size == 1
    assert not difference(old, enriched("a", entities=[{**one, "id": "e7"}])).fields
    other = enriched("a", entities=[{**one, "salience": 0.6}])
    assert difference(old, other).fields == {"entities": "changed"}
    assert not difference(old, other, (*IGNORED, "entities.salience")).fields


def test_entities_are_added_removed_retyped_and_placed() -> None:
    old = [entity("A"), entity("B"), entity("C", "place"), entity("D", "place", link=PLACE)]
    new = [entity("A", "organisation"), entity("C", "place", link=PLACE), entity("E", "event")]
    found = entity_change(old, [*new, entity("D", "place", link=PLACE, mentions=[1])])
    assert found.added == (("E", "event"),)
    assert found.removed == (("B", "person"),)
    assert found.retyped == (("A", "person", "organisation"),)
    assert found.placed == (("C", "", "703448 (Kyiv, UA)"),)
    assert found.mentions == 1
    assert found.size == 5


def test_a_name_that_is_there_twice_counts_twice() -> None:
    found = entity_change([entity("A"), entity("A")], [entity("A"), entity("A", "place")])
    assert found.retyped == (("A", "person", "place"),)
    assert not found.added
    assert not found.removed


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("one\ntwo\nthree", "one\nthree", 3, 0),
        ("one\nthree", "one\ntwo\nthree", 0, 3),
        ("one\nRead more » two", "one\ntwo", 12, 0),
        ("one two three", "one four three", 3, 4),
        ("aaa", "aaaaa", 0, 2),
        ("", "new", 0, 3),
        ("same", "same", 0, 0),
    ],
)
def test_characters_are_counted_where_the_texts_differ(
    old: str, new: str, removed: int, added: int
) -> None:
    found = text_change(old, new)
    assert (found.removed, found.added) == (removed, added)


def test_counts_agree_with_the_lengths_whatever_the_texts() -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(300):
        old, new = ("".join(rng.choices("ab", k=rng.randrange(12))) for _ in range(2))
        found = text_change(old, new)
        assert found.added - found.removed == len(new) - len(old), (old, new)
        assert ((found.removed, found.added) == (0, 0)) is (old == new), (old, new)
        assert max(found.removed, found.added) <= max(len(old), len(new)), (old, new)


def test_very_many_lines_are_compared_as_a_set() -> None:
    lines = [f"line {number}" for number in range(3_000)]
    found = text_change("\n".join(lines), "\n".join([*lines[:1_500], "new", *lines[1_501:]]))
    assert (found.removed, found.added) == (len("line 1500"), len("new"))


def test_a_path_reaches_into_objects_and_lists() -> None:
    value = {"a": [{"b": 1, "c": 2}, {"b": 3}], "d": {"b": 4}}
    assert without(value, ["a", "b"]) == {"a": [{"c": 2}, {}], "d": {"b": 4}}
    assert without(value, ["nothing", "b"]) == value
