"""The chart's copies of Prometheus' rules: ``python -m deploy.chart_rules`` writes them.

Helm reads nothing outside its chart, and links get lost in archives and on some checkouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_name("prometheus")
FOLDER = Path(__file__).with_name("kubernetes") / "rules"
PATTERN = "*.rules.yml"
HEAD = "# A copy of deploy/prometheus/{name}, made by `python -m deploy.chart_rules`.\n\n"


def files() -> Mapping[str, str]:
    """File name → its text, of every copy."""
    return {
        path.name: HEAD.format(name=path.name) + path.read_text("utf-8")
        for path in sorted(SOURCE.glob(PATTERN))
    }


def main() -> None:
    """Write the copies; those whose source is no more are removed."""
    made = files()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob(PATTERN):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        path = FOLDER / name
        path.unlink(missing_ok=True)  # written through a link, the source would get the heading
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
