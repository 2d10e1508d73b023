"""A host's stories as feeds, sitemaps, subscription lists and pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from tests.feeds.site.news import Story

CONTENT = "http://purl.org/rss/1.0/modules/content/"
SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def _date(when: datetime) -> str:
    return format_datetime(when, usegmt=True)


def _text(story: Story) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)


def rss(base: str, stories: Sequence[Story], *, full: bool = True, ttl: int | None = None) -> str:
    """RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(it.title)}</title><link>{base}{it.path}</link>"
        f'<guid isPermaLink="false">{base}/guid/{it.number}</guid>'
        f"<pubDate>{_date(it.published)}</pubDate>"
        f"<description>{escape(it.paragraphs[0][:80])}</description>"
        + (f"<content:encoded><![CDATA[{_text(it)}]]></content:encoded>" if full else "")
        + "</item>"
        for it in stories
    )
    said = f"<ttl>{ttl}</ttl>" if ttl is not None else ""
    return (
        f'<rss version="2.0" xmlns:content="{CONTENT}"><channel><title>{base}</title>'
        f"<link>{base}/</link><description>News</description>{said}{items}</channel></rss>"
    )


def rss_old(base: str, stories: Sequence[Story]) -> str:
    """RSS 0.91: no dates, no guids."""
    items = "".join(
        f"<item><title>{escape(it.title)}</title><link>{base}{it.path}</link>"
        f"<description>{escape(it.paragraphs[0])}</description></item>"
        for it in stories
    )
    return (
        f'<rss version="0.91"><channel><title>{base}</title><link>{base}/</link>'
        f"<description>News</description><language>en</language>{items}</channel></rss>"
    )


def rdf(base: str, stories: Sequence[Story]) -> str:
    """RSS 1.0."""
    named = "".join(f'<rdf:li rdf:resource="{base}{it.path}"/>' for it in stories)
    items = "".join(
        f'<item rdf:about="{base}{it.path}"><title>{escape(it.title)}</title>'
        f"<link>{base}{it.path}</link><dc:date>{it.published.isoformat()}</dc:date>"
        f"<description>{escape(it.paragraphs[0])}</description></item>"
        for it in stories
    )
    return (
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:sy="{SYNDICATION}">'
        f'<channel rdf:about="{base}/"><title>{base}</title><link>{base}/</link>'
        "<description>News</description><sy:updatePeriod>hourly</sy:updatePeriod>"
        f"<sy:updateFrequency>2</sy:updateFrequency><items><rdf:Seq>{named}</rdf:Seq></items>"
        f"</channel>{items}</rdf:RDF>"
    )


def atom(base: str, stories: Sequence[Story]) -> str:
    """Atom 1.0."""
    entries = "".join(
        f'<entry><title>{escape(it.title)}</title><link href="{base}{it.path}"/>'
        f"<id>{base}/guid/{it.number}</id><updated>{it.updated.isoformat()}</updated>"
        f"<published>{it.published.isoformat()}</published>"
        f'<content type="html">{escape(_text(it))}</content></entry>'
        for it in stories
    )
    updated = max((it.updated for it in stories), default=None)
    said = f"<updated>{updated.isoformat()}</updated>" if updated else ""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{base}</title><id>{base}/</id>'
        f'<link href="{base}/"/><author><name>Desk</name></author>{said}{entries}</feed>'
    )


def json_feed(base: str, stories: Sequence[Story]) -> str:
    """JSON Feed 1.1."""
    items = [
        {
            "id": f"{base}/guid/{it.number}",
            "url": base + it.path,
            "title": it.title,
            "content_html": _text(it),
            "date_published": it.published.isoformat(),
            "date_modified": it.updated.isoformat(),
            "language": it.language,
            "authors": [{"name": "Desk"}],
        }
        for it in stories
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": base,
        "home_page_url": f"{base}/",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False)


def news_sitemap(base: str, stories: Sequence[Story]) -> str:
    """A sitemap of news."""
    urls = "".join(
        f"<url><loc>{base}{it.path}</loc><news:news><news:publication><news:name>Desk</news:name>"
        f"<news:language>{it.language}</news:language></news:publication>"
        f"<news:publication_date>{it.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(it.title)}</news:title></news:news></url>"
        for it in stories
    )
    return f'<urlset xmlns="{SITEMAP}" xmlns:news="{NEWS}">{urls}</urlset>'


def sitemap(base: str, stories: Sequence[Story]) -> str:
    """A sitemap of any pages."""
    urls = "".join(
        f"<url><loc>{base}{it.path}</loc><lastmod>{it.updated.isoformat()}</lastmod></url>"
        for it in stories
    )
    return f'<urlset xmlns="{SITEMAP}">{urls}</urlset>'


