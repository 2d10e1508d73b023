"""The stage that makes ``text`` of ``content``."""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from topics.records import Article
from workers.normalise import line_hash
from workers.outcome import Outcome, Passed, Rejected
from workers.stages.strip_boilerplate.cuts import removals, text_without, totals
from workers.stages.strip_boilerplate.outside import outside_lines
from workers.stages.strip_boilerplate.plain_text import junk_in

# A file that is no text shows by these, decoded as if it were one.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_MOST_CONTROLS = 0.1


class StripBoilerplate:
    """Keep what the article says, take out what its page put around it.

    Plain text: lines stay verbatim but for the spans in ``removed``: by rules for classes of junk,
    by what other articles of the source had too, and by the line model where it is sure.
    HTML: the main text, and where the raw record had none headline, authors, times, address, site,
    language and image as the page declares them.
    Rejects with ``no_text`` what has no text left.
    """

    name = "strip_boilerplate"
    version = "2"

    def __init__(self, spans: bool = False) -> None:
        """``spans``: for HTML too, list what was left out, as spans into a text rendering."""
        # Here, because the extractor takes a second to import and a process that only needs the
        # stage's name and version should not wait for it.
        from workers.stages.strip_boilerplate import page

        self._pages = page
        self._spans = spans

    def __call__(self, article: Article) -> Outcome:
        """Grow the article by ``text`` and its kin; ``content`` and what served to read it go."""
        if article.content is UNSET:
            return Rejected("no_text", "the article has no content")
        if article.media_type == "text/html":
            return self._page(article, article.content)
        return _plain(article, article.content)

    def _page(self, article: Article, html: str) -> Outcome:
        preview = None if article.preview is UNSET else article.preview
        source = self._pages.Source.of(html)
        page = self._pages.read_page(source, preview, article.url, article.fetched_at)
        rendering = self._pages.rendering_of(source)
        outside = removals(rendering.text, outside_lines(rendering.text, page.text))
        changes: dict[str, Any] = {"removed": [], "removed_summary": totals(outside)}
        if self._spans:
            changes |= {"removed": outside, "rendering": rendering.name}
        provenance: dict[str, str] = {}
        for field, said in vars(page.metadata).items():
            name = "language_declared" if field == "language" else field
            if said and not getattr(article, name):
                changes[name] = list(said.value) if name == "authors" else said.value
                provenance[name] = said.where
        return _outcome(article, page.text, changes, provenance | {"text": page.method})


def _plain(article: Article, content: str) -> Outcome:
    known = frozenset(article.repeated_lines or ())
    repeated = (lambda line: f"{line_hash(line):016x}" in known) if known else None
    lines, cuts = junk_in(content, article.headline, repeated)
    removed = removals(content, cuts)
    changes = {"removed": removed, "removed_summary": totals(removed)}
    return _outcome(article, text_without(lines, cuts), changes, {"text": "lines"})


def _is_clean(text: str) -> bool:
    """Whether a text surely has no such characters; nearly all texts end here, soon."""
    return "\ufffd" not in text and text.replace("\n", "").isprintable()


def _outcome(
    article: Article, text: str, changes: dict[str, Any], provenance: dict[str, str]
) -> Outcome:
    controls = 0 if _is_clean(text) else sum(1 for _ in _CONTROLS.finditer(text))
    if controls > _MOST_CONTROLS * len(text):
        return Rejected("no_text", f"{controls} of {len(text)} characters are control characters")
    if not any(char.isprintable() and not char.isspace() for char in text):
        return Rejected("no_text", "nothing is left once boilerplate is taken out")
    return Passed(
        replace(
            article,
            text=text,
            provenance=article.provenance | provenance,
            content=UNSET,
            preview=UNSET,
            repeated_lines=UNSET,
            **changes,
        )
    )
