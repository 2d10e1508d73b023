"""Markup made fit for the parser: without scripts and styles, and refused where it would hurt.

Parsers need time by the square of the depth of a page and cannot be interrupted, so that depth and
size are looked at before one sees the page. Everything here is linear in the page's length.
"""

from __future__ import annotations

import re
from html import unescape

import numpy as np

DEEPEST = 600
"""Open elements; news pages stay below 100, browsers stop at 512."""
HARMLESS = 5_000
"""Start tags: so few are parsed in some hundredths of a second however deep they nest."""
LONGEST = 2_000_000
"""Characters without scripts and styles; pages of 1 MB have some 200,000."""

# Elements whose content is no markup, and drawings.
_RAW = ("script", "style", "iframe", "noembed", "noframes", "textarea", "title", "xmp")
_NAMES = (*_RAW, "svg")
_UNSEEN = re.compile(rf"<(?:(!--)|({'|'.join(_NAMES)})(?=[\s/>]))", re.IGNORECASE)
# An end tag ends before the next one begins, even where its ">" is missing: that keeps it linear.
_ENDS = {
    "!--": re.compile(r"-->"),
    **{name: re.compile(rf"</{name}(?=[\s/>])[^<>]*>?", re.IGNORECASE) for name in _NAMES},
}
# As XML wants it: attributes in quotes, so that the slash is not the end of an address.
_EMPTY = re.compile(rf"<({'|'.join(_RAW)})(?:\s[^<>]*[\"'\s])?/>", re.IGNORECASE)
_XML = re.compile(
    r"[\s\ufeff]*<\?xml\s|(?:[^<]|<(?!html[\s>]))*+<html\s[^<>]*\bxmlns\s*=", re.IGNORECASE
)
_XML_REACH = 5_000
_END_OF_HEAD = re.compile(r"</head\b|<body\b", re.IGNORECASE)
# Void elements, and those that the next one of their kind closes, do not nest when left open.
_NESTING = re.compile(
    r"<(/?)(?!(?:area|b(?:ase|ody|r)|c(?:aption|ol|olgroup)|d[dt]|embed|h(?:ead|r|tml)|i(?:mg"
    r"|nput)|li(?:nk)?|meta|opt(?:group|ion)|p(?:aram|ath)?|source|t(?:body|d|foot|h|head|r|rack)"
    r"|wbr)[\s/>])[a-z]",
    re.IGNORECASE,
)


def with_empty_elements_closed(html: str) -> str:
    """The page with ``<script/>``, ``<title/>`` and the like given their end tags.

    HTML knows no such empty elements, so that they would swallow what follows. They are closed in
    pages written as XML, and wherever nothing closes them before the head ends, or at all.
    """
    if _EMPTY.search(html) is None:
        return html
    xml = _XML.match(html, 0, _XML_REACH) is not None
    head = _END_OF_HEAD.search(html)
    body = head.start() if head else 0
    kept: list[str] = []
    position = done = 0
    ends: dict[str, tuple[int, int]] = {}
    while (start := _UNSEEN.search(html, position)) is not None:
        name = (start[1] or start[2]).lower()
        position = start.end()
        if name == "svg":
            continue
        if ends.get(name, (0, 0))[0] < position:
            end = _ENDS[name].search(html, position)
            ends[name] = end.span() if end else (len(html), len(html))
        first, last = ends[name]
        empty = _EMPTY.match(html, start.start())
        if empty and (xml or first == len(html) or position < body < first):
            kept += (html[done : empty.end() - 2], f"></{name}>")
            position = done = empty.end()
        else:
            position = last
    return "".join((*kept, html[done:]))


def without_scripts(html: str) -> str:
    """The page without scripts, styles, drawings, comments, and what else is never markup."""
    kept: list[str] = []
    position = 0
    unclosed = False
    while (start := _UNSEEN.search(html, position)) is not None:
        name = (start[1] or start[2]).lower()
        end = None if unclosed and name == "svg" else _ENDS[name].search(html, start.end())
        if end is None and name == "svg":
            # What follows an open drawing is seen by readers, unlike what follows an open script.
            unclosed = True
            kept.append(html[position : start.end()])
            position = start.end()
            continue
        kept.append(html[position : start.start()])
        position = end.end() if end else len(html)
    kept.append(html[position:])
    return "".join(kept)


def depth_of(html: str) -> int:
    """How deep elements nest, at the least."""
    slashes = _NESTING.findall(html)
    if not slashes:
        return 0
    steps = 1 - 2 * np.fromiter(map(len, slashes), np.int64, len(slashes))
    level = np.cumsum(steps)
    # End tags that close nothing do not lower the level.
    return int((level - np.minimum(np.minimum.accumulate(level), 0)).max())


def can_be_parsed(markup: str) -> bool:
    """Whether a parser may see this page (without scripts): not too long, not nested too deep."""
    if len(markup) > LONGEST:
        return False
    started = markup.count("<") - markup.count("</")
    return started <= HARMLESS or depth_of(markup) <= DEEPEST


_TAG = re.compile(r"<[^<>]*>")
_INLINE = re.compile(r"</?(?:a|abbr|b|cite|code|em|font|i|mark|q|s|small|span|strong|u)\b[^<>]*>")


def tagless(markup: str) -> str:
    """The text of a page that no parser may see: what is between the tags, a line for each."""
    text = unescape(_TAG.sub("\n", _INLINE.sub("", markup)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
