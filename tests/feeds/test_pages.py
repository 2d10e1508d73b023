"""Items as articles: from the feed or from the page, and what stands in a page's place."""

from __future__ import annotations

import pytest

from topics import codec
from topics.records import RawArticle
from workers.canonical_url import canonical_url, url_id
from workers.feeds.fetched import Body, Validators
from workers.feeds.items import Item
from workers.feeds.pages.fullness import full
from workers.feeds.pages.made import id_of, raw_article, wants_page
from workers.feeds.subscriptions import Subscription

URL = "https://courier.example/2026/bridge"
FEED = "https://courier.example/rss.xml"
TITLE = "Bridge over the Arve reopens after winter repairs"
SENTENCE = "The council opened the bridge again on Monday, and the first trams crossed it at noon. "
PROSE = "".join(f"<p>{SENTENCE * 4}</p>" for _ in range(6))
ARTICLE = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{PROSE}</body></html>"
TEASER = (
    f"<html><head><title>{TITLE}</title>%s</head><body><h1>{TITLE}</h1><article><p>{SENTENCE}</p>"
    "%s</article></body></html>"
)
CONSENT = {
    "en": "We and our 812 partners store cookies on your device. You can refuse consent at any "
    "time. Read our privacy policy to learn how cookies are used for advertising.",
    "de": "Wir und unsere Partner verwenden Cookies. Mit Ihrer Einwilligung werden Daten "
    "verarbeitet. Näheres steht in der Erklärung zum Datenschutz.",
    "uk": "Ми та наші партнери використовуємо файли cookie. Ваша згода потрібна для реклами. "
    "Докладніше в політиці конфіденційності.",
    "ja": "当サイトと提携先はクッキーを使用します。広告の表示には同意が必要です。"
    "詳しくはプライバシーの方針をご覧ください。",
    "ar": "نحن وشركاؤنا نستخدم ملفات تعريف الارتباط. اقرأ سياسة الخصوصية.",
    "fi": "Me ja kumppanimme tallennamme evästeitä. Suostumus voidaan perua. Lue tietosuojasta.",
}


def item(content: str | None = None, **fields: object) -> Item:
    given = {"guid": "17", "url": URL, "title": TITLE, "content": content, **fields}
    return Item(**given)  # type: ignore[arg-type]


def body(html: str, url: str = URL, media_type: str | None = "text/html") -> Body:
    return Body(url, html.encode(), {}, Validators(), media_type=media_type)


def made(of: Item, page: Body | None = None, **subscribed: object) -> RawArticle:
    subscription = Subscription(FEED, **subscribed)  # type: ignore[arg-type]
    found = raw_article(
        subscription, of, page, feed=FEED, kind="rss", fetched_at="2026-03-05T10:00:00.000Z"
    )
    assert isinstance(found, RawArticle), found
    return found


@pytest.mark.parametrize(
    ("content", "summary", "expected"),
    [
        (PROSE, False, True),
        (PROSE, True, False),
        (PROSE * 3, True, True),
        (f"<p>{SENTENCE}</p>", False, False),
        (PROSE + "<p>and so […]</p>", False, False),
        (PROSE + "<p>and so&hellip;</p>", False, False),
        (PROSE + "<p>y así (...)</p>", False, False),
        (PROSE + "<p>and so [+1840 chars]</p>", False, False),
        (PROSE + "<p>“We did not know …”</p>", False, True),
        (PROSE + "<p>A report of the agency [dpa]</p>", False, True),
        (PROSE + f'<p><a href="{URL}?utm_source=rss">Mehr lesen</a></p>', False, False),
        (PROSE + f"<p><a class=more href='{URL}'>続きを読む</a></p>", False, False),
        (PROSE + f'<p><a href="{URL}">Weiterlesen <span>{TITLE}</span> →</a></p>', False, False),
        (PROSE + f'<p>The post <a href="{URL}">{TITLE}</a> appeared first on C.</p>', False, True),
        (
            PROSE + f'<p>… […]</p><p>L\'article <a href="{URL}">{TITLE}</a> est de C.</p>',
            False,
            False,
        ),
        (PROSE + '<p><a href="https://other.example/">Read more there</a></p>', False, True),
        (f'<p><a href="{URL}">a link at the start</a></p>' + PROSE, False, True),
    ],
)
def test_what_is_the_whole_article(content: str, summary: bool, expected: bool) -> None:
    assert full(item(content, summary_only=summary)) is expected


