"""The article of a web page: its main text, and what the page says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from resiliparse.extract.html2text import extract_plain_text

from workers.pages.embedded import embedded_article
from workers.pages.markup import (
    can_be_parsed,
    tagless,
    with_empty_elements_closed,
    without_scripts,
)
from workers.pages.stated import stated_in
from workers.stages.strip_boilerplate.extract.extractor import SCANT, extract
from workers.stages.strip_boilerplate.extract.second_opinion import (
    text_found_by_trafilatura,
    tree_of,
)
from workers.stages.strip_boilerplate.junk_lines import COOKIES, junk_line
from workers.stages.strip_boilerplate.metadata import Metadata, page_metadata
from workers.stages.strip_boilerplate.notices import has_notices
from workers.utf8 import without_surrogates


@dataclass(frozen=True)
class Page:
    """What was found on one page."""

    text: str
    method: str
    """What found the text: ``blocks``, ``trafilatura``, both joined by ``+``, ``json`` for a page
    that a script draws, ``preview``, ``resiliparse`` for all visible text, or
    ``tagless`` for a page that no parser may see, or that shows nothing.
    """
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True)
class Rendering:
    """All visible text of a page, and the name of the way it was made."""

    name: str
    text: str


@dataclass(frozen=True)
class Source:
    """A page's HTML as it can be read."""

    html: str
    markup: str
    """The same without scripts."""
    parsable: bool
    """Whether parsers may see it."""

    @classmethod
    def of(cls, html: str) -> Source:
        """Any text at all."""
        html = with_empty_elements_closed(_readable(html))
        markup = without_scripts(html)
        return cls(html, markup, can_be_parsed(markup))


def read_page(
    source: Source,
    preview: str | None = None,
    url: str | None = None,
    fetched_at: str | None = None,
) -> Page:
    """Read one page; strange HTML gives little or no text, never an exception.

    Where the extractor finds no text the ``preview`` counts, if there is one, then all visible
    text. ``url`` is the page's address and ``fetched_at`` when it came, as far as they are known.
    """
    preview = preview.strip() if preview else ""
    if not source.parsable:
        return Page(*_unparsed_text_of(source, preview))
    tree = tree_of(source.html)
    text, method = _text_of(source.html, source.markup, preview, tree)
    text = _without_cookie_notices(text)
    return Page(text, method, Metadata() if tree is None else page_metadata(tree, url, fetched_at))


def _unparsed_text_of(source: Source, preview: str) -> tuple[str, str]:
    if preview:
        return preview, "preview"
    if text := tagless(source.markup):
        return text, "tagless"
    return embedded_article(source.html).text, "json"


def _text_of(html: str, markup: str, preview: str, tree: Any) -> tuple[str, str]:
    """The text and what found it."""
    found = extract(markup, stated_in(html), lambda: text_found_by_trafilatura(tree))
    if found is None or len(found.text) < SCANT:
        drawn = embedded_article(html)
        if drawn.text and (
            found is None or drawn.outweighs(found.text, SCANT, found.method == "trafilatura")
        ):
            return drawn.text, "json"
    if found is not None:
        return found.text, found.method
    if preview:
        return preview, "preview"
    if shows := str(extract_plain_text(html, alt_texts=False)).strip():
        return shows, "resiliparse"
    return tagless(markup), "tagless"


def _without_cookie_notices(text: str) -> str:
    """The text less lines that ask for consent: sites put them in elements like those of prose."""
    if not has_notices(text):
        return text
    lines = [(line, junk_line(line)) for line in text.split("\n")]
    kept = [line for line, junk in lines if junk is None or junk.reason != COOKIES]
    return "\n".join(kept) or text


def rendering_of(source: Source) -> Rendering:
    """All visible text of a page, block by block; of one that no parser may see, tag by tag."""
    if not source.parsable:
        return Rendering("tagless/1", tagless(source.markup))
    return Rendering("resiliparse-plain/1", str(extract_plain_text(source.html, alt_texts=False)))


def _readable(html: str) -> str:
    """The text without what others stumble over: lone surrogates and NUL."""
    return without_surrogates(html).replace("\x00", "")
