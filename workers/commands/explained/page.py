"""One article as one HTML file that needs nothing else: no script, no request, its own style."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from topics.records import DeadLetter, Duplicate, EnrichedArticle, Entity
from workers import __version__
from workers.commands.explained import article_view, words
from workers.commands.explained.explanation import Explanation
from workers.commands.explained.markup import link, own, pairs, section, table, text
from workers.commands.explained.placing import place
from workers.commands.explained.rows import marks, rows

# Should anything of an article ever get past the escaping, it may still do nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_SHOWN_PAYLOAD = 20_000
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_WIKIDATA = re.compile(r"Q[0-9]{1,12}")


def page(explanation: Explanation) -> str:
    """The whole file."""
    title = words.headline(explanation)
    parts = [
        _head(explanation, title),
        _article(explanation),
        _letter(explanation),
        _removed(explanation),
        _language(explanation),
        _duplicates(explanation),
        _entities(explanation),
        _metadata(explanation),
        _stages(explanation),
        _seen(explanation),
    ]
    body = "\n".join(part for part in parts if part)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{text(title)} – copydesk explain</title>
<style>
{_style()}</style>
</head>
<body>
<main>
{body}
</main>
<footer><p>copydesk {text(__version__)}. Hover over a mark, or follow it, to see more.</p></footer>
</body>
</html>
"""


@cache
def _style() -> str:
    return files(__package__).joinpath("page.css").read_text("utf-8")


def _own(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, own(value)) for name, value in items]


def _head(explanation: Explanation, title: str) -> str:
    record = explanation.outcome
    kinds = {EnrichedArticle: "good", Duplicate: "same", DeadLetter: "bad"}
    kind = kinds[type(record)]
    notes = "".join(f"<li>{own(note, 'span')}</li>" for note in explanation.notes)
    which = "what was published" if explanation.published else "not published, worked out here"
    version = f", version {record.version}" if isinstance(record, EnrichedArticle) else ""
    return "\n".join(
        (
            "<header>",
            f'<p class="outcome {kind}">{text(words.outcome(explanation))}</p>',
            own(title, "h1"),
            f"<p>id {own(record.id or 'unknown', 'code')}{version} · "
            f"from {own(explanation.subject, 'code')} · {which}</p>",
            f'<ul class="notes">{notes}</ul>' if notes else "",
            "</header>",
        )
    )


def _article(explanation: Explanation) -> str:
    shown = explanation.shown
    if shown is None or not (explanation.text or explanation.removed):
        return ""
    kept = explanation.text
    entities = [] if not isinstance(shown.entities, list) else shown.entities
    found, hidden = marks(kept, entities)
    placed = None
    if explanation.source is not None:
        placed = place(explanation.source, kept, explanation.removed)
    tag = shown.language if isinstance(shown.language, str) else ""
    view = article_view.article(
        rows(kept, placed or [], found), kept, language=tag if _TAG.fullmatch(tag) else ""
    )
    overlap = f"<p>{hidden:,} mentions overlap others and are not marked.</p>" if hidden else ""
    return section(
        "text",
        "Text",
        article_view.legend(found, bool(explanation.removed)),
        view,
        overlap,
        article_view.removed_alone(explanation.removed) if placed is None else "",
    )


def _letter(explanation: Explanation) -> str:
    record = explanation.outcome
    if not isinstance(record, DeadLetter):
        return ""
    payload = record.payload or ""
    rest = len(payload) - _SHOWN_PAYLOAD
    return section(
        "dead-letter",
        "Dead letter",
        pairs(_own(words.letter(record))),
        f"<h3>Payload, {len(payload):,} characters</h3>",
        f"<pre dir=auto>{text(payload[:_SHOWN_PAYLOAD])}</pre>" if payload else "<p>None.</p>",
        f"<p>{rest:,} characters more are not shown.</p>" if rest > 0 else "",
    )


def _removed(explanation: Explanation) -> str:
    shown = explanation.shown
    if shown is None or not isinstance(shown.removed_summary, dict):
        return ""
    found = words.removals(shown)
    if not found:
        return section("removed", "Removed", "<p>Nothing was removed.</p>")
    cells = [[own(cell) for cell in row] for row in found]
    return section(
        "removed", "Removed", table(("reason", "which is", "spans", "characters"), cells, "Removed")
    )


def _language(explanation: Explanation) -> str:
    shown = explanation.shown
    if shown is None:
        return ""
    told = words.language(shown)
    found = [[own(cell) for cell in row] for row in words.alternatives(shown)]
    declared = shown.language_declared
    items = [
        ("language", own(told or "no stage looked")),
        *([("by share of the article", own(parts))] if (parts := words.shares(shown)) else []),
        ("declared by the source", own(words.named(declared) if declared else "nothing")),
    ]
    return section(
        "language",
        "Language",
        pairs(items),
        table(("engine", "also possible", "confidence"), found, "Alternatives")
        if found
        else "<p>No engine named another language.</p>",
    )


def _duplicates(explanation: Explanation) -> str:
    found = pairs(_own(words.duplicates(explanation)))
    return section("duplicates", "Duplicates", found) if found else ""


def _entities(explanation: Explanation) -> str:
    shown = explanation.shown
    if shown is None or not isinstance(shown.entities, list):
        return ""
    found = words.entities(shown)
    if not found:
        return section("entities", "Entities", "<p>None were found.</p>")
    head = ("name", "type", "mentions", "salience", "confidence", "found by", "link")
    return section(
        "entities", f"Entities ({len(found):,})", table(head, map(_entity, found), "Entities")
    )


def _entity(entity: Entity) -> list[str]:
    return [
        f'<span id="{article_view.anchor(entity)}">{own(entity.name)}</span>',
        text(entity.type),
        f"{len(entity.mentions):,}",
        f"{entity.salience:.3f}",
        f"{entity.confidence:.2f}",
        own(entity.method),
        _link(entity),
    ]


def _link(entity: Entity) -> str:
    at = entity.link
    if at is None:
        return "none"
    told = [link(f"https://www.geonames.org/{at.geonames}", f"geonames {at.geonames}")]
    if at.wikidata and _WIKIDATA.fullmatch(at.wikidata):
        told.append(link(f"https://www.wikidata.org/wiki/{at.wikidata}", at.wikidata))
    where = f"{at.latitude:.3f}, {at.longitude:.3f}"
    within = ", ".join(filter(None, (at.region_name, at.country))) or "no country"
    return f"<div>{' '.join(told)}<br>{text(within)} {where}</div>"


def _metadata(explanation: Explanation) -> str:
    cells = [
        [text(name), link(value) if value.startswith("http") else own(value), own(where or "–")]
        for name, value, where in words.metadata(explanation)
    ]
    if not cells:
        return ""
    return section("metadata", "Metadata", table(("field", "value", "from"), cells, "Metadata"))


def _stages(explanation: Explanation) -> str:
    shown = explanation.shown
    if shown is None or not shown.stages:
        return ""
    cells = [
        [own(run.name), own(run.version), text(run.status), own(run.reason or "–")]
        for run in shown.stages
    ]
    return section(
        "stages", "Stages", table(("stage", "version", "status", "reason"), cells, "Stages")
    )


def _seen(explanation: Explanation) -> str:
    if not explanation.seen:
        return ""
    cells = [
        [own(cell) for cell in (seen.time, seen.place, seen.by, seen.outcome, seen.detail)]
        for seen in explanation.seen
    ]
    head = ("time (UTC)", "record", "by", "outcome", "detail")
    return section("way", "Its way over Kafka", table(head, cells, "Records"))
