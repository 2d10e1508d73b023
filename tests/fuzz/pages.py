"""HTML as it should not be: unclosed, nested, escaped twice, with scripts and odd charsets."""

from __future__ import annotations

import random

from tests.fuzz import odd

TAGS = (
    "html", "head", "body", "title", "meta", "base", "link", "script", "style", "noscript",
    "template", "main", "article", "section", "header", "footer", "nav", "aside", "div", "p", "h1",
    "h2", "h6", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody",
    "tr", "td", "th", "caption", "figure", "figcaption", "img", "video", "iframe", "object", "svg",
    "path", "math", "form", "input", "textarea", "select", "option", "button", "a", "span", "b",
    "i", "em", "strong", "br", "hr", "time", "center", "font", "frameset", "frame", "plaintext",
    "xmp", "listing", "marquee", "ruby", "rt", "details", "summary", "x-widget", "o:p", "body2",
)  # fmt: skip
NAMES = (
    "class", "id", "href", "src", "lang", "style", "content", "name", "property", "charset",
    "http-equiv", "itemprop", "itemscope", "datetime", "role", "hidden", "data-x", "onclick", "<",
    "=", "é", "xmlns", "rel", "type", "aria-hidden",
)  # fmt: skip
VALUES = (
    "nav", "menu sidebar related", "comment share", "story-body article__text", "display:none",
    "og:title", "article:published_time", "description", "utf-8", "windows-1251", "shift_jis",
    "utf-7", "x-nonsense", "text/html; charset=big5", "refresh", "#", "javascript:", "main",
    "application/ld+json", "2026-03-04T10:10:10Z", "en", "uk-UA",
)  # fmt: skip
CHARSETS = ("utf-8", "utf-16", "windows-1251", "iso-8859-8-i", "gb18030", "utf-7", "none", "")
SENTENCES = (
    "The harbour office said on Monday that the ferry would run again.",
    "Le conseil a voté lundi un budget pour les quais de la ville.",
    "Міська рада в понеділок ухвалила бюджет набережної.",
    "市議会は月曜日に予算を可決した。",
    "قال المجلس يوم الاثنين إن العبارة ستعود.",
    "Anna Example, 43, told News Example in Paris: “We waited for three years.”",
)


def page(rng: random.Random) -> str:
    """A page of one of several kinds of disorder."""
    kind = rng.randrange(10)
    if kind < 4:
        return _shell(rng, soup(rng, rng.randint(3, 120)))
    if kind == 4:
        return soup(rng, rng.randint(1, 40))
    if kind == 5:
        return _nested(rng)
    if kind == 6:
        return _shell(rng, _scripts(rng) + _paragraphs(rng) + _scripts(rng))
    if kind == 7:
        return _shell(rng, _table(rng, rng.randint(1, 4)) + _paragraphs(rng))
    if kind == 8:
        return _shell(rng, f"<div {attribute(rng)}>" * rng.randint(1, 300) + _paragraphs(rng))
    return _shell(rng, _paragraphs(rng))[: rng.randint(1, 3000)]


def soup(rng: random.Random, pieces: int) -> str:
    """Tags in any order, closed or not, with text, entities and comments between."""
    parts = []
    for _ in range(pieces):
        match rng.randrange(8):
            case 0 | 1 | 2:
                attributes = " ".join(attribute(rng) for _ in range(rng.randint(0, 3)))
                parts.append(f"<{rng.choice(TAGS)} {attributes}{rng.choice(('>', '/>', '>', ''))}")
            case 3:
                parts.append(f"</{rng.choice(TAGS)}>")
            case 4 | 5:
                parts.append(rng.choice(SENTENCES))
            case 6:
                parts.append(odd.text(rng, 80))
            case _:
                parts.append(rng.choice(_BITS))
    return rng.choice(("", "\n", " ")).join(parts)


_BITS = (
    "<!--", "-->", "<!-- a -- b -->", "<![CDATA[", "]]>", "<?php 1 ?>", "<!", "</", "<>", "< p>",
    "<!doctype html>", "&", "&#", "&#x;", "&#xD800;", "&lt;p&gt;",
    "&amp;amp;lt;", "&NotEqualTilde;", "&#99999999999;", "<p<p<p", '<a href="', "<a href='x", "\0",
)  # fmt: skip


def attribute(rng: random.Random) -> str:
    """One attribute; now and then one of some size."""
    if rng.random() < 0.003:
        return f'{rng.choice(NAMES)}="{"x" * rng.choice((1000, 50_000))}"'
    shown = rng.choice(VALUES) if rng.random() < 0.8 else odd.text(rng, 30)
    quote = rng.choice(('"', "'", ""))
    return f"{rng.choice(NAMES)}={quote}{shown}{quote}"


def _shell(rng: random.Random, body: str) -> str:
    charset = rng.choice(CHARSETS)
    head = "".join(f"<meta {attribute(rng)} {attribute(rng)}>" for _ in range(rng.randint(0, 4)))
    return (
        f'<!doctype html><html lang="{rng.choice(odd.LANGUAGES)}"><head><meta charset="{charset}">'
        f"{head}<title>{rng.choice(SENTENCES)}</title>{_data(rng)}</head><body>{body}"
        + rng.choice(("</body></html>", "", "</html>", "</body></html><p>after"))
    )


def _data(rng: random.Random) -> str:
    """JSON-LD, sometimes of another shape than it says, sometimes cut."""
    if rng.random() < 0.5:
        return ""
    record = {
        "@context": "https://schema.org",
        "@type": rng.choice(("NewsArticle", "Article", ["NewsArticle"], 5, None)),
        "headline": rng.choice((rng.choice(SENTENCES), odd.value(rng))),
        "datePublished": odd.date(rng),
        "dateModified": odd.date(rng),
        "author": rng.choice(({"name": "Anna Example"}, ["A"], odd.value(rng))),
        "url": odd.url(rng),
        "publisher": odd.value(rng),
        "inLanguage": odd.language(rng),
        "@graph": odd.value(rng),
    }
    written = odd.dumps(record, escaped=True)
    if rng.random() < 0.2:
        written = written[: rng.randint(0, len(written))]
    return f'<script type="application/ld+json">{written}</script>'


def _paragraphs(rng: random.Random) -> str:
    close = rng.choice(("</p>", "", "</p>", "</div>"))
    return "".join(
        f"<p {attribute(rng)}>{rng.choice(SENTENCES)} {rng.choice(SENTENCES)}{close}\n"
        for _ in range(rng.randint(1, 12))
    )


def _scripts(rng: random.Random) -> str:
    kind = rng.choice(("script", "style", "noscript", "template", "textarea", "xmp"))
    inside = rng.choice(
        ("if (a<b) {'</p>'}", "<!-- </script> -->", "<p>in</p>", odd.text(rng, 200))
    )
    return f"<{kind}>{inside * rng.randint(1, 9)}" + rng.choice((f"</{kind}>", ""))


def _nested(rng: random.Random) -> str:
    tag = rng.choice(("div", "span", "table><tr><td", "ul><li", "b", "font", "blockquote", "a"))
    depth = rng.choice((10, 200, 255, 400, 1500, 6000))
    return f"<{tag}>" * depth + rng.choice(SENTENCES) * 3 + f"</{tag.rpartition('<')[2]}>" * depth


def _table(rng: random.Random, depth: int) -> str:
    cell = _table(rng, depth - 1) if depth else rng.choice(SENTENCES)
    rows = rng.randint(1, 3)
    return (
        f"<table>{f'<tr><td {attribute(rng)}>{cell}<td>{rng.randint(0, 999)}' * rows}"
        + rng.choice(("</table>", ""))
    )
