"""What differs between two records of one version of an article, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Change = Literal["added", "removed", "changed"]
Named = tuple[str, str]
"""Name and type of an entity."""

IGNORED = ("enriched_at", "fetched_at", "provenance", "schema_version", "stages.version")
"""Paths of what differs between any two runs, or is told apart."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_MOST_LINES = 2_000
"""Beyond which lines are compared as a set, since their order would take too long."""


@dataclass(frozen=True)
class TextChange:
    """Characters (code points) that a text has lost and won, with the beginning of each."""

    removed: int
    added: int
    of: int
    """Characters of the longer of both."""
    first_removed: str = ""
    first_added: str = ""

    @property
    def share(self) -> float:
        """How much of the text changed, 0 to 1."""
        return min(1.0, max(self.removed, self.added) / self.of) if self.of else 0.0


@dataclass(frozen=True)
class EntityChange:
    """Which entities came, went, or are of another type or place now."""

    added: tuple[Named, ...] = ()
    removed: tuple[Named, ...] = ()
    retyped: tuple[tuple[str, str, str], ...] = ()
    """Name, old type, new type."""
    placed: tuple[tuple[str, str, str], ...] = ()
    """Name, old place, new place; empty where there is none."""
    mentions: int = 0
    """Entities that are the same but for their mentions."""

    @property
    def size(self) -> int:
        """How many entities changed."""
        return (
            len(self.added) + len(self.removed) + len(self.retyped) + len(self.placed)
        ) + self.mentions


@dataclass(frozen=True)
class Difference:
    """All that differs between two records."""

    fields: Mapping[str, Change]
    text: TextChange | None = None
    entities: EntityChange | None = None


def difference(
    old: Mapping[str, Any], new: Mapping[str, Any], ignored: Sequence[str] = IGNORED
) -> Difference:
    """Compare two records; ``ignored`` are paths into them, dots reach inside and into lists.

    A field that is absent, null or empty in one record and not in the other was added or removed.
    """
    fields: dict[str, Change] = {}
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before == after or name in ignored:
            continue
        for path in ignored:
            if path.startswith(f"{name}."):
                inside = path.split(".")[1:]
                before, after = without(before, inside), without(after, inside)
        if before == after or (before in _NOTHING and after in _NOTHING):
            continue
        if before in _NOTHING:
            fields[name] = "added"
        elif after in _NOTHING:
            fields[name] = "removed"
        elif name != "entities" or _unnumbered(before) != _unnumbered(after):
            fields[name] = "changed"
    text = entities = None
    if "text" in fields:
        text = text_change(_text(old.get("text")), _text(new.get("text")))
    if "entities" in fields:
        entities = entity_change(_list(old.get("entities")), _list(new.get("entities")))
    return Difference(fields, text, entities)


def without(value: Any, path: Sequence[str]) -> Any:
    """The value less what is at a path; unchanged where nothing is there."""
    name, *rest = path
    if isinstance(value, list):
        return [without(item, path) for item in value]
    if not isinstance(value, Mapping) or name not in value:
        return value
    if not rest:
        return {key: item for key, item in value.items() if key != name}
    return {**value, name: without(value[name], rest)}


def text_change(old: str, new: str) -> TextChange:
    """How many characters went and came: by lines, and within lines that were changed.

    Of a changed passage what its beginning and its end have in common does not count.
    """
    before, after = old.split("\n"), new.split("\n")
    removed = added = 0
    first_removed = first_added = ""
    for gone, come in _passages(before, after):
        start = _common(gone, come)
        end = _common(gone[start:][::-1], come[start:][::-1])
        gone, come = gone[start : len(gone) - end], come[start : len(come) - end]
        removed, added = removed + len(gone), added + len(come)
        first_removed, first_added = first_removed or gone[:200], first_added or come[:200]
    return TextChange(removed, added, max(len(old), len(new)), first_removed, first_added)


def _passages(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What stood where something else stands now."""
    if max(len(before), len(after)) > _MOST_LINES:
        gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
        yield "\n".join(gone.elements()), "\n".join(come.elements())
        return
    for tag, start, end, new_start, new_end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            yield "\n".join(before[start:end]), "\n".join(after[new_start:new_end])


def _common(one: str, other: str) -> int:
    """How many characters both begin with; found by halves, since each may be a megabyte."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def entity_change(old: Sequence[Any], new: Sequence[Any]) -> EntityChange:
    """Compare entities by name and type; one that keeps its name alone is retyped."""
    before, after = _by_name(old), _by_name(new)
    placed, mentions = [], 0
    for key in before.keys() & after.keys():
        for one, other in zip(before[key], after[key], strict=False):
            if _place(one) != _place(other):
                placed.append((key[0], _place(one), _place(other)))
            elif one.get("mentions") != other.get("mentions"):
                mentions += 1
    gone, come = _less(before, after), _less(after, before)
    retyped = []
    for name, type in sorted(gone.elements()):
        others = sorted(t for n, t in come if n == name and come[n, t] > 0)
        if others:
            retyped.append((name, type, others[0]))
            gone[name, type] -= 1
            come[name, others[0]] -= 1
    return EntityChange(
        added=tuple(sorted(come.elements())),
        removed=tuple(sorted(gone.elements())),
        retyped=tuple(retyped),
        placed=tuple(sorted(placed)),
        mentions=mentions,
    )


def _by_name(entities: Sequence[Any]) -> dict[Named, list[Mapping[str, Any]]]:
    found: dict[Named, list[Mapping[str, Any]]] = {}
    for entity in entities:
        if isinstance(entity, Mapping):
            key = str(entity.get("name")), str(entity.get("type"))
            found.setdefault(key, []).append(entity)
    return found


def _less(
    some: Mapping[Named, Sequence[Any]], others: Mapping[Named, Sequence[Any]]
) -> Counter[Named]:
    return Counter({key: len(found) - len(others.get(key, ())) for key, found in some.items()})


def _place(entity: Mapping[str, Any]) -> str:
    """The place that an entity is linked to, in words; empty for none."""
    link = entity.get("link")
    if not isinstance(link, Mapping):
        return ""
    area = ", ".join(str(link[key]) for key in ("region_name", "country") if link.get(key))
    return f"{link.get('geonames')} ({area})" if area else str(link.get("geonames"))


def _unnumbered(entities: Any) -> Any:
    """Entities without their ids, which move when one more is found."""
    return without(entities, ["id"]) if isinstance(entities, list) else entities


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
