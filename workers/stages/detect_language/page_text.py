"""The visible text of a page without parsing it, in linear time; crude, but enough for a sample."""

from __future__ import annotations

import html
import re

_HIDDEN = re.compile(
    r"<(script|style|template|noscript|svg|title|textarea|iframe)(?=[\s/>])", re.IGNORECASE
)
_MARKUP = re.compile(r"</?[a-zA-Z]|<[!?]")


def page_text(page: str) -> str:
    """What stands outside of tags, comments, scripts and styles, with references resolved."""
    pieces = []
    position = 0
    while (markup := _MARKUP.search(page, position)) is not None:
        start = markup.start()
        pieces.append(page[position:start])
        if (hidden := _HIDDEN.match(page, start)) is not None:
            closing = re.compile(f"</{hidden[1]}", re.IGNORECASE).search(page, hidden.end())
            end = page.find(">", closing.end()) if closing else -1
        elif page.startswith("<!--", start):
            end = page.find("-->", start + 4)
            end = end + 2 if end >= 0 else -1
        else:
            end = page.find(">", start)
        if end < 0:
            position = len(page)
            break
        position = end + 1
    pieces.append(page[position:])
    return html.unescape(" ".join(piece for piece in pieces if piece.strip()))