def test_scripts_that_need_fewer_characters_are_whole_earlier() -> None:
    text = "市は月曜日に新しい図書館を開いた。利用者は朝から列を作った。" * 12
    assert full(item(text, content_is_html=False))
    assert not full(item(SENTENCE * 4, content_is_html=False))


@pytest.mark.parametrize(
    ("choice", "content", "expected"),
    [
        ("auto", PROSE, False),
        ("auto", "x", True),
        ("auto", None, True),
        ("feed", "x", False),
        ("page", PROSE, True),
    ],
)
def test_whether_the_page_is_fetched(choice: str, content: str | None, expected: bool) -> None:
    subscription = Subscription(FEED, content=choice)  # type: ignore[arg-type]
    assert wants_page(subscription, item(content)) is expected
    assert not wants_page(subscription, item(content, url=None))


def test_an_article_of_the_feed() -> None:
    of = item(PROSE, authors=("Ana Roy",), published_at="2026-03-05T09:00:00.000Z", language="en")
    article = made(of, source="courier.example", language="en-GB")
    assert article.id == url_id(canonical_url(URL) or "")
    assert (article.url, article.content, article.media_type) == (URL, PROSE, "text/html")
    assert (article.headline, article.authors, article.source) == (
        TITLE,
        ["Ana Roy"],
        "courier.example",
    )
    assert (article.language, article.quality) == ("en-GB", "full")
    assert article.feed is not None
    assert (article.feed.url, article.feed.guid, article.feed.kind) == (FEED, "17", "rss")
    assert codec.decode(RawArticle, codec.encode(article)) == article
    assert codec.encode(article) == codec.encode(
        made(of, source="courier.example", language="en-GB")
    )


def test_an_article_of_the_page_has_the_pages_address_and_the_feeds_id() -> None:
    article = made(item("short"), body(ARTICLE, f"{URL}/"))
    assert (article.content, article.url, article.quality) == (ARTICLE, f"{URL}/", "full")
    assert article.id == made(item(PROSE)).id


def test_one_article_in_two_feeds_has_one_id() -> None:
    other = item(guid="https://courier.example/?p=17", url=f"{URL}?utm_source=rss#xtor=1")
    assert id_of(item(), FEED) == id_of(other, "https://other.example/all.xml")


def test_an_address_that_is_not_the_entrys_own_does_not_name_it() -> None:
    shared = [item(own_url=False), item(own_url=False, guid="18")]
    front = [item(url="https://courier.example/"), item(url=None)]
    places = [item(url=f"{URL}#entry-1"), item(url=f"{URL}#entry-2", guid="18")]
    ids = [id_of(of, FEED) for of in (*shared, front[0], *places)]
    assert len(set(ids)) == 2  # of guids 17 and 18
    assert set(ids[:2]) == {ids[3], ids[4]}
    assert ids[2] == id_of(front[1], FEED) == ids[0]
    assert id_of(item(url=None), "https://other.example/rss") not in ids


@pytest.mark.parametrize(
    ("head", "inner"),
    [
        ('<script type="application/ld+json">{"isAccessibleForFree": false}</script>', ""),
        ('<script type="application/ld+json">{"isAccessibleForFree":"False"}</script>', ""),
        ('<meta property="article:content_tier" content="locked">', ""),
        ("", '<div class="article__paywall">…</div>'),
        ("", '<section id="piano-offer"></section>'),
    ],
)
def test_what_stands_before_a_paywall(head: str, inner: str) -> None:
    page = TEASER % (head, inner)
    assert made(item("short"), body(page)).quality == "paywall"
    carried = made(item(PROSE), body(page))
    assert (carried.content, carried.quality) == (PROSE, "full")


