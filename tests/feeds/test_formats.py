"""Feeds, sitemaps and pages as they are, as they should not be, and as attacks."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.benchmarks.hostile import NEVER_CLOSED
from workers.feeds.formats import fields, read, xml_feeds
from workers.feeds.items import Item, Parsed, Unreadable

SAMPLES = Path(__file__).with_name("samples")
URL = "https://host.example/dir/feed"
RSS = '<rss version="2.0"><channel><title>T</title>{}</channel></rss>'
ITEM = "<item><title>{0}</title><link>https://host.example/{0}</link></item>"


def parsed(data: bytes | str, **said: str) -> Parsed:
    found = read(data.encode() if isinstance(data, str) else data, url=URL, **said)  # type: ignore[arg-type]
    assert isinstance(found, Parsed), found
    return found


def refused(data: bytes | str, limit: int = 1_000_000) -> str:
    found = read(data.encode() if isinstance(data, str) else data, url=URL, limit=limit)
    assert isinstance(found, Unreadable), found
    return found.reason


def sample(name: str) -> Parsed:
    return parsed((SAMPLES / name).read_bytes())


def test_every_sample_is_read() -> None:
    kinds = {path.name: sample(path.name).kind for path in SAMPLES.iterdir()}
    assert len(kinds) >= 10
    assert set(kinds.values()) == {
        "rss", "atom", "json", "news-sitemap", "sitemap-index", "page",
    }  # fmt: skip


def test_atom() -> None:
    feed = sample("atom-fr.xml")
    assert (feed.title, feed.language, feed.site) == (
        "La Vallée & ses villages",
        "fr",
        "https://vallee.example/",
    )
    assert feed.complaint is None
    first, second = feed.items
    assert first == Item(
        guid="tag:vallee.example,2026:1207",
        url="https://vallee.example/actu/pont-arve?utm_source=atom",
        title="Le pont de l’Arve rouvre lundi",
        content="<p>Le pont rouvre lundi à midi, a dit la mairie.</p>",
        authors=("Inès Morel", "Paul Gay"),
        published_at="2026-03-05T06:00:00.000Z",
        updated_at="2026-03-05T07:15:00.000Z",
        language="fr",
    )
    assert (second.title, second.url) == ("Prix du blé : 3 < 4", "https://vallee.example/ble")
    assert (second.content_is_html, second.summary_only) == (False, True)
    assert second.published_at == "2026-03-04T18:00:00.000Z"


def test_rss() -> None:
    feed = sample("rss2-uk.xml")
    assert (feed.title, feed.language, feed.ttl) == ("Місто щодня", "uk", 1200.0)
    first, second = feed.items
    assert (first.guid, first.url) == (
        "misto-88",
        "https://misto.example/kultura/biblioteka?fbclid=1",
    )
    assert first.content is not None
    assert first.content.startswith("<p>Ремонт тривав")
    assert (first.content_is_html, first.summary_only) == (True, False)
    assert (first.authors, first.published_at) == (("Ірина Паламар",), "2026-03-05T07:30:00.000Z")
    assert second.guid == second.url == "https://misto.example/transport/tramvai-6"
    assert second.summary_only


@pytest.mark.parametrize(
    ("name", "title", "entry", "language"),
    [
        ("rdf-ja.xml", "町の便り", "新しい図書館が開館", "ja"),
        ("rss091-es.xml", "El Faro de la Bahía", "Reabre el mercado «El Muelle»", "es-es"),
        ("rss2-ar.xml", "المدينة اليوم", "افتتاح الجسر الجديد", "ar"),
        ("broken-ru.xml", "Вести реки", "Мост & набережная: что нового", "ru"),
        ("feed-pt.json", "Jornal da Serra", "Ponte reabre na segunda", "pt-BR"),
    ],
)
def test_encodings_and_languages(name: str, title: str, entry: str, language: str) -> None:
    feed = sample(name)
    assert feed.title == title
    assert feed.items[0].title == entry
    assert feed.items[0].language == language
    assert bool(feed.complaint) is name.startswith("broken")


def test_rdf_says_how_often_it_changes() -> None:
    assert sample("rdf-ja.xml").ttl == 21_600.0
    assert sample("rdf-ja.xml").items[0].published_at == "2026-03-05T01:00:00.000Z"


def test_an_ill_formed_feed_is_read_as_far_as_it_can_be() -> None:
    feed = sample("broken-ru.xml")
    assert [item.url for item in feed.items] == [
        "https://reka.example/most",
        "https://host.example/led",
    ]
    assert feed.items[0].published_at == "2026-03-05T10:00:00.000Z"


def test_json_feed() -> None:
    first, second = sample("feed-pt.json").items
    assert (first.authors, first.published_at) == (("Lia Prado",), "2026-03-05T13:00:00.000Z")
    assert (second.guid, second.url, second.language) == ("41", "https://outro.example/nota", "es")
    assert (second.content, second.content_is_html) == ("Uma nota curta.", False)


def test_a_news_sitemap_and_an_index() -> None:
    first, second = sample("news-sitemap-de.xml").items
    assert (first.title, first.language) == ("Brücke öffnet & Züge fahren wieder", "de")
    assert (first.published_at, first.updated_at) == (
        "2026-03-05T09:30:00.000Z",
        "2026-03-05T10:00:00.000Z",
    )
    assert second.url == "https://host.example/stadt/ohne-datum"
    assert [url.rpartition("/")[2] for url in sample("sitemap-index.xml").feeds] == [
        "sitemap-news.xml",
        "sitemap-2026.xml.gz",
        "sitemap-2024.xml.gz",
    ]


def test_a_page_names_its_feeds_its_own_first() -> None:
    page = sample("page-ko.html")
    assert (page.title, page.language) == ("강변 소식", "ko")
    assert page.feeds == (
        "https://gang.example/news/feed.xml",
        "https://gang.example/feed.json",
        "https://gang.example/comments/feed/",
    )


def test_of_a_pages_feeds_those_of_comments_come_last() -> None:
    names = ("/comments/feed/", "/tag/x/feed/", "/feed/", "/?feed=atom", "/c/?feed=comments-rss2")
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{name}">' for name in names
    )
    page = parsed(f"<html><head>{links}</head></html>")
    found = [url.removeprefix("https://host.example") for url in page.feeds]
    assert found == [names[2], names[3], names[0], names[1], names[4]]


def test_what_the_strict_parser_fails_at_is_read_by_the_tolerant_one() -> None:
    feed = parsed(
        '<rss version="2.0" xmlns:x="http://a.example/a b c"><channel><title>T</title><item>'
        "<x:y>z</x:y><title>One</title><link>/1</link></item></channel></rss>"
    )
    assert [(item.title, item.url) for item in feed.items] == [("One", "https://host.example/1")]
    assert feed.complaint


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"]
)
@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss SYSTEM "x" [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]>',
        '<!doctype rss [ <!ATTLIST item a CDATA "b"> ]>',
        '<!-- <rss> --><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<?pi <rss> ?>\n<!DOCTYPE rss\n[\n<!ENTITY a "b">]>',
    ],
)
def test_declarations_of_entities_are_refused_whatever_the_encoding(
    prolog: str, encoding: str
) -> None:
    text = '<?xml version="1.0"?>' + prolog + RSS.format(ITEM.format("&a;"))
    assert "entities" in refused(text.encode(encoding))


def test_declarations_behind_messages_are_refused_too() -> None:
    message = '<b>Warning</b>: x <!DOCTYPE rss [<!ENTITY a "b">]>'
    assert "entities" in refused(message + RSS.format(ITEM.format("&a;")))


def test_bombs_are_refused() -> None:
    layers = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(30))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "x">{layers}]>{RSS.format("&a30;")}'
    assert "entities" in refused(bomb)
    packed = gzip.compress(b"<rss>" + b" " * 50_000_000)
    assert refused(packed) == "a gzip file of more than 1,000,000 bytes when unpacked"
    assert refused("[" * 500_000).startswith("looks like JSON, but is not")


def test_a_document_type_without_declarations_and_text_on_entities_are_read() -> None:
    netscape = '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://127.0.0.1/rss.dtd">'
    told = '<item><description><![CDATA[Write <!ENTITY a "b">.]]></description></item>'
    feed = parsed(netscape + RSS.format(told))
    assert feed.items[0].content == 'Write <!ENTITY a "b">.'
    assert parsed(RSS.format("<item><title>a&nbsp;&eacute;</title></item>")).items[0].title == "a é"


@pytest.mark.parametrize("opened", NEVER_CLOSED)
def test_what_is_never_closed_is_read_or_refused(opened: str) -> None:
    # How long that takes, ``python -m tests.benchmarks.hostile`` tells.
    data = (RSS.partition("{}")[0] + "<item>" + opened * (20_000 // len(opened))).encode()
    assert isinstance(read(data, url=URL), Parsed | Unreadable)


def test_a_feed_of_more_tags_than_are_read_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MOST_ITEMS", 50)
    monkeypatch.setattr(xml_feeds, "_MOST_MARKS", 1_200)
    feed = parsed(RSS.format("".join(ITEM.format(n) for n in range(60))))
    assert (len(feed.items), feed.items[0].title) == (50, "0")
    assert feed.complaint == "60 entries, of which the first 50 are read"
    feed = parsed(RSS.format("".join(ITEM.format(n) for n in range(500))))
    assert len(feed.items) == 50
    assert "a long feed" in (feed.complaint or "") or "entries" in (feed.complaint or "")
    inside = "<![CDATA[" + "<b>x</b>" * 1_000 + "]]>"
    told = parsed(RSS.format(f"<item><description>{inside}</description></item>"))
    assert told.complaint is None
    assert "more tags than any feed" in refused("<rss>" + "<a>" * 1_300)


def test_of_a_long_ill_formed_feed_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_feeds, "_TOLERATED", 4_000)
    monkeypatch.setattr(xml_feeds, "_TOLERATED_MARKS", 2_000)
    whole = RSS.format("".join(ITEM.format(n) for n in range(120)))
    assert len(parsed(whole).items) == 120
    feed = parsed(whole.removesuffix("</rss>"))
    assert 40 < len(feed.items) < 80
    assert "a long feed, of which the first" in (feed.complaint or "")
    assert "too many" in refused("<rss><channel>" + "<item>" + "&amp;" * 3_000)


def test_sitemaps_and_json_feeds_are_cut_too() -> None:
    urls = "".join(
        f"<url><loc>/{n}</loc><lastmod>2026-01-01T00:{n // 120:02}:00Z</lastmod></url>"
        for n in range(6_000)
    )
    sitemap = parsed(f"<urlset>{urls}</urlset>")
    assert len(sitemap.items) == fields.MOST_ITEMS
    assert sitemap.items[0].updated_at == "2026-01-01T00:49:00.000Z"
    assert "5,000 newest" in (sitemap.complaint or "")
    listed = ",".join(f'{{"id":"{n}"}}' for n in range(6_000))
    feed = parsed(f'{{"version":"https://jsonfeed.org/version/1","items":[{listed}]}}')
    assert len(feed.items) == fields.MOST_ITEMS
    assert "6,000 items" in (feed.complaint or "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"x" * 1_000_001, "1,000,001 bytes, and 1,000,000 are allowed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "are no text"),
        (b"hello", "no feed: it begins with 'hello'"),
        (b"<svg/>", "XML with the root <svg>"),
        (b"<opml/>", "an OPML list of feeds"),
        (b"<!doctype html><p>Hi", "names no feed"),
        (b"<html><head></head></html>", "names no feed"),
        (b"<rss", "no feed: it begins with '<rss'"),
        (b"<rss><channel><item", "looks like RSS, but is ill-formed"),
        (b"<urlset><url>", "looks like a sitemap, but is ill-formed"),
        (b'{"version": NaN}', "looks like JSON, but is not"),
        (b'{"items": []}', "its version does not say so"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "no list of items"),
        (gzip.compress(b"<rss/>", mtime=0)[:-9], "ends too early"),
        (b"\x1f\x8b\x08junkjunk", "cannot be unpacked"),
    ],
)
def test_what_is_no_feed_is_told(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_packed_body_is_unpacked() -> None:
    data = (SAMPLES / "news-sitemap-de.xml").read_bytes()
    assert parsed(gzip.compress(data[:200]) + gzip.compress(data[200:])) == parsed(data)


def test_messages_of_a_server_before_the_feed_do_not_matter() -> None:
    feed = parsed("<br />\n<b>Warning</b>: x in /y\n\n" + RSS.format(ITEM.format("a")))
    assert [item.title for item in feed.items] == ["a"]
    assert feed.complaint == "something stands before the root element"


@pytest.mark.parametrize(
    ("charset", "declared", "complaint"),
    [
        (None, "utf-8", None),
        ("utf-8", "windows-1251", None),
        ("iso-8859-1", "iso-8859-1", "declared as cp1252, but it is UTF-8"),
        ("no-such", "neither", None),
    ],
)
def test_utf_8_is_recognised_whatever_is_declared(
    charset: str | None, declared: str, complaint: str | None
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + RSS.format(ITEM.format("Міст"))
    feed = read(text.encode(), url=URL, charset=charset)
    assert isinstance(feed, Parsed)
    assert (feed.items[0].title, feed.complaint) == ("Міст", complaint)


def test_what_names_an_entry() -> None:
    def guids(items: str) -> list[str]:
        return [item.guid for item in parsed(RSS.format(items)).items]

    link = "<link>https://a.example/1</link>"
    guid = '<guid isPermaLink="false"> a  b </guid>'
    assert guids(f"<item>{guid}{link}</item>") == ["a b"]
    assert guids(f"<item>{link}</item>") == ["https://a.example/1"]
    bare = "<item><title>x</title><description>y</description></item>"
    assert guids(bare) == guids(bare + ITEM.format("new"))[:1]
    assert guids(bare)[0].startswith("text-")
    (long,) = guids(f'<item><guid isPermaLink="false">{"g" * 600}</guid></item>')
    assert long.startswith("sha256-")
    assert guids(f"<item>{guid}{link}</item>" * 2) == ["a b"]
    other = link.replace("/1", "/2")
    assert guids(f"<item>{guid}{link}</item><item>{guid}{other}</item>") == [
        "a b https://a.example/1",
        "a b https://a.example/2",
    ]


def test_an_address_that_entries_share_is_not_their_own() -> None:
    items = "".join(
        f'<item><guid isPermaLink="false">{n}</guid><link>https://a.example/live?utm_source={n}</link></item>'
        for n in range(2)
    )
    feed = parsed(RSS.format(items + ITEM.format("x")))
    assert [item.own_url for item in feed.items] == [False, False, True]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a b?x=1&amp;utm_source=rss", "https://host.example/a%20b?x=1&utm_source=rss"),
        ("a", "https://host.example/dir/a"),
        ("//b.example/c", "https://b.example/c"),
        ("HTTPS://b.example/c", "https://b.example/c"),
        ("javascript:alert(1)", None),
        ("ftp://a.example/x", None),
        ("mailto:a@b.example", None),
        ("file:///etc/passwd", None),
        ("http://a.example:port/", None),
        ("http://[::/", None),
        ("https://a.example/" + "x" * 9000, None),
    ],
)
def test_only_addresses_of_the_web_are_kept(link: str, url: str | None) -> None:
    (item,) = parsed(RSS.format(f"<item><title>t</title><link>{link}</link></item>")).items
    assert item.url == url


def test_fields_are_bounded() -> None:
    people = "".join(f"<author><name>{'n' * 300}{n}</name></author>" for n in range(90))
    feed = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
        f"<entry><id>1</id><title>{'x' * 5000}</title>{people}</entry></feed>"
    )
    assert len(feed.items[0].title or "") == fields.LONGEST_TITLE
    assert all(len(name) <= 200 for name in feed.items[0].authors)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("<ttl>60</ttl>", 3600.0),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>999999</ttl>", 31_536_000.0),
        ("<sy:updatePeriod> Hourly </sy:updatePeriod>", 3600.0),
        (
            "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>7</sy:updateFrequency>",
            86_400.0,
        ),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None),
    ],
)
def test_how_long_a_feed_asks_to_wait(said: str, seconds: float | None) -> None:
    space = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    feed = parsed(f"<rss version='2.0' {space}><channel><title>T</title>{said}</channel></rss>")
    assert feed.ttl == seconds


def test_scripts_and_tags_are_no_part_of_a_title() -> None:
    title = "&lt;script&gt;alert(1)&lt;/script&gt;A &lt;b&gt;b&lt;/b&gt; &amp;amp; 3 &lt; 4"
    (item,) = parsed(RSS.format(f"<item><title>{title}</title></item>")).items
    assert item.title == "A b & 3 < 4"
