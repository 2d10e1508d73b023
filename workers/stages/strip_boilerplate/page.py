"""The article of a web page: its main text, and what the page says about itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import trafilatura
from resiliparse.extract.html2text import extract_plain_text

from workers.article import utc

# htmldate would ask the clock for the latest date that makes sense; a stage has no clock.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
_LONGEST_FIELD = 500

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Page:
    """What was found on one page; None or empty where the page does not say."""

    text: str
    method: str
    """What found the text: ``trafilatura`` or ``resiliparse``."""
    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: str | None = None
    """UTC; midnight if the page gives only a date."""
    site: str | None = None
    canonical_url: str | None = None


def read_page(html: str) -> Page:
    """Read one page; strange HTML gives little or no text, never an exception."""
    document = _trafilatura(html)
    text = (document.text or "").strip() if document is not None else ""
    method = "trafilatura"
    if not text:
        text, method = _main_content(html), "resiliparse"
    if document is None:
        return Page(text=text, method=method)
    return Page(
        text=text,
        method=method,
        headline=_line(document.title),
        authors=[name for part in (document.author or "").split(";") if (name := _line(part))],
        published_at=utc(document.date),
        site=_line(document.sitename),
        canonical_url=document.url if document.url and len(document.url) < 2048 else None,
    )


def visible_text(html: str) -> str:
    """All text of a page, as resiliparse renders it."""
    try:
        return str(extract_plain_text(html, alt_texts=False))
    except (ValueError, RuntimeError):
        return ""


def _main_content(html: str) -> str:
    try:
        main = str(extract_plain_text(html, main_content=True, alt_texts=False)).strip()
    except (ValueError, RuntimeError):
        main = ""
    return main or visible_text(html).strip()


def _trafilatura(html: str) -> Any:
    """trafilatura's document; None if it finds no text or stumbles over the page."""
    try:
        return trafilatura.bare_extraction(
            html,
            fast=True,
            include_comments=False,
            with_metadata=True,
            deduplicate=False,
            date_extraction_params=dict(_DATES),
        )
    except Exception:  # it promises none, and broken pages make lxml and its helpers raise many
        return None


def _line(value: str | None) -> str | None:
    text = " ".join((value or "").split())
    return text[:_LONGEST_FIELD] or None
