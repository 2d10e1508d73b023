"""The article of a page that shows nothing until a script draws it: from the JSON for that.

Frameworks leave their state in a script, as JSON or as an assignment of it. An article's text is in
it as one long string or as a list of paragraphs; either way at one path, list positions aside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

_SCRIPT = re.compile(r"<script\b([^<>]*)>", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_FOREIGN = re.compile(r"\bsrc\s*=", re.IGNORECASE)
_ASSIGNED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$\[\]\"']{1,100}\s*=\s*(?=[{\[])")
_LONGEST = 3_000_000
"""Characters of all scripts that are read."""
_MOST_VALUES = 200_000
_LEAST = 60
"""Characters of a string that may be a paragraph."""
_LOOSE = 2
"""So many list positions, the innermost, may differ between paragraphs of one article."""
_BREAK = re.compile(r"</?(?:p|div|h[1-6]|li|ul|ol|br|blockquote|figure|section)\b[^<>]*>|\n")
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE = re.compile(r"[.!?…।۔؟](?=\s|$)|[。！？]")

_MOST_COMPARED = 200
"""Paragraphs looked back for a repeat."""

Path = tuple[str | int, ...]


def embedded_article(html: str) -> str:
    """The longest prose at one path of the page's JSON, a paragraph a line; empty if there is none.

    Time is linear in the page's length.
    """
    found: dict[Path, list[str]] = {}
    prose: dict[Path, int] = {}
    for value in _values(html):
        for path, text in _strings(value):
            if len(text) < _LEAST:
                continue
            lines = _paragraphs(text)
            size = sum(len(line) for line in lines if _SENTENCE.search(line))
            place = _loosened(path)
            known = found.setdefault(place, [])
            if size and lines[0] not in known[-_MOST_COMPARED:]:
                known += lines
                prose[place] = prose.get(place, 0) + size
    if not prose:
        return ""
    best = "\n".join(found[max(prose, key=lambda place: prose[place])])
    return best.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _values(html: str) -> Iterator[object]:
    """The JSON values of the page's scripts."""
    decoder = json.JSONDecoder(strict=False)
    position = read = 0
    while (start := _SCRIPT.search(html, position)) is not None:
        end = _END.search(html, start.end())
        position = end.start() if end else len(html)
        if _FOREIGN.search(start[1]):
            continue
        assigned = _ASSIGNED.match(html, start.end())
        begin = assigned.end() if assigned else start.end()
        while begin < position and html[begin].isspace():
            begin += 1
        if begin == position or html[begin] not in "{[":
            continue
        read += position - begin
        if read > _LONGEST:
            return
        try:
            yield decoder.raw_decode(html[begin:position])[0]
        except (ValueError, RecursionError):
            continue


def _strings(value: object) -> Iterator[tuple[Path, str]]:
    """All strings inside a value with their paths, in order."""
    waiting: list[tuple[Path, object]] = [((), value)]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        path, one = waiting.pop()
        if isinstance(one, str):
            yield path, one
        elif isinstance(one, dict):
            waiting += [((*path, key), inner) for key, inner in reversed(one.items())]
        elif isinstance(one, list):
            waiting += [((*path, at), inner) for at, inner in reversed(list(enumerate(one)))]


def _loosened(path: Path) -> Path:
    """The path without the innermost list positions."""
    loose = [at for at, step in enumerate(path) if isinstance(step, int)][-_LOOSE:]
    return tuple(-1 if at in loose else step for at, step in enumerate(path))


def _paragraphs(text: str) -> list[str]:
    pieces = (unescape(_TAG.sub("", piece)) for piece in _BREAK.sub("\n", text).split("\n"))
    lines = [" ".join(piece.split()) for piece in pieces]
    return [line for line in lines if line] or [""]
