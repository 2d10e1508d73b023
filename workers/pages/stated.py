"""What a page states of its article outside the visible text: title, summary, and its body in JSON.

Read with patterns from the page as it is, since a parser would cost more than all the rest.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape

_HEAD = 60_000
_LONGEST_HEAD = 200_000
_META = re.compile(r"<meta\b[^>]{0,4000}>", re.IGNORECASE)
_KEY = re.compile(
    r"(?:name|property|itemprop)\s*=\s*[\"']?(?:og:|twitter:)?(title|description)\b", re.IGNORECASE
)
_CONTENT = re.compile(r"content\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_BODY = re.compile(r'"articleBody"\s*:\s*"')
_TAG = re.compile(r"<[^<>]*>")
_MOST_BODIES = 20


@dataclass(frozen=True)
class Stated:
    """Empty strings where the page does not say."""

    title: str
    """The shortest there is: the long ones add the site's name."""
    summary: str
    """The longest there is."""
    body: str
    """The longest ``articleBody`` of JSON-LD, without tags. It may be a stub or a summary."""


def stated_in(html: str) -> Stated:
    """Read what the page states; linear in its length."""
    end = html.find("<body")
    head = html[:end] if 0 < end < _LONGEST_HEAD else html[:_HEAD]
    titles: list[str] = []
    summaries: list[str] = []
    if (match := _TITLE.search(head)) is not None:
        titles.append(unescape(match[1]).strip())
    for meta in _META.findall(head):
        key, content = _KEY.search(meta), _CONTENT.search(meta)
        if key and content:
            value = unescape(content[1] or content[2] or "").strip()
            (titles if key[1].lower() == "title" else summaries).append(value)
    return Stated(
        min(filter(None, titles), key=len, default=""),
        max(summaries, key=len, default=""),
        _body(html),
    )


def _body(html: str) -> str:
    best = ""
    for number, match in enumerate(_BODY.finditer(html)):
        if number == _MOST_BODIES:
            break
        try:
            text, _ = json.decoder.scanstring(html, match.end(), False)  # type: ignore[attr-defined]
        except ValueError:
            continue
        if len(text) > len(best):
            best = text
    if "&" in best:
        best = unescape(best)
    if "<" in best:
        best = unescape(_TAG.sub(" ", best))
    return best
