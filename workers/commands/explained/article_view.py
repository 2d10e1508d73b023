"""The article itself: kept text and cuts in reading order, entities marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from topics.records import Entity, Removal
from workers.commands.explained.markup import own, text
from workers.commands.explained.placing import Placed
from workers.commands.explained.rows import CutOut, Kept, Mark, Row

LABELS = {
    "person": "person",
    "organisation": "org",
    "place": "place",
    "event": "event",
    "date": "date",
    "other": "other",
}
_SHOWN_OPEN = 6
"""Lines of a run of cuts that are shown at once; longer runs open on a click."""
_SHOWN_FIRST = 80
"""Characters of the first of them that are shown while the run is closed."""


def legend(found: Sequence[Mark], cuts: bool) -> str:
    """What the marks of this page mean; every mark says so itself, too."""
    there = {mark.entity.type for mark in found}
    items = [
        f'<span class="e {kind}">mention<small>{label}</small></span>'
        for kind, label in LABELS.items()
        if kind in there
    ]
    if cuts:
        items.append('<del class="inline"><small>removed: why</small>what was cut</del>')
    return f'<p class="legend">Legend: {" ".join(items)}</p>' if items else ""


def article(rows: Iterator[Row], kept: str, *, language: str) -> str:
    """All rows; ``kept`` is the text that they point into, ``language`` a BCP 47 tag or empty."""
    lines = "\n".join(
        _cut_out(row) if isinstance(row, CutOut) else _kept(row, kept) for row in rows
    )
    lang = f' lang="{text(language)}"' if language and language != "und" else ""
    return f'<div class="article"{lang}>\n{lines}\n</div>'


def removed_alone(removed: Sequence[Removal]) -> str:
    """Cuts whose places are not known, as a list."""
    if not removed:
        return ""
    return (
        "<p>Their places are not known:</p>\n"
        + '<div class="article">'
        + "\n".join(_cut_out(CutOut(removal.reason, (removal,))) for removal in removed)
        + "</div>"
    )


def anchor(entity: Entity) -> str:
    """The id of the entity's row in the table, safe in an attribute."""
    return "entity-" + "".join(c for c in entity.id if c.isascii() and c.isalnum())


def _kept(row: Kept, kept: str) -> str:
    pieces: list[str] = []
    cuts = list(row.cuts)
    # A carriage return before the line's end belongs to the line and shows nothing.
    end = row.end - (row.end > row.start and kept[row.end - 1] == "\r")

    def upto(start: int, stop: int) -> str:
        """Text with the cuts made in it; a cut at its very end is left for what follows."""
        told: list[str] = []
        while cuts and cuts[0].at < stop:
            cut = cuts.pop(0)
            told += [text(kept[start : cut.at]), _inline(cut)]
            start = max(start, cut.at)
        return "".join([*told, text(kept[start:stop])])

    at = row.start
    for mark in row.marks:
        start, stop = max(mark.start, row.start), min(mark.end, end)
        if start >= stop:
            continue
        pieces.append(upto(at, start))
        while cuts and cuts[0].at == start:
            pieces.append(_inline(cuts.pop(0)))
        pieces.append(_mark(mark, upto(start, stop)))
        at = stop
    pieces.append(upto(at, end))
    pieces += [_inline(cut) for cut in cuts]
    space = ' class="after-blank"' if row.after_blank else ""
    return f"<p dir=auto{space}>{''.join(pieces)}</p>"


def _mark(mark: Mark, inner: str) -> str:
    entity = mark.entity
    place = "" if entity.link is None else f", geonames {entity.link.geonames}"
    title = text(
        f"{entity.type}: {entity.name[:200]}, confidence {entity.confidence:.2f}, "
        f"{entity.method}{place}"
    )
    kind = entity.type if entity.type in LABELS else "other"
    return (
        f'<a class="e {kind}" href="#{anchor(entity)}" title="{title}">{inner}'
        f"<small>{LABELS[kind]}</small></a>"
    )


def _inline(cut: Placed) -> str:
    removal = cut.removal
    return (
        f'<del class="inline" title="{_span(removal)}"><small>removed: {text(removal.reason)}'
        f"</small>{own(removal.text)}</del>"
    )


def _cut_out(row: CutOut) -> str:
    lines = "\n".join(
        f'<p dir=auto title="{_span(removal)}">{text(removal.text)}</p>' for removal in row.removed
    )
    if len(row.removed) == 1:
        return f'<del class="block"><small>removed: {text(row.reason)}</small>{lines}</del>'
    why = f"removed: {text(row.reason)} · {len(row.removed):,} lines, {row.characters:,} characters"
    if len(row.removed) <= _SHOWN_OPEN:
        return f'<del class="block"><small>{why}</small>{lines}</del>'
    first = own(" ".join(row.removed[0].text.split())[:_SHOWN_FIRST])
    return (
        f'<details class="block"><summary><small>{why}</small> {first} …</summary>'
        f"<del>{lines}</del></details>"
    )


def _span(removal: Removal) -> str:
    return f"characters {removal.start:,} to {removal.end:,}, {text(removal.reason)}"
