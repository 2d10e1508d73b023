"""Write every dashboard to ``dashboards/``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.grafana.feeds import FEEDS
from deploy.grafana.panels import render
from deploy.grafana.pipeline import PIPELINE
from deploy.grafana.quality import QUALITY
from deploy.grafana.runbook import PATH, runbook, sections
from deploy.grafana.workers import WORKERS

FOLDER = Path(__file__).parent / "dashboards"


def files() -> Mapping[str, str]:
    """File name → its text, of every dashboard."""
    book = runbook(PATH.read_text("utf-8"))
    found = sections(book)
    return {
        one.file: json.dumps(render(one, found), indent=1, ensure_ascii=False) + "\n"
        for one in (PIPELINE, QUALITY, WORKERS, FEEDS, book)
    }


def main() -> None:
    """Write the files; those of dashboards that are no more are left to whoever removes them."""
    for name, text in files().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
