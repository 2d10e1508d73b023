"""The runbook as a dashboard, so that a panel's link leads to what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from deploy.grafana.panels import RUNBOOK, Dashboard, Row, Text

PATH = Path(__file__).parents[1] / "RUNBOOK.md"
LINE = 110
"""Characters of a line of a panel over the whole width, about."""


def runbook(markdown: str) -> Dashboard:
    """A text panel for each section of the runbook, under its own headings."""
    first, *chapters = re.split(r"^## ", markdown, flags=re.M)
    rows = [Row("First, always", (_panel("First, always", first.partition("\n")[2]),))]
    for chapter in chapters:
        title, _, text = chapter.partition("\n")
        before, *sections = re.split(r"^### ", text, flags=re.M)
        panels = [_panel(title, before)] if before.strip() else []
        panels += [_panel(*_cut(section)) for section in sections]
        rows.append(Row(title, tuple(panels)))
    return Dashboard(
        uid=RUNBOOK,
        title="copydesk runbook",
        description="What each alert means, what to look at, and what to do.",
        rows=tuple(rows),
        refresh="",
    )


def sections(dashboard: Dashboard) -> Mapping[str, int]:
    """A section's title → the number of its panel."""
    titles: list[str] = []
    for row in dashboard.rows:
        titles += ["", *(panel.title for panel in row.panels)]
    return {title: number for number, title in enumerate(titles, 1) if title}


def _cut(section: str) -> tuple[str, str]:
    title, _, text = section.partition("\n")
    return title.strip(), text


def _panel(title: str, markdown: str) -> Text:
    # Links to other files lead nowhere in Grafana.
    text = re.sub(r"\[([^\]]+)\]\((?!\w+://)[^)]*\)", r"\1", markdown.strip())
    lines = sum(1 + len(line) // LINE for line in text.splitlines())
    return Text(title, text, height=max(3, 2 + lines))
