"""Whether content is a page or plain text, where its producer did not say."""

from __future__ import annotations

import re

from topics.records import MediaType

_PREAMBLE = re.compile(r"(?:[\s\ufeff]++|<\?xml[^>]{0,200}\?>)*+")
_HTML = re.compile(
    r"<(?:!--|!doctype[ \t\n\f\r]++html|/?(?:"
    "html|head|body|title|meta|link|base|script|style|noscript|template|"
    "main|article|section|header|footer|nav|aside|div|p|h[1-6]|hgroup|blockquote|pre|address|"
    "ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|figure|figcaption|picture|img|video|audio|"
    "iframe|object|embed|svg|form|center|font|span|strong|em|b|i|u|a|small|time|br|hr"
    r")(?=[ \t\n\f\r/>]))",
    re.IGNORECASE,
)


def sniff(content: str) -> MediaType:
    """``text/html`` if the content begins with a doctype, a comment or an HTML tag.

    As browsers do, only the beginning counts: a text that mentions a tag or has a stray ``<``
    stays plain text.
    """
    start = _PREAMBLE.match(content)
    assert start is not None
    return "text/html" if _HTML.match(content, start.end()) else "text/plain"
