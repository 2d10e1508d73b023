"""The visible text of a page without parsing it, in linear time; crude, but enough for a sample."""

from __future__ import annotations

import html
import re

ENOUGH = 20_000
"""Characters of text after which the rest of the page is not read."""

_HIDDEN = re.compile(
    r"<(script|style|template|noscript|svg|title|textarea|iframe)(?=[\s/>])", re.IGNORECASE
)
_CHROME = re.compile(
    r"<(nav|header|footer|aside|form|dialog|button|select|menu)(?=[\s/>])", re.IGNORECASE
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|q|rp|rt|ruby|s|samp|small"
    r"|span|strong|sub|sup|time|tt|u|var|wbr)(?=[\s/>])",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?[a-zA-Z]|<[!?]")
_SPACE = re.compile(r"\s+")


def page_text(page: str) -> str:
    """What stands outside of tags, comments, scripts and styles, one block a line.

    Navigation, forms and the like are left out, unless there is nothing else.
    """
    return _text(page, chrome=False) or _text(page, chrome=True)


def _text(page: str, *, chrome: bool) -> str:
    pieces: list[str] = []
    length = position = 0
    unclosed: set[str] = set()
    while length < ENOUGH and (markup := _MARKUP.search(page, position)) is not None:
        start = markup.start()
        piece = _SPACE.sub(" ", page[position:start])
        pieces.append(piece)
        length += len(piece)
        if (hidden := _HIDDEN.match(page, start)) is not None:
            end = _end_of_element(page, hidden[1], hidden.end())
        elif not chrome and (around := _CHROME.match(page, start)) is not None:
            name = around[1].lower()
            end = -1 if name in unclosed else _end_of_element(page, name, around.end())
            if end < 0:  # without its end tag it would swallow the article
                unclosed.add(name)
                end = page.find(">", start)
        elif page.startswith("<!--", start):
            end = page.find("-->", start + 4)
            end = end + 2 if end >= 0 else -1
        else:
            end = page.find(">", start)
        if end < 0:
            position = len(page)
            break
        if _INLINE.match(page, start) is None:
            pieces.append("\n")
        position = end + 1
    if length < ENOUGH:
        pieces.append(_SPACE.sub(" ", page[position:]))
    lines = (line.strip() for line in html.unescape("".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)


def _end_of_element(page: str, name: str, start: int) -> int:
    closing = re.compile(f"</{name}", re.IGNORECASE).search(page, start)
    return page.find(">", closing.end()) if closing else -1
