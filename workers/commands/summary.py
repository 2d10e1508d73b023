"""What a run came to: outcomes, languages, time per stage, and some articles to look at."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from topics import catalog, headers
from workers import pipeline

if TYPE_CHECKING:
    from workers.runtime.tally import Tally

EXAMPLES = 4
ENTITIES_SHOWN = 8
REMOVED_SHOWN = 3
SUM = "news_processing_duration_seconds_sum"
COUNT = "news_processing_duration_seconds_count"


@dataclass(frozen=True)
class StageTime:
    """A step's work so far."""

    articles: int
    seconds: float


@dataclass
class Summary:
    """Collects what is shown at the end of a run."""

    languages: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    partial: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, topic: str, message: Any) -> None:
        """Take one output record in."""
        if topic == catalog.DEAD_LETTER.name:
            told = headers.read(message.headers)
            self.reasons[f"{told.get('dlq.reason')} ({told.get('dlq.stage')})"] += 1
            return
        record = orjson.loads(message.value)
        if topic == catalog.DUPLICATES.name:
            self.reasons[record["reason"]] += 1
            return
        self.languages[record.get("language", "not detected")] += 1
        self.partial += record["status"] == "partial"
        self.examples.append(record)
        self.examples.sort(key=_interest, reverse=True)
        del self.examples[EXAMPLES:]

    async def stage_times(self, addresses: list[str]) -> dict[str, StageTime]:
        """Time per step, as the workers' metrics tell; workers that ended tell nothing."""
        found: dict[str, StageTime] = {}
        for address in addresses:
            try:
                page = await asyncio.to_thread(_page, address)
            except OSError:
                continue
            sums, counts = _samples(page, SUM), _samples(page, COUNT)
            for step, seconds in sums.items():
                if counts[step]:
                    found[step] = StageTime(int(counts[step]), seconds)
        return found

    def show(
        self, console: Console, tally: Tally, times: dict[str, StageTime], *, seconds: float
    ) -> None:
        """Print it all."""
        self._show_examples(console)
        outcomes = Table("outcome", "articles", "of which", title="Outcomes", title_justify="left")
        kinds = {
            catalog.DUPLICATES.name: self._duplicates(),
            catalog.DEAD_LETTER.name: self._dead(),
        }
        for topic in (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER):
            note = kinds.get(topic.name, f"{self.partial} partial" if self.partial else "")
            outcomes.add_row(topic.name, str(tally.count(topic.name)), note)
        console.print(outcomes)
        told = ", ".join(f"{tag} {count}" for tag, count in self.languages.most_common())
        console.print(f"Languages: {told or 'none'}", highlight=False)
        if times:
            table = Table("step", "articles", "ms per article", title="Time per stage")
            table.title_justify = "left"
            for step in pipeline.STEPS:
                if step in times:
                    each = 1000 * times[step].seconds / times[step].articles
                    table.add_row(step, str(times[step].articles), f"{each:.1f}")
            console.print(table)
        out = len(tally.arrived) - len(tally.missing())
        again = f"; {tally.reemitted} re-emitted" if tally.reemitted else ""
        console.print(
            f"{out} of {len(tally.arrived)} arrivals came out, in {seconds:.1f} s{again}",
            highlight=False,
        )

    def _duplicates(self) -> str:
        kinds = ("repeat", "same_content", "near_content")
        return ", ".join(f"{self.reasons[kind]} {kind}" for kind in kinds if self.reasons[kind])

    def _dead(self) -> str:
        return ", ".join(
            f"{count} {reason}" for reason, count in self.reasons.items() if "(" in reason
        )

    def _show_examples(self, console: Console) -> None:
        for record in self.examples:
            headline = record.get("headline") or (record.get("text") or "").split("\n")[0][:80]
            console.print(
                f"[bold]{escape(headline)}[/bold]  [dim]{escape(record['id'])} "
                f"v{record['version']} {record.get('language', '')}[/dim]"
            )
            named = [
                f"{escape(entity['name'])} [dim]{entity['type']}"
                + (f" {entity['link']['country'] or ''}" if entity.get("link") else "")
                + "[/dim]"
                for entity in _named(record)[:ENTITIES_SHOWN]
            ]
            console.print(f"  entities: {', '.join(named) or 'none'}")
            cut = [
                f"{item['reason']} {_quoted(item['text'])}"
                for item in record.get("removed", [])[:REMOVED_SHOWN]
            ] or [
                f"{reason}: {total['characters']} characters"
                for reason, total in record.get("removed_summary", {}).items()
            ]
            console.print(f"  removed:  {escape('; '.join(cut)) or 'nothing'}", highlight=False)


def _named(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The entities with a name, by salience: dates are many and tell little in a list."""
    named = [entity for entity in record.get("entities", []) if entity["type"] != "date"]
    return sorted(named, key=lambda entity: -entity["salience"])


def _interest(record: dict[str, Any]) -> tuple[int, int]:
    """Articles with entities and with something removed show most."""
    entities = len(_named(record))
    return (bool(record.get("removed_summary")) + 2 * bool(entities), entities)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:40]}…”" if len(line) > 40 else f"“{line}”"


def _page(address: str) -> str:
    with urlopen(f"http://{address}/metrics", timeout=5) as answer:
        return str(answer.read(), "utf-8")


def _samples(page: str, name: str) -> dict[str, float]:
    """Values of one metric by its stage label, from the text that Prometheus scrapes."""
    found = {}
    for line in page.splitlines():
        if line.startswith(f'{name}{{stage="'):
            labels, _, value = line.rpartition(" ")
            found[labels.split('"')[1]] = float(value)
    return found
