"""A page as blocks of text, in reading order, and the elements that hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

from resiliparse.parse.html import HTMLParserException, HTMLTree

from workers.stages.strip_boilerplate.extract.hints import hints_of


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NAMES = _words(
    "div p li h1 h2 h3 h4 h5 h6 td th tr table tbody thead tfoot ul ol dl dt dd section article "
    "main aside header footer nav blockquote pre figure figcaption form fieldset address "
    "details summary button label body html center hr caption legend option picture video audio "
    "amp-img"
)
NUMBER = {name: number for number, name in enumerate(_NAMES)}
"""Elements that begin a block; others are inline."""

_SAYING = (
    "article", "main", "aside", "header", "footer", "nav", "figure", "figcaption caption", "ul ol",
    "table", "form", "blockquote pre", "li", "button label", "dl", "section", "address", "h1",
    "details",
)  # fmt: skip
LANDMARKS = {name: 1 << place for place, names in enumerate(_SAYING) for name in names.split()}
"""Elements that say something of what is in them, as bits."""
LANDMARK_BITS = tuple(sorted(set(LANDMARKS.values())))
_LANDMARK_OF_NUMBER = [LANDMARKS.get(name, 0) for name in _NAMES]

_SKIPPED = frozenset(
    _words(
        "script style svg template iframe noscript select canvas math object textarea noembed "
        "noframes xmp plaintext title"
    )
)
_TOKEN = re.compile(r'<(/?)([a-z][^\s>/]*+)((?:[^>"]++|"[^"]*+")*+)>([^<]*+)')
_BODY, _HR = NUMBER["body"], NUMBER["hr"]

_WHOLE = frozenset(NUMBER[name] for name in _words("p h1 h2 h3 h4 h5 h6 figcaption caption"))
"""Elements of one block."""

# What a tag does to the reader, in one look-up; any other tag does nothing.
_BREAK, _LINK, _BOLD, _ITALIC, _IMAGE, _SKIP = range(-1, -7, -1)
_EFFECT = {
    **NUMBER,
    **dict.fromkeys(_SKIPPED, _SKIP),
    **dict.fromkeys(("b", "strong"), _BOLD),
    **dict.fromkeys(("i", "em"), _ITALIC),
    "br": _BREAK,
    "a": _LINK,
    "img": _IMAGE,
}


@dataclass(slots=True)
class Elements:
    """The elements that may hold blocks, parents before their children; the root is number 0."""

    parent: list[int] = field(default_factory=lambda: [0])
    name: list[int] = field(default_factory=lambda: [_BODY])
    hints: list[int] = field(default_factory=lambda: [0])
    """Of the element alone."""
    inherited: list[int] = field(default_factory=lambda: [0])
    """Hints of the element and all it is in."""
    depth: list[int] = field(default_factory=lambda: [0])

    def landmark(self, element: int) -> int:
        """The bit of the element itself, 0 if it is no landmark."""
        return _LANDMARK_OF_NUMBER[self.name[element]]


@dataclass(slots=True)
class Blocks:
    """Column by column what is known of each block; characters are counted before trimming."""

    elements: Elements
    texts: list[str] = field(default_factory=list)
    """White space is single spaces; never empty."""
    element: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    """Characters inside links."""
    links: list[int] = field(default_factory=list)
    bold: list[int] = field(default_factory=list)
    italic: list[int] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    """Since the block before."""

    def only(self, places: Sequence[int]) -> Blocks:
        """These blocks, in the same elements."""
        texts, element = self.texts, self.element
        return Blocks(
            self.elements,
            [texts[place] for place in places],
            [element[place] for place in places],
            *(
                [column[place] for place in places]
                for column in (self.linked, self.links, self.bold, self.italic, self.images)
            ),
        )


def read_blocks(html: str) -> Blocks:
    """Parse a page into blocks; the page's depth and size must have been checked before."""
    try:
        body = HTMLTree.parse(html).body
        markup = body.html if body is not None else ""
    except HTMLParserException:
        markup = ""
    reader = _Reader()
    reader.read(markup)
    return reader.blocks


class _Reader:
    """Turns markup as the parser serialises it into blocks."""

    def __init__(self) -> None:
        self.blocks = Blocks(Elements())

    def read(self, markup: str) -> None:
        """Read all of it. One loop, since calls for each of a page's tags would double its time."""
        elements, add = self.blocks.elements, self._add
        names, parents, hints = elements.name, elements.parent, elements.hints
        inherited, depths = elements.inherited, elements.depth
        effect_of = _EFFECT.get
        open_elements = [0]
        current = 0
        pieces: list[str] = []
        linked = links = bold = italic = images = breaks = 0
        in_link = in_bold = in_italic = ended = False
        skipping, skipped = "", 0
        for slash, name, attributes, text in _TOKEN.findall(markup):
            if skipping:
                if name == skipping:
                    skipped += -1 if slash else 1
                    if not skipped:
                        skipping = ""
                if skipping:
                    continue
            elif (effect := effect_of(name)) is None:
                if "-" in name:
                    # An element of the page's own stands in a sentence or holds one: the latter
                    # where no paragraph is open and the next one follows without a word between.
                    if ended and not slash and pieces and names[current] not in _WHOLE:
                        if add(pieces, current, linked, links, bold, italic, images):
                            images = 0
                        pieces = []
                        linked = links = bold = italic = 0
                    ended = bool(slash)
            elif effect >= 0:
                if pieces:
                    if add(pieces, current, linked, links, bold, italic, images):
                        images = 0
                    pieces = []
                    linked = links = bold = italic = 0
                if slash:
                    if names[current] == effect and len(open_elements) > 1:
                        open_elements.pop()
                        current = open_elements[-1]
                elif effect != _HR:
                    # The body's own classes speak of the page, not of its parts.
                    mask = hints_of(attributes) if attributes and effect != _BODY else 0
                    parents.append(current)
                    names.append(effect)
                    hints.append(mask)
                    inherited.append(inherited[current] | mask)
                    depths.append(depths[current] + 1)
                    current = len(parents) - 1
                    open_elements.append(current)
                breaks = 0
            elif effect == _LINK:
                in_link = not slash
                links += in_link
            elif effect == _BREAK:
                breaks += 1
                if breaks >= 2 and pieces:
                    if add(pieces, current, linked, links, bold, italic, images):
                        images = 0
                    pieces = []
                    linked = links = bold = italic = 0
                elif pieces:
                    pieces.append(" ")
            elif effect == _BOLD:
                in_bold = not slash
            elif effect == _ITALIC:
                in_italic = not slash
            elif effect == _IMAGE:
                images += 1
            elif not slash:
                skipping, skipped = name, 1
                continue
            if not text:
                continue
            if text.isspace():
                if pieces:
                    pieces.append(" ")
                continue
            pieces.append(text)
            breaks = 0
            ended = False
            if in_link:
                linked += len(text)
            if in_bold:
                bold += len(text)
            if in_italic:
                italic += len(text)
        if pieces:
            add(pieces, current, linked, links, bold, italic, images)

    def _add(
        self,
        pieces: list[str],
        element: int,
        linked: int,
        links: int,
        bold: int,
        italic: int,
        images: int,
    ) -> bool:
        text = "".join(pieces)
        if "&" in text:
            text = unescape(text)
        text = " ".join(text.split())
        if not text:
            return False
        blocks = self.blocks
        blocks.texts.append(text)
        blocks.element.append(element)
        blocks.linked.append(linked)
        blocks.links.append(links)
        blocks.bold.append(bold)
        blocks.italic.append(italic)
        blocks.images.append(images)
        return True
