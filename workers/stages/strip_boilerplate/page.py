"""The article of a web page: its main text, and what the page says about itself."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Any

import trafilatura
from resiliparse.extract.html2text import extract_plain_text
from trafilatura.utils import load_html

from workers.article import utc
from workers.stages.strip_boilerplate.declared import Declared, Found, declared_in

RENDERING = "resiliparse-plain/1"
"""Names what ``rendering_of`` returns."""

# Without a latest date htmldate would ask the clock for one, and a stage has no clock. Its
# extensive search guesses from the text, and slows all by a third.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
_LONGEST_FIELD = 500

# trafilatura takes a second for 5,000 links; no article has so many.
_MOST_LINKS = 10_000
# resiliparse's main content takes time by the square of the depth: .3 s at 2,000.
_DEEPEST = 1_000
_NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|main|ul|ol|table|font|center|blockquote|b|i|em|strong|a)\b",
    re.IGNORECASE,
)

for _noisy in ("trafilatura", "htmldate"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Page:
    """What was found on one page; None or empty where the page does not say."""

    text: str
    method: str
    """What found the text: ``trafilatura``, ``preview`` or ``resiliparse``."""
    headline: Found | None = None
    authors: list[str] = field(default_factory=list)
    source: Found | None = None
    declared: Declared = field(default_factory=Declared)


def read_page(html: str, preview: str | None = None) -> Page:
    """Read one page; strange HTML gives little or no text, never an exception.

    Where trafilatura finds no text the ``preview`` counts, if there is one, then resiliparse's main
    content, then all visible text.
    """
    html = html.encode("utf-8", "replace").decode("utf-8")  # lxml takes no lone surrogates
    declared, document = _trafilatura(html)
    text, method = _text(document), "trafilatura"
    if not text and preview and preview.strip():
        text, method = preview.strip(), "preview"
    if not text:
        text, method = _main_content(html), "resiliparse"
    if document is None:
        return Page(text=text, method=method, declared=declared)
    return Page(
        text=text,
        method=method,
        headline=_found(document.title),
        authors=[
            name.value for part in (document.author or "").split(";") if (name := _found(part))
        ],
        source=_found(document.sitename),
        declared=_with_guess(declared, document.date),
    )


def rendering_of(html: str) -> str:
    """All visible text of a page, block by block: the rendering that ``RENDERING`` names."""
    html = html.encode("utf-8", "replace").decode("utf-8")
    return str(extract_plain_text(html, alt_texts=False))


def _text(document: Any) -> str:
    return (document.text or "").strip() if document is not None else ""


def _trafilatura(html: str) -> tuple[Declared, Any]:
    """The page's declarations and trafilatura's document, None if it finds no text."""
    declared = Declared()
    if html.count("<a ") > _MOST_LINKS:
        return declared, None
    try:
        tree = load_html(html)
        if tree is None:
            return declared, None
        declared = declared_in(tree)
        return declared, trafilatura.bare_extraction(
            tree,
            fast=True,
            include_comments=False,
            with_metadata=True,
            deduplicate=False,
            date_extraction_params=dict(_DATES),
        )
    except Exception:  # whatever a broken page makes of lxml and the parsers of dates and JSON
        return declared, None


def _main_content(html: str) -> str:
    if depth_of(html) <= _DEEPEST:
        main = str(extract_plain_text(html, main_content=True, alt_texts=False)).strip()
        if main:
            return main
    return rendering_of(html).strip()


def depth_of(html: str) -> int:
    """How deep elements nest, at the least; cheap, and linear in the page's length."""
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _found(value: str | None) -> Found | None:
    text = " ".join((value or "").split())[:_LONGEST_FIELD]
    return Found(text, "page") if text else None


def _names(authors: str | None) -> list[str]:
    found = (_found(name) for name in (authors or "").split(";"))
    return [name.value for name in found if name]


def _with_guess(declared: Declared, date: str | None) -> Declared:
    """Take the day that htmldate found where the page declares no date."""
    guess = utc(date)
    if declared.published_at or not guess:
        return declared
    return Declared(Found(guess, "page"), declared.modified_at, declared.canonical_url)
