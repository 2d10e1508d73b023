"""The stage that makes ``text`` of ``content``."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from topics.records import Article, RemovedTotal
from workers.outcome import Outcome, Passed, Rejected
from workers.stages.strip_boilerplate.cuts import removals, text_without, totals
from workers.stages.strip_boilerplate.page import Page, read_page, visible_text
from workers.stages.strip_boilerplate.plain_text import junk_in

OUTSIDE = "outside_main_text"
"""Text of a page that is not its article."""


class StripBoilerplate:
    """Keep what the article says, take out what its page put around it.

    Plain text: lines stay verbatim but for the spans in ``removed``, by rules for classes of junk.
    HTML: the main text, and headline, authors, dates and site where the raw record had none.
    Rejects with ``no_text`` what has no text left.
    """

    name = "strip_boilerplate"
    version = "1"

    def __init__(self, spans: bool = False) -> None:
        self._spans = spans

    def __call__(self, article: Article) -> Outcome:
        """Grow the article by ``text`` and its kin; ``content`` and ``preview`` go."""
        if article.content is UNSET:
            return Rejected("no_text", "the article has no content")
        if article.media_type == "text/html":
            return self._page(article, article.content)
        return self._plain(article, article.content)

    def _plain(self, article: Article, content: str) -> Outcome:
        lines, cuts = junk_in(content, article.headline)
        removed = removals(content, cuts)
        changes = {"removed": removed, "removed_summary": totals(removed)}
        return _outcome(article, text_without(lines, cuts), "rules", changes)

    def _page(self, article: Article, html: str) -> Outcome:
        page = read_page(html)
        changes: dict[str, Any] = {"removed": [], "removed_summary": _summary(html, page)}
        provenance = dict(article.provenance)
        found = {
            "headline": page.headline,
            "authors": page.authors,
            "published_at": page.published_at,
            "source": page.site,
            "canonical_url": page.canonical_url,
        }
        for name, value in found.items():
            if value and not getattr(article, name):
                changes[name] = value
                provenance[name] = "page"
        return _outcome(replace(article, provenance=provenance), page.text, page.method, changes)


def _summary(html: str, page: Page) -> dict[str, RemovedTotal]:
    kept = {" ".join(line.split()) for line in page.text.split("\n")}
    lines = [" ".join(line.split()) for line in visible_text(html).split("\n")]
    outside = [line for line in lines if line and line not in kept]
    if not outside:
        return {}
    return {OUTSIDE: RemovedTotal(count=len(outside), characters=sum(map(len, outside)))}


def _outcome(article: Article, text: str, method: str, changes: dict[str, Any]) -> Outcome:
    if not any(char.isprintable() and not char.isspace() for char in text):
        return Rejected("no_text", "nothing is left once boilerplate is taken out")
    provenance = article.provenance | {"text": method}
    return Passed(
        replace(
            article,
            text=text,
            provenance=provenance,
            content=UNSET,
            preview=UNSET,
            **changes,
        )
    )