@pytest.mark.parametrize(
    "page",
    [
        TEASER % ('<meta property="article:content_tier" content="free">', ""),
        TEASER % ('<script>{"isAccessibleForFree": true}</script>', '<i class="paywall"></i>'),
        ARTICLE.replace("<h1>", '<div class="paywall" hidden></div><h1>'),
        ARTICLE.replace("<h1>", '<div id="onetrust-banner-sdk">We use cookies.</div><h1>'),
        TEASER % ("", "<p>Readers of the privacy law say that cookies are on the way out.</p>"),
    ],
)
def test_a_page_without_a_wall(page: str) -> None:
    assert made(item("short"), body(page)).quality == "full"


@pytest.mark.parametrize("language", CONSENT)
def test_a_page_that_only_asks_for_consent_is_not_the_article(language: str) -> None:
    notice = "".join(f"<p>{line}</p>" for line in CONSENT[language].split(". "))
    page = (
        "<html><head><title>Before you continue</title><script>window.__tcfapi=1</script></head>"
        f'<body><div id="sp_message_container_1">{notice}<button>OK</button></div></body></html>'
    )
    carried = made(item("The first trams crossed it at noon."), body(page))
    assert carried.content == "The first trams crossed it at noon."
    assert (carried.quality, carried.url) == ("excerpt", URL)
    alone = made(item(None), body(page))
    assert (alone.quality, alone.url) == ("consent", URL)


def test_a_notice_with_the_head_of_the_article_is_a_notice_all_the_same() -> None:
    notice = "".join(f"<p>{line}</p>" for line in CONSENT["en"].split(". "))
    page = f"<html><head><title>{TITLE}</title></head><body>{notice}</body></html>"
    assert made(item("Noon."), body(page)).content == "Noon."
    assert made(item("Noon.", title=None), body(page)).content == page  # who knows


@pytest.mark.parametrize(
    "led",
    [
        "https://consent.courier.example/collect?to=1",
        "https://www.courier.example/privacy-gate/?callback=1",
        "https://myprivacy.group.example/consent?site=1",
        "https://courier.example/collectConsent?sessionId=1",
        "https://courier.example/cookiewall/",
    ],
)
def test_a_redirect_to_a_place_for_consent_is_no_article(led: str) -> None:
    carried = made(item("Noon."), body(ARTICLE.replace(TITLE, "Hello"), led))
    assert (carried.content, carried.url) == ("Noon.", URL)


@pytest.mark.parametrize(
    "led",
    [
        "https://www.courier.example/2026/bridge",
        "https://courier.example/tech/new-privacy-law-and-cookie-banners",
        "https://courier.example/privacy/2026/consent-in-schools",
        "https://m.courier.example/2026/bridge/consent",
    ],
)
def test_a_redirect_to_an_article_is_none_to_a_place_for_consent(led: str) -> None:
    assert made(item("Noon."), body(ARTICLE, led)).content == ARTICLE


def test_what_is_no_page_leaves_what_the_feed_has_or_says_why() -> None:
    pdf = body("%PDF", media_type="application/pdf")
    front = body(ARTICLE, "https://courier.example/")
    for page, said in ((pdf, "no page but application/pdf"), (front, "leads to the first page")):
        assert made(item("Noon."), page).content == "Noon."
        found = raw_article(
            Subscription(FEED), item(None), page, feed=FEED, kind="rss", fetched_at="x"
        )
        assert isinstance(found, str)
        assert said in found
    none = raw_article(Subscription(FEED), item(None), None, feed=FEED, kind="rss", fetched_at="x")
    assert none == "the feed carries no text of it, and its page was not fetched"


def test_of_page_and_feed_the_one_with_more_of_the_article_is_taken() -> None:
    bare = "<html><body><div id=app></div></body></html>"
    assert made(item(f"<p>{SENTENCE}</p>"), body(bare)).content == f"<p>{SENTENCE}</p>"
    assert made(item(SENTENCE), body(ARTICLE)).content == ARTICLE
