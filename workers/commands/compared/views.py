"""A comparison as one JSON object, and as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from workers.commands.compared.comparison import SIDES, Comparison, Example
from workers.commands.letter_views import safe

MOST_NAMES = 6
MOST_VALUES = 8
_SNIPPET = 60
_WORDS = {"enriched": "enriched", "duplicate": "duplicates", "dead_letter": "dead letters"}
_STYLES = {"added": "green", "removed": "red", "changed": "yellow", "retyped": "magenta"}
_HEADS = {
    "text": "Texts that change most",
    "entities": "Entities that change most",
    "language": "Other languages",
    "outcome": "Other outcomes",
    "alone": "Only in one file",
}


def described(found: Comparison, over: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """All of it; shares are 0 to 1."""
    return {
        "old": _side(found, 0),
        "new": _side(found, 1),
        "articles": found.articles,
        "different": found.different,
        "share": round(found.share(), 6),
        "in_both": found.both,
        "fields": {
            name: {**counts, "share": round(found.share(name), 6)}
            for name, counts in _by_count(found.fields)
        },
        "values": {name: _listed(counts) for name, counts in found.values.items()},
        "text": dict(found.characters),
        "entities": {
            "types": {name: dict(counts) for name, counts in found.entities.items()},
            "names": {what: _listed(counts, 100) for what, counts in found.names.items()},
        },
        "outcomes": _listed(found.changed),
        "examples": {
            what: [
                {"id": one.id, "version": one.version, "headline": one.headline, **one.told}
                for one in worst
            ]
            for what, worst in found.worst.items()
        },
        "over": list(over),
    }


def tables(found: Comparison, names: Sequence[str]) -> Iterator[RenderableType]:
    """Everything to print, in order; ``names`` are those of the files."""
    yield _files(found, names)
    if not found.articles:
        yield Text("There is nothing in either file.", "bold")
        return
    share = _percent(found.share())
    style = "bold green" if not found.different else "bold"
    yield Text(
        f"{found.different:,} of {found.articles:,} articles differ ({share})"
        if found.different
        else f"None of {found.articles:,} articles differs",
        style,
    )
    if moved := _stages_moved(found):
        yield Text(f"stages: {'; '.join(moved)}", "dim")
    if found.fields:
        yield Group(Text(), _fields(found))
    if any(counts[what] for counts in found.entities.values() for what in _CHANGES):
        yield Group(Text(), _entities(found))
    others = [*found.changed.items(), *found.values.get("outcome", {}).items()]
    others += list(found.values.get("duplicate_of", {}).items())
    for side, counts in enumerate(found.alone):
        others += [
            (f"{outcome}, only in the {SIDES[side]} file", n) for outcome, n in counts.items()
        ]
    if others:
        table = Table(
            "outcome", Column("articles", justify="right"), title="Outcomes", title_justify="left"
        )
        for what, count in sorted(others, key=lambda item: -item[1]):
            table.add_row(Text(safe(what)), f"{count:,}")
        yield Group(Text(), table)
    for what, head in _HEADS.items():
        if what in found.worst and (examples := list(found.worst[what])):
            yield Group(Text(), Text(head, "italic"), *(_example(one) for one in examples))


def _side(found: Comparison, side: int) -> dict[str, Any]:
    return {
        **found.outcomes[side],
        "repeated": found.repeated[side],
        "only_here": dict(found.alone[side]),
        "stages": dict(found.stages[side]),
    }


def _files(found: Comparison, names: Sequence[str]) -> Table:
    table = Table(
        "", "file", *(Column(word, justify="right") for word in _WORDS.values()), "of which"
    )
    for side, name in enumerate(names):
        counts, repeated = found.outcomes[side], found.repeated[side]
        alone = found.alone[side].total()
        notes = [f"{alone:,} only here"] * bool(alone)
        notes += [f"{repeated:,} lines replaced by later ones"] * bool(repeated)
        cells = (SIDES[side], safe(name), *(f"{counts[kind]:,}" for kind in _WORDS))
        table.add_row(*(Text(cell) for cell in (*cells, ", ".join(notes))))
    return table


def _stages_moved(found: Comparison) -> list[str]:
    """``tag_entities 3 → 4``, where a stage has another version."""
    versions = [_versions(counts) for counts in found.stages]
    return [
        f"{name} {versions[0].get(name, 'none')} → {versions[1].get(name, 'none')}"
        for name in dict.fromkeys((*versions[0], *versions[1]))
        if versions[0].get(name) != versions[1].get(name)
    ]


def _versions(counts: Counter[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for told in sorted(counts):
        name, _, version = told.rpartition(" ")
        found.setdefault(name, []).append(version)
    return {name: " and ".join(some) for name, some in found.items()}


def _fields(found: Comparison) -> Table:
    table = Table(
        "field",
        *(Column(word, justify="right") for word in ("added", "removed", "changed", "share")),
        "of which",
        title=f"Fields of the {found.both:,} enriched articles in both files",
        title_justify="left",
    )
    for name, counts in _by_count(found.fields):
        cells = [
            Text(f"{counts[what]:,}" if counts[what] else "", _STYLES[what])
            for what in ("added", "removed", "changed")
        ]
        note = _note(found, name)
        table.add_row(Text(safe(name)), *cells, _percent(found.share(name)), Text(safe(note)))
    return table


def _note(found: Comparison, name: str) -> str:
    if name == "text":
        counts = found.characters
        of = counts["of"] or 1
        return (
            f"{counts['removed']:,} characters gone ({_percent(counts['removed'] / of)}), "
            f"{counts['added']:,} new ({_percent(counts['added'] / of)})"
        )
    if name == "entities":
        total: Counter[str] = Counter()
        for counts in found.entities.values():
            total.update(counts)
        told = [f"{total[what]:,} {what}" for what in _CHANGES if total[what]]
        return f"of {total['of']:,}: {', '.join(told)}" if told else "only mentions and scores"
    values = found.values.get(name, Counter())
    told = [f"{value} {count:,}" for value, count in values.most_common(MOST_VALUES)]
    return ", ".join(told) + (", …" if len(values) > MOST_VALUES else "")


_CHANGES = ("added", "removed", "retyped", "placed")


def _entities(found: Comparison) -> Group:
    table = Table(
        "entities",
        *(Column(word, justify="right") for word in ("before", *_CHANGES)),
        title="Entities",
        title_justify="left",
    )
    for name, counts in sorted(found.entities.items(), key=lambda item: -item[1]["of"]):
        if any(counts[what] for what in _CHANGES):
            cells = [
                Text(f"{counts[what]:,}" if counts[what] else "", _STYLES.get(what, "cyan"))
                for what in _CHANGES
            ]
            table.add_row(Text(safe(name)), f"{counts['of']:,}", *cells)
    told = []
    for what in _CHANGES:
        if names := found.names.get(what):
            most = names.most_common(MOST_NAMES)
            some = ", ".join(f"{name} {count}×" if count > 1 else name for name, count in most)
            told.append(f"{what}: {some}{', …' if len(names) > MOST_NAMES else ''}")
    return Group(table, *(Text(safe(line), "dim") for line in told))


def _example(one: Example) -> Text:
    version = f" v{one.version}" if one.version else ""
    line = Text("  ").append(safe(f"{one.id}{version}"), "bold")
    if one.headline:
        line.append(safe(f"  {_short(one.headline)}"), "dim")
    for part, style in _parts(one.told):
        line.append("\n    ").append(safe(part), style)
    return line


def _parts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an example tells, in lines."""
    if "share" in told:
        yield f"{_percent(told['share'])} of the text", ""
        if told["removed"]:
            yield f"− {told['removed']:,} characters: {_short(told['first_removed'])}", "red"
        if told["added"]:
            yield f"+ {told['added']:,} characters: {_short(told['first_added'])}", "green"
        return
    if "mentions" in told:
        for what in _CHANGES:
            if told[what]:
                names = ", ".join(told[what][:MOST_NAMES])
                more = len(told[what]) - MOST_NAMES
                yield (
                    f"{what}: {names}{f' and {more} more' if more > 0 else ''}",
                    _STYLES.get(what, "cyan"),
                )
        if told["mentions"]:
            yield f"other mentions: {told['mentions']}", ""
        return
    for name, value in told.items():
        text = " → ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{name.replace('_', ' ')}: {text}", ""


def _by_count(fields: Mapping[str, Counter[Any]]) -> list[tuple[str, Counter[Any]]]:
    return sorted(fields.items(), key=lambda item: (-item[1].total(), item[0]))


def _listed(counts: Counter[str], most: int | None = None) -> dict[str, int]:
    return dict(counts.most_common(most))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:_SNIPPET]}…”" if len(line) > _SNIPPET else f"“{line}”"


def _percent(share: float) -> str:
    """Two digits that count, so that one of a million is not nothing."""
    percent = 100 * share
    if percent in (0, 100):
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 0.1 else f"{percent:.2g} %"
