"""The text that trafilatura finds on a page: slower than the blocks, and wrong on other pages."""

from __future__ import annotations

import logging
from typing import Any

import trafilatura
from trafilatura.utils import load_html

MOST_LINKS = 5_000
"""trafilatura takes a second for so many."""

for _noisy in ("trafilatura", "htmldate"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


def tree_of(html: str) -> Any:
    """The page as lxml parses it; None if it cannot."""
    try:
        return load_html(html)
    except Exception:  # whatever a broken page makes of lxml
        return None


def text_found_by_trafilatura(tree: Any) -> str:
    """The main text of a parsed page, empty if there is none; the tree stays as it is."""
    if tree is None or sum(1 for _ in tree.iter("a")) > MOST_LINKS:
        return ""
    try:
        document: Any = trafilatura.bare_extraction(
            tree, fast=True, include_comments=False, with_metadata=False, deduplicate=False
        )
    except Exception:  # nor may its reading fail the article
        return ""
    return (document.text or "").strip() if document is not None else ""
