"""``python -m tests.deploy.values_table``: writes the chart's values into its README."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from tests.deploy.composed import ROOT

CHART = ROOT / "deploy" / "kubernetes"
BEGIN, END = "<!-- values -->\n", "<!-- /values -->\n"


def values() -> dict[str, Any]:
    """The chart's defaults."""
    parsed: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    return parsed


def schema() -> dict[str, Any]:
    """The JSON Schema of the values."""
    parsed: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    return parsed


def rows() -> Iterator[tuple[str, str, str]]:
    """(value, default, what it is) of every value; those of a worker once, for all of them."""
    defaults = values()
    for name, described in schema()["properties"].items():
        if name == "global":
            continue
        if name == "workers":
            yield (
                "`workers`",
                ", ".join(f"`{it}`" for it in defaults[name]),
                described["description"],
            )
            for part, inner in described["additionalProperties"]["properties"].items():
                told = ", ".join(_shown(it[part]) for it in defaults[name].values())
                yield f"`workers.*.{part}`", told, inner["description"]
        elif "properties" in described:
            for part, inner in described["properties"].items():
                yield f"`{name}.{part}`", _shown(defaults[name][part]), inner["description"]
        else:
            yield f"`{name}`", _shown(defaults[name]), described["description"]


def table() -> str:
    """The table, in Markdown."""
    lines = ["| value | default | |", "|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in rows()]
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The page with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def _shown(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


if __name__ == "__main__":
    readme = CHART / "README.md"
    readme.write_text(written(readme.read_text("utf-8")), "utf-8")
