"""Write HTML in which nothing that an article says is markup, and nothing it hides stays hidden."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_LONGEST_LINK = 2000
# Control characters, line separators and what turns the reading direction of all that follows.
# The marks that only tell a neighbour's direction, and joiners, belong to the text and do no harm.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


def text(value: object) -> str:
    """A value as text of an element or a quoted attribute; invisible characters by their codes."""
    return html.escape(_INVISIBLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", str(value)))


def own(value: object, tag: str = "bdi") -> str:
    """Text from an article, which has a direction of its own."""
    return f"<{tag} dir=auto>{text(value)}</{tag}>"


def link(address: str, words: str | None = None) -> str:
    """A link where the address is http or https and no longer than one is; else its text."""
    shown = own(address if words is None else words)
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return shown
    if (
        scheme not in ("http", "https")
        or len(address) > _LONGEST_LINK
        or _INVISIBLE.search(address)
    ):
        return shown
    return f'<a href="{text(address)}" rel="noreferrer noopener nofollow">{shown}</a>'


def section(id: str, title: str, *parts: str) -> str:
    """A part of the page under its own heading."""
    inner = "\n".join(part for part in parts if part)
    return f'<section id="{id}"><h2>{text(title)}</h2>\n{inner}\n</section>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> str:
    """A table of cells that are HTML already; it scrolls by itself where it is too wide."""
    heads = "".join(f'<th scope="col">{text(cell)}</th>' for cell in head)
    lines = "\n".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>{lines}</tbody></table></div>"
    )


def pairs(items: Iterable[tuple[str, str]]) -> str:
    """Names with their values; the values are HTML already."""
    lines = "\n".join(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>" for name, value in items)
    return f"<dl>{lines}</dl>" if lines else ""