def sitemap_index(base: str, stories: Sequence[Story]) -> str:
    """An index that names both sitemaps, one of them packed."""
    return (
        f'<sitemapindex xmlns="{SITEMAP}"><sitemap><loc>{base}/news-sitemap.xml</loc></sitemap>'
        f"<sitemap><loc>{base}/sitemap.xml.gz</loc></sitemap></sitemapindex>"
    )


def opml(base: str, stories: Sequence[Story]) -> str:
    """A subscription list that names the host's feeds."""
    outlines = "".join(
        f'<outline type="rss" text="{name}" xmlUrl="{base}/{name}"/>'
        for name in ("rss.xml", "atom.xml", "feed.json")
    )
    return f'<opml version="2.0"><head><title>{base}</title></head><body>{outlines}</body></opml>'


def front(base: str, stories: Sequence[Story]) -> str:
    """A site's page that names its feeds."""
    links = "".join(f'<li><a href="{base}{it.path}">{escape(it.title)}</a></li>' for it in stories)
    return (
        "<!doctype html><html><head><title>News</title>"
        f'<link rel="alternate" type="application/rss+xml" href="{base}/rss.xml" title="RSS">'
        '<link rel="alternate" type="application/atom+xml" href="atom.xml" title="Atom">'
        f'<link rel="alternate" type="application/feed+json" href="{base}/feed.json">'
        f"</head><body><ul>{links}</ul></body></html>"
    )


def page(base: str, it: Story, charset: str | None = None) -> str:
    """An article's page."""
    meta = f'<meta charset="{charset}">' if charset else ""
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in it.paragraphs)
    return (
        f'<!doctype html><html lang="{it.language}"><head>{meta}<title>{escape(it.title)}</title>'
        f'<meta property="article:published_time" content="{it.published.isoformat()}">'
        f'<link rel="canonical" href="{base}{it.path}"></head><body><nav><a href="/">Home</a></nav>'
        f"<article><h1>{escape(it.title)}</h1>{text}</article><footer>Imprint</footer></body></html>"
    )


def paywall(base: str, it: Story) -> str:
    """The page of an article that only subscribers read."""
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": it.title,
        "isAccessibleForFree": False,
        "hasPart": {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".paywall",
        },
    }
    return (
        f'<!doctype html><html lang="{it.language}"><head><title>{escape(it.title)}</title>'
        f'<script type="application/ld+json">{json.dumps(told)}</script></head><body><article>'
        f"<h1>{escape(it.title)}</h1><p>{escape(it.paragraphs[0][:90])}…</p>"
        '<div class="paywall"><h2>Subscribe to read on</h2><p>Already a subscriber? Log in.</p>'
        "</div></article></body></html>"
    )


def consent(base: str, it: Story) -> str:
    """What is shown instead of an article until cookies are agreed to."""
    return (
        "<!doctype html><html><head><title>Before you continue</title></head><body>"
        '<div id="consent"><h1>We value your privacy</h1><p>We and our partners store and access '
        "cookies on your device. Choose what you agree to before you continue.</p>"
        "<form><button>Accept all</button><button>Reject all</button></form></div></body></html>"
    )


def xml_bomb(base: str, stories: Sequence[Story]) -> str:
    """Entities in entities: a few hundred bytes that would grow to gigabytes."""
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "news">{rows}]>'
        '<rss version="2.0"><channel><title>&a9;</title></channel></rss>'
    )


Render = Callable[[str, Sequence[Story]], str]
DOCUMENTS: dict[str, tuple[str, Render]] = {
    "/rss.xml": ("application/rss+xml", rss),
    "/brief.xml": ("application/rss+xml", lambda base, its: rss(base, its, full=False, ttl=60)),
    "/rss091.xml": ("text/xml", rss_old),
    "/rss10.xml": ("application/rdf+xml", rdf),
    "/atom.xml": ("application/atom+xml", atom),
    "/feed.json": ("application/feed+json", json_feed),
    "/news-sitemap.xml": ("application/xml", news_sitemap),
    "/sitemap.xml": ("application/xml", sitemap),
    "/sitemap-index.xml": ("application/xml", sitemap_index),
    "/feeds.opml": ("text/x-opml", opml),
    "/": ("text/html", front),
    "/xml-bomb.xml": ("application/xml", xml_bomb),
}
"""Path: media type, and how it is written."""
PAGES = {"articles": page, "paywall": paywall, "consent": consent}
