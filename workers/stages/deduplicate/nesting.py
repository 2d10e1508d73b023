"""How deeply a page's elements nest, measured in linear time before any parser sees the page.

Parsers and extractors need time that grows with depth × elements and cannot be interrupted. The
scan follows the HTML standard closely enough that a page cannot hide its depth (unclosed tags, end
tags that close nothing, tags in comments, attributes and scripts), and stays on the safe side
elsewhere. Elements with optional end tags (``<p>``, ``<li>``, ``<td>``) and void ones do not
count: however often they are left open, they do not nest of their own accord.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr frame keygen")
_OPTIONAL = _names(
    "html head body p li dt dd option optgroup rb rt rp rtc tr td th thead tbody tfoot colgroup"
    " caption"
)
_RAW_TEXT = _names("script style textarea title iframe noembed noframes xmp")
_FOREIGN = frozenset(("svg", "math"))
_BREAKOUT = _names(
    "b big blockquote body br center code dd div dl dt em embed font h1 h2 h3 h4 h5 h6 head hr i"
    " img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul"
    " var"
)
"""In SVG and MathML these end the foreign content, where ``<x/>`` is an element without content."""
_INTEGRATION = _names("foreignobject desc title annotation-xml mi mo mn ms mtext")
"""Inside these, foreign content holds HTML again."""
_BARRIERS = _names("table template object applet marquee select")
"""An end tag outside does not close elements inside these."""
_CROSSING = _names("table template")
"""Their own end tags do, whatever other barriers are open inside them."""
_SPECIAL = _names(
    "address applet article aside blockquote button center details dir div dl fieldset figcaption"
    " figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup listing main marquee menu nav"
    " noscript object ol plaintext pre search section select summary table template ul"
)
"""An end tag of any other element does not close one of these that was opened inside it."""
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
"""Of the others, those whose end tags then close them all the same, and not what is inside."""

_TAG = re.compile(r"<(?:(!--)|([!?]|/(?![a-zA-Z]))|(/?)([a-zA-Z][^\x00 \t\n\f\r/>]*+))")
_TAG_END = re.compile(
    r"""(?:[ \t\n\f\r/]++
        |(?:=[^ \t\n\f\r/>=]*+|[^ \t\n\f\r/>=]++)
         (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"|'[^']*+'|(?=>)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+))?+
        )*+>""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""[ \t\n\f\r/]*+(=[^ \t\n\f\r/>=]*+|[^ \t\n\f\r/>=]++)
        (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"|'[^']*+'|(?=>)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+))?+
    """,
    re.VERBOSE,
)
_COMMENT_END = re.compile(r"--!?>")


@dataclass(frozen=True)
class Nesting:
    """What the scan found; it stops early once ``depth`` passes the limit."""

    depth: int
    """Most elements open at once."""
    work: int
    """Depth summed over all start tags: what an extractor that looks at ancestors pays for."""


def measure(html: str, *, limit: int) -> Nesting:
    """Scan a page up to its end, or to where more than ``limit`` elements are open."""
    open_elements = _OpenElements()
    deepest = work = position = 0
    while (tag := _TAG.search(html, position)) is not None:
        comment, declaration, slash, name = tag.groups()
        if comment or declaration:
            end = _COMMENT_END.search(html, tag.start() + 2) if comment else None
            position = end.end() if end else html.find(">", tag.end() - 1) + 1
            if position == 0 or (comment and end is None):
                break
            continue
        after = _TAG_END.match(html, tag.end())
        if after is None:
            break
        position = after.end()
        name = name.lower()
        if slash:
            open_elements.close(name)
            continue
        work += open_elements.depth + 1
        foreign = open_elements.foreign
        if foreign and name in _BREAKOUT and (name != "font" or _is_styled(html, tag.end())):
            open_elements.leave_foreign()
            foreign = False
        if name in _VOID or name in _OPTIONAL:
            continue
        if html[position - 2] == "/" and (foreign or name in _FOREIGN):
            continue
        if name in _RAW_TEXT and not foreign:
            end = re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE).search(html, position)
            if end is None:
                break
            position = end.start()
            continue
        open_elements.open(name)
        if open_elements.depth > deepest:
            deepest = open_elements.depth
            if deepest > limit:
                break
    return Nesting(deepest, work)


def _is_styled(html: str, start: int) -> bool:
    """Whether a ``<font>`` has an attribute without which it is no more than its name in SVG."""
    while (attribute := _ATTRIBUTE.match(html, start)) is not None:
        if attribute[1].lower() in ("color", "face", "size"):
            return True
        start = attribute.end()
    return False


class _OpenElements:
    """The stack of open elements, with the places of each name on it."""

    def __init__(self) -> None:
        self.depth = 0
        self._stack: list[str | None] = []
        self._places: dict[str, list[int]] = {}
        self._barriers: list[int] = []
        self._blocks: list[int] = []
        self._foreign: list[int] = []
        self._html: list[int] = []

    @property
    def foreign(self) -> bool:
        """Whether SVG or MathML is open, and no HTML inside it."""
        return bool(self._foreign) and (not self._html or self._foreign[-1] > self._html[-1])

    def leave_foreign(self) -> None:
        self._html.append(self._foreign[-1])

    def open(self, name: str) -> None:
        place = len(self._stack)
        self._stack.append(name)
        self._places.setdefault(name, []).append(place)
        if name in _BARRIERS:
            self._barriers.append(place)
        if name in _SPECIAL or (name in _INTEGRATION and self.foreign):
            self._blocks.append(place)
        if name in _INTEGRATION and self.foreign:
            self._html.append(place)
        if name in _FOREIGN:
            self._foreign.append(place)
        self.depth += 1

    def close(self, name: str) -> None:
        places = self._places.get(name)
        if not places:
            return
        place = places[-1]
        inside = bisect_left(self._blocks, place)
        if inside < len(self._blocks) and self._blocks[inside] != place:
            if name in _FORMATTING:
                places.pop()
                self._stack[place] = None
                self.depth -= 1
        elif name in _CROSSING or not (self._barriers and self._barriers[-1] > place):
            self._pop_to(place)

    def _pop_to(self, place: int) -> None:
        for name in reversed(self._stack[place:]):
            if name is not None:
                self._places[name].pop()
                self.depth -= 1
        del self._stack[place:]
        for places in (self._barriers, self._blocks, self._foreign, self._html):
            while places and places[-1] >= place:
                places.pop()
