"""Live progress of a run: a line that moves on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table

from topics import catalog

if TYPE_CHECKING:
    from workers.runtime.tally import Tally

PLAIN_SECONDS = 5.0


class Progress:
    """Shows arrivals and outcomes while it is entered."""

    def __init__(self, console: Console, tally: Tally) -> None:
        self._console = console
        self._tally = tally
        self._began = time.monotonic()
        self._shown = 0.0
        self._live = Live(console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> Progress:
        if self._live is not None:
            self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._live is not None:
            self._live.__exit__(None, None, None)

    def update(self) -> None:
        """Show the figures of now."""
        now = time.monotonic()
        if self._live is not None:
            self._live.update(self._table(now))
        elif now - self._shown >= PLAIN_SECONDS:
            self._shown = now
            self._console.print(self._line(now), highlight=False)

    def _figures(self) -> list[tuple[str, int]]:
        tally = self._tally
        return [
            ("arrived", len(tally.arrived)),
            ("enriched", tally.count(catalog.ENRICHED.name)),
            ("duplicates", tally.count(catalog.DUPLICATES.name)),
            ("dead letters", tally.count(catalog.DEAD_LETTER.name)),
        ]

    def _line(self, now: float) -> str:
        figures = ", ".join(f"{count} {name}" for name, count in self._figures())
        return f"{now - self._began:5.0f} s  {figures}"

    def _table(self, now: float) -> Table:
        figures = self._figures()
        total = max(figures[0][1], 1)
        table = Table.grid(padding=(0, 2))
        for name, count in figures:
            bar = "━" * round(40 * min(count / total, 1))
            table.add_row(name, str(count), f"[cyan]{bar}[/cyan]")
        waiting = "workers are starting" if not self._tally.outcomes else "working"
        table.add_row("", f"{now - self._began:.0f} s", f"[dim]{waiting}[/dim]")
        return table
