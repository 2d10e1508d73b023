"""Pages that are hard to read: whatever can find their text finds it after the claim, too."""

from __future__ import annotations

import json

import pytest

from tests.deployment import copydesk, raw
from tests.prose import prose

LINES = "".join(f"<p>Line {number}</p>" for number in range(11_000))


def story(number: int) -> list[str]:
    return [prose(100 * number + part) for part in range(12)]


def markup(number: int) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in story(number))


def drawn(number: int) -> str:
    state = {"props": {"article": {"body": [{"text": text} for text in story(number)]}}}
    kind = 'id="__NEXT_DATA__" type="application/json"'
    return f'<div id="__next"></div><script {kind}>{json.dumps(state)}</script>'


PAGES = {
    "blocks": f"<article>{markup(1)}</article>",
    "trafilatura": f"<object>{markup(2)}</object>",
    "json": drawn(3),
    "preview": LINES,
    "tagless": "<div>" * 6_000 + markup(4),
}


def found(pages: dict[str, str], stages: str) -> dict[str, tuple[str, str]]:
    """Of each page the topic of its outcome, and what found its text."""
    lines = [
        raw(name, f"<html><body>{body}</body></html>", media_type="text/html")
        for name, body in pages.items()
    ]
    done = copydesk("enrich", "--stages", stages, input=b"\n".join(lines) + b"\n")
    assert done.returncode == 0, done.stderr
    out = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        record["value"]["id"]: (record["topic"], record["value"].get("provenance", {}).get("text"))
        for record in out
    }


@pytest.mark.parametrize(
    ("pages", "stages"),
    [
        (PAGES, "deduplicate,strip_boilerplate"),
        ({"resiliparse": PAGES["preview"]}, "strip_boilerplate"),
    ],
    ids=["claimed", "alone"],
)
def test_each_way_to_a_text_is_reached(pages: dict[str, str], stages: str) -> None:
    expected = {name: ("articles.enriched", name) for name in pages}
    assert found(pages, stages) == expected
