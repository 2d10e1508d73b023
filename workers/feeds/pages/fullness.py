"""Whether what a feed carries of an article is all of it.

No words are looked for: what tells is length, a mark of omission at the end, and a last link to
the article itself, whatever the link says.
"""

from __future__ import annotations

import re
from html import unescape

from workers.canonical_url import canonical_url
from workers.feeds.items import Item
from workers.pages.markup import tagless, without_scripts

FULL = 900
"""Characters of a content that may be whole; of a summary three times as many. Of text in scripts
that need fewer characters for a word a third as many."""
_SUMMARY = 3
_DENSE = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_DENSITY = 3
_OMISSION = re.compile(
    r"(?:\u2026|\.\.\.|\u22ef|\u3002\u3002\u3002|\u0eaf|\u0e2f)[\s\])}>\uff09\u3011\u00bb\u203a\u2192\u2190]*$"
    r"|\[\s*\+?\s*\d[\d., ]*\s*\S{0,20}\s*\]$"
    r"|(?:\u2192|\u00bb|\u203a|\u25b6|\u25ba|>>)$"
)
"""Dots, also in brackets; how much is left out, in brackets; an arrow that leads on."""
_LINK = re.compile(
    r"<a\b[^<>]*?\bhref\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))[^<>]*>(.{0,600}?)</a\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(r"<(?:p|div|li|hr|footer|section|small|em|i|br)\b[^<>]*>", re.IGNORECASE)
_REACH = 4_000
"""Characters of HTML at the end in which a last link stands."""
_AFTER = 40
"""Characters of text behind a link that leads on."""
_LEADS_ON = 60
"""Characters of such a link."""


def full(item: Item) -> bool:
    """Whether the feed carries the whole article."""
    if not item.content:
        return False
    content = item.content
    if item.content_is_html:
        content, leads_on = _without_credit(content, item)
        if leads_on:
            return False
        content = plain(content)
    enough = FULL * (_SUMMARY if item.summary_only else 1)
    return weight(content) >= enough and not _OMISSION.search(content.rstrip()[-80:])


def plain(html: str) -> str:
    """The text of a fragment of HTML, a line for each block."""
    return tagless(without_scripts(html))


def weight(text: str) -> int:
    """Characters without white space, those of dense scripts as several."""
    return len("".join(text.split())) + (_DENSITY - 1) * len(_DENSE.findall(text))


def _without_credit(html: str, item: Item) -> tuple[str, bool]:
    """The fragment without a last line that credits the article, and whether a link leads on.

    Programs append to whole articles a line with the title as a link (“… appeared first on …”),
    and to cut ones a link of few other words.
    """
    start = max(len(html) - _REACH, 0)
    own = {canonical_url(url) for url in (item.url, item.guid) if url} - {None}
    title = _words(item.title or "")
    for link in reversed(list(_LINK.finditer(html, start))):
        to = canonical_url(unescape(link[1] or link[2] or link[3] or ""))
        if to is None or to not in own:
            continue
        said, after = _words(plain(link[4])), plain(html[link.end() :])
        if title and said == title:
            if len(after) > 4 * _AFTER:
                return html, False
            blocks = [block.start() for block in _BLOCK.finditer(html, start, link.start())]
            return html[: blocks[-1] if blocks else link.start()], False
        short = len(said) <= _LEADS_ON + len(title) and said
        return html, bool(short and len(after) <= _AFTER)
    return html, False


def _words(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
