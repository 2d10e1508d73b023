"""One article in short, for the terminal; nothing that it says can steer one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from topics.records import DeadLetter, EnrichedArticle
from workers.commands.explained import words
from workers.commands.explained.explanation import Explanation
from workers.commands.explained.placing import place
from workers.commands.explained.rows import CutOut, Kept, marks, rows
from workers.commands.letter_views import safe

LINES = 24
"""Rows of the article that are shown."""
LINE = 220
"""Characters of each."""
ENTITIES = 12
PAYLOAD = 500
SEEN = 40
"""Records on Kafka, the newest."""
STYLES = {
    "person": "cyan",
    "organisation": "magenta",
    "place": "green",
    "event": "yellow",
    "date": "blue",
    "other": "bold",
}


def short(explanation: Explanation) -> Iterator[RenderableType]:
    """Everything to print, in order."""
    yield Text(safe(words.headline(explanation)), style="bold")
    yield Text(safe(words.outcome(explanation)))
    record = explanation.outcome
    where = "published" if explanation.published else "not published, worked out here"
    yield Text(safe(f"id {record.id or 'unknown'} · from {explanation.subject} · {where}"), "dim")
    yield from (Text(safe(note), style="dim") for note in explanation.notes)
    if isinstance(record, DeadLetter):
        yield from _pairs("Dead letter", words.letter(record))
        if record.payload:
            yield Text(safe(_cut(" ".join(record.payload.split()), PAYLOAD)))
    shown = explanation.shown
    if shown is not None:
        yield from _article(explanation, shown)
        yield from _language(shown)
    yield from _pairs("Duplicates", words.duplicates(explanation))
    if shown is not None:
        yield from _entities(shown)
    yield from _table("Metadata", ("field", "value", "from"), words.metadata(explanation))
    if shown is not None:
        runs = [(run.name, run.version, run.status, run.reason or "") for run in shown.stages]
        yield from _table("Stages", ("stage", "version", "status", "reason"), runs)
    seen = explanation.seen[-SEEN:]
    yield from _table(
        "Its way over Kafka",
        ("time (UTC)", "record", "by", "outcome", "detail"),
        ((s.time, s.place, s.by, s.outcome, s.detail) for s in seen),
    )
    if len(seen) < len(explanation.seen):
        yield Text(f"… {len(explanation.seen) - len(seen):,} before; see copydesk trace", "dim")


def _article(explanation: Explanation, shown: EnrichedArticle) -> Iterator[Text]:
    kept = explanation.text
    if not kept and not explanation.removed:
        return
    yield _title("Text")
    placed = None
    if explanation.source is not None:
        placed = place(explanation.source, kept, explanation.removed)
    entities = shown.entities if isinstance(shown.entities, list) else []
    found, _ = marks(kept, entities)
    more = 0
    for number, row in enumerate(rows(kept, placed or [], found)):
        if number >= LINES:
            more += 1
        elif isinstance(row, CutOut):
            lines = f"{len(row.removed):,} lines, " if len(row.removed) > 1 else ""
            first = " ".join(row.removed[0].text.split())
            told = f"  - removed, {row.reason} ({lines}{row.characters:,} characters): {first}"
            yield Text(safe(_cut(told, LINE)), style="red")
        else:
            yield _kept(row, kept)
    if more:
        yield Text(f"… {more:,} rows more; --html shows all", style="dim")
    if placed is None and explanation.removed:
        spans = [(r.reason, str(r.start), " ".join(r.text.split())) for r in explanation.removed]
        yield from (
            Text(safe(_cut(f"  - removed, {s[0]}: {s[2]}", LINE)), "red") for s in spans[:LINES]
        )
    removed = words.removals(shown)
    told = "; ".join(f"{reason}: {n} spans, {size} characters" for reason, _, n, size in removed)
    yield Text(safe(f"Removed: {told or 'nothing'}"))


def _kept(row: Kept, kept: str) -> Text:
    line = Text()
    stop = min(row.end, row.start + LINE)
    at = row.start
    for mark in row.marks:
        start, end = max(mark.start, row.start), min(mark.end, stop)
        if start >= end:
            continue
        line.append(safe(kept[at:start]))
        line.append(
            safe(kept[start:end]), style=f"{STYLES.get(mark.entity.type, 'bold')} underline"
        )
        at = end
    line.append(safe(kept[at:stop].rstrip("\r")))
    if stop < row.end:
        line.append(" …")
    for cut in row.cuts:
        told = " ".join(cut.removal.text.split())
        line.append(safe(f" [- {cut.removal.reason}: {_cut(told, 60)}]"), style="red")
    return line


def _language(shown: EnrichedArticle) -> Iterator[Text]:
    yield _title("Language")
    others = "; ".join(f"{tag} {p} by {engine}" for engine, tag, p in words.alternatives(shown))
    declared = words.named(shown.language_declared) if shown.language_declared else "nothing"
    yield Text(safe(words.language(shown) or "no stage looked"))
    if parts := words.shares(shown):
        yield Text(safe(f"by share of the article: {parts}"))
    yield Text(safe(f"also possible: {others or 'nothing'}; the source declares {declared}"))


def _entities(shown: EnrichedArticle) -> Iterator[RenderableType]:
    found = words.entities(shown)
    cells = [
        (
            entity.name,
            entity.type,
            str(len(entity.mentions)),
            f"{entity.confidence:.2f}",
            "" if entity.link is None else f"geonames {entity.link.geonames} {entity.link.country}",
        )
        for entity in found[:ENTITIES]
    ]
    head = ("name", "type", "mentions", "confidence", "link")
    yield from _table(f"Entities ({len(found):,})", head, cells)
    if len(found) > ENTITIES:
        yield Text(f"… {len(found) - ENTITIES:,} more; --html shows all", style="dim")


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _pairs(title: str, items: Iterable[tuple[str, str]]) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 2))
    for name, value in items:
        grid.add_row(Text(safe(name), style="dim"), Text(safe(value), overflow="fold"))
    if grid.rows:
        yield _title(title)
        yield grid


def _table(
    title: str, head: Iterable[str], cells: Iterable[Iterable[str]]
) -> Iterator[RenderableType]:
    table = Table(*head)
    for row in cells:
        table.add_row(*(Text(safe(cell), overflow="fold") for cell in row))
    if table.rows:
        yield _title(title)
        yield table


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
