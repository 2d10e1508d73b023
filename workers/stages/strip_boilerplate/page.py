"""The article of a web page: its main text, and what the page says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from trafilatura.metadata import extract_metadata

from workers.article import utc
from workers.stages.strip_boilerplate.declared import Declared, Found, declared_in
from workers.stages.strip_boilerplate.extract.embedded import embedded_article
from workers.stages.strip_boilerplate.extract.extractor import SCANT, extract
from workers.stages.strip_boilerplate.extract.markup import can_be_parsed, tagless, without_scripts
from workers.stages.strip_boilerplate.extract.second_opinion import (
    text_found_by_trafilatura,
    tree_of,
)
from workers.stages.strip_boilerplate.extract.stated import stated_in

# Without a latest date htmldate would ask the clock for one, and a stage has no clock. Its
# extensive search guesses from the text, and slows all by a third.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
_LONGEST_FIELD = 500
_TIMES = 2
"""By how much the text in scripts must be longer than a scant text that is shown."""
# What guesses a page's fields looks at every link of it.
_MOST_LINKS = 10_000


@dataclass(frozen=True)
class Page:
    """What was found on one page; None or empty where the page does not say."""

    text: str
    method: str
    """What found the text: ``blocks``, ``trafilatura``, both joined by ``+``, ``json`` for a page
    that a script draws, ``preview``, ``resiliparse`` for all visible text, or ``tagless`` for a
    page that no parser may see.
    """
    headline: Found | None = None
    authors: list[str] = field(default_factory=list)
    source: Found | None = None
    declared: Declared = field(default_factory=Declared)


@dataclass(frozen=True)
class Rendering:
    """All visible text of a page, and the name of the way it was made."""

    name: str
    text: str


def read_page(html: str, preview: str | None = None) -> Page:
    """Read one page; strange HTML gives little or no text, never an exception.

    Where the extractor finds no text the ``preview`` counts, if there is one, then all visible
    text.
    """
    html = _readable(html)
    markup = without_scripts(html)
    preview = preview.strip() if preview else ""
    if not can_be_parsed(markup):
        return Page(preview, "preview") if preview else Page(tagless(markup), "tagless")
    tree = tree_of(html)
    page = Page(*_text_of(html, markup, preview, tree))
    return page if tree is None else _with_fields(page, tree)


def _text_of(html: str, markup: str, preview: str, tree: Any) -> tuple[str, str]:
    """The text and what found it."""
    found = extract(markup, stated_in(html), lambda: text_found_by_trafilatura(tree))
    shown = len(found.text) if found else 0
    if shown < SCANT:
        drawn = _readable(embedded_article(html))
        if len(drawn) > _TIMES * max(shown, SCANT):
            return drawn, "json"
    if found is not None:
        return found.text, found.method
    if preview:
        return preview, "preview"
    return str(extract_plain_text(html, alt_texts=False)).strip(), "resiliparse"


def rendering_of(html: str) -> Rendering:
    """All visible text of a page, block by block; of one that no parser may see, tag by tag."""
    html = _readable(html)
    markup = without_scripts(html)
    if not can_be_parsed(markup):
        return Rendering("tagless/1", tagless(markup))
    return Rendering("resiliparse-plain/1", str(extract_plain_text(html, alt_texts=False)))


def _readable(html: str) -> str:
    """The text without what others stumble over: lone surrogates and NUL."""
    return html.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _with_fields(page: Page, tree: Any) -> Page:
    """The same page with what it says of itself."""
    try:
        declared = declared_in(tree)
    except Exception:  # whatever a broken page makes of the parsers of dates and JSON
        return page
    page = replace(page, declared=declared)
    if sum(1 for _ in tree.iter("a")) > _MOST_LINKS:
        return page
    try:
        guessed = extract_metadata(tree, date_config=dict(_DATES))
    except Exception:
        return page
    names = (guessed.author or "").split(";")
    return replace(
        page,
        headline=_found(guessed.title),
        authors=[name.value for part in names if (name := _found(part))],
        source=_found(guessed.sitename),
        declared=_with_guess(declared, guessed.date),
    )


def _found(value: str | None) -> Found | None:
    text = " ".join((value or "").split())[:_LONGEST_FIELD]
    return Found(text, "page") if text else None


def _with_guess(declared: Declared, date: str | None) -> Declared:
    """Take the day that htmldate found where the page declares no date."""
    guess = utc(date)
    if declared.published_at or not guess:
        return declared
    return Declared(Found(guess, "page"), declared.modified_at, declared.canonical_url)
