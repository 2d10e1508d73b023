"""The cheap main text of an arrival, or why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLParserException

from topics.records import MediaType, RawArticle
from workers.outcome import Rejected
from workers.pages.embedded import embedded_article
from workers.pages.markup import tagless, with_empty_elements_closed, without_scripts
from workers.stages.deduplicate.media_type import sniff
from workers.stages.deduplicate.nesting import measure
from workers.utf8 import without_surrogates

DEPTH_LIMIT = 500
"""Open elements above which no parser sees a page; news pages stay below 100, browsers stop at
512."""
WORK_LIMIT = 3_000_000
"""Depth summed over elements; above it (real pages: some 100,000) only the fast extraction runs."""
SCANT = 200
"""Main text with fewer visible characters than this is compared with all text of the page; hidden
text with fewer is a notice, such as one that asks for scripts."""
UNPRINTABLE_SHARE = 0.2
"""Above this share of unprintable characters it is no text; random bytes as Latin-1 have 0.24."""

_SAMPLE = 200_000
_SPACE = r"\s\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad"
_UNPRINTABLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffd-\uffff"
    r"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff"
)
_BLANK = re.compile(rf"[{_SPACE}]+")
_JUNK = re.compile(rf"[{_UNPRINTABLE}]+")


@dataclass(frozen=True)
class MainText:
    """What the fingerprint is made of."""

    media_type: MediaType
    """Declared by the producer, or sniffed."""
    text: str
    preview: str | None
    """The main text of an HTML page; None for plain text, where it would repeat the content, and
    for a page that was not parsed, whose text is made again as easily."""


def main_text(raw: RawArticle, *, limit: int) -> MainText | Rejected:
    """The text to compare an article by: a page's main text, or the plain text itself.

    Of a page that shows nothing, what a script would draw or what else there is between its tags;
    what a script would draw, too, if that is more and surely the article: all pages of a site say
    that they are loading, and have one menu.
    ``limit`` is the most bytes of UTF-8 that the content may have. Rejected as
    ``too_large``; ``no_text`` for content that is empty, blank, binary, or a page that has no text.
    Time is linear in the content's length.
    """
    size = _utf8_length(raw.content, limit)
    if size > limit:
        return Rejected("too_large", f"content of {size:,} bytes (limit {limit:,})")
    media_type = raw.media_type or sniff(raw.content)
    page = media_type == "text/html"
    text, parsed = _text_of_page(raw.content) if page else (raw.content, False)
    if (reason := _why_no_text(text)) is not None:
        return Rejected("no_text", f"the {'page shows' if page else 'content is'} {reason}")
    return MainText(media_type, text, text if parsed else None)


def _text_of_page(html: str) -> tuple[str, bool]:
    """The text, and whether the page was parsed for it."""
    html = with_empty_elements_closed(html)
    nesting = measure(html, limit=DEPTH_LIMIT)
    page = without_surrogates(html).replace("\x00", "\ufffd")
    if nesting.depth <= DEPTH_LIMIT:
        try:
            text = _shown(page, nesting.work <= WORK_LIMIT)
            if (shown := _visible(text, SCANT)) < SCANT:
                drawn = embedded_article(page)
                if drawn.sure and drawn.outweighs(text, SCANT):
                    return drawn.text, True
                if not shown:
                    text = drawn.text or _hidden(page)
        except HTMLParserException:
            pass
        else:
            return text, True
    return tagless(without_scripts(page)) or embedded_article(page).text, False


def _shown(page: str, harmless: bool) -> str:
    """The main text of a page if its parts may be weighed; all text if there is far more."""
    main = str(extract_plain_text(page, main_content=True)) if harmless else ""
    visible = _visible(main, SCANT)
    if visible < SCANT:
        everything = str(extract_plain_text(page))
        if _visible(everything, 2 * SCANT) >= 2 * visible:
            return everything
    return main


def _hidden(page: str) -> str:
    """What stands where readers with scripts do not see it."""
    text = tagless(without_scripts(page))
    return text if _visible(text, SCANT) >= SCANT else ""


def _why_no_text(text: str) -> str | None:
    if not text:
        return "nothing"
    junk = visible = 0
    for start in range(0, len(text), _SAMPLE):
        rest = _BLANK.sub("", text[start : start + _SAMPLE])
        visible += len(rest)
        junk += len(rest) - len(_JUNK.sub("", rest))
        if visible >= _SAMPLE // 2:
            break
    if visible == 0:
        return "nothing but white space"
    if junk > visible * UNPRINTABLE_SHARE:
        return f"{junk / visible:.0%} unprintable characters: binary, or in another encoding"
    return None


def _visible(text: str, enough: int) -> int:
    return len(_BLANK.sub("", text)) if len(text) < 50 * enough else enough


def _utf8_length(text: str, limit: int) -> int:
    if len(text) * 4 <= limit or len(text) > limit:
        return len(text)
    return len(text.encode("utf-8", "surrogatepass"))
