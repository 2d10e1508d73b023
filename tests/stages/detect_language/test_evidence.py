"""What is read of a text, what its source says, its scripts, and its languages if several."""

import pytest
from msgspec import UNSET

from topics.records import Article
from workers.outcome import Passed
from workers.stages.detect_language import DetectLanguage
from workers.stages.detect_language.body import body
from workers.stages.detect_language.not_language import is_language
from workers.stages.detect_language.page_text import page_text
from workers.stages.detect_language.prior import hinted
from workers.stages.detect_language.scripts import norwegian_forms, script_forms, written_weight

BANNER = "We use cookies to improve our website. By clicking Accept you agree to all of them."
LETTER = "Sign up to our free newsletter and get the stories that matter before breakfast."
GERMAN = (
    "Der Gemeinderat entscheidet nächste Woche, ob das alte Schwimmbad offen bleiben kann.",
    "Die Anwohner hoffen seit Jahren auf eine Sanierung, doch dafür fehlte bisher das Geld.",
    "Am Freitag sollen die Gutachter ihren Bericht vorlegen, danach wird im Rat abgestimmt.",
)
ENGLISH = (
    "The council will decide next week whether the old swimming pool can stay open.",
    "Residents have waited for repairs for years, but so far there was no money for them.",
)

stage = DetectLanguage()


def after(article: Article) -> Article:
    outcome = stage(article)
    assert isinstance(outcome, Passed)
    return outcome.article


def shares(article: Article) -> dict[str, float]:
    assert article.language_shares is not UNSET
    return {one.language: one.share for one in article.language_shares}


def test_menus_and_notices_are_not_read_where_there_are_sentences() -> None:
    lines = ["Home", "Sport", "Politics", BANNER, *GERMAN, "Share", "© 2024"]
    assert body("\n".join(lines)) == list(GERMAN)


def test_a_text_without_sentences_is_read_whole() -> None:
    assert body("Rat berät über Bad\n\nSport") == ["Rat berät über Bad", "Sport"]
    assert body(" \n\t\n") == []


def test_a_text_about_cookies_is_read() -> None:
    about = [BANNER, "The court said that cookies need consent, and that banners must say so."]
    assert body("\n".join(about)) == about


@pytest.mark.parametrize(
    "page",
    [
        "<div>{banner}</div><nav><a>Home</a></nav><p>{text}</p><aside>{letter}</aside>",
        "<html lang='en'><body><p>{banner}<p>{letter}</p><div>{text}</div><footer>{letter}",
        "<nav><p>{banner}</p><p>{text}</p>",
    ],
)
@pytest.mark.parametrize("language", ["de", "el", "ja"])
def test_what_is_around_an_article_in_another_language_does_not_decide(
    page: str, language: str
) -> None:
    text = {
        "de": " ".join(GERMAN),
        "el": "Το συμβούλιο θα αποφασίσει την επόμενη εβδομάδα αν η παλιά πισίνα θα μείνει. "
        "Οι κάτοικοι περιμένουν εδώ και χρόνια τις επισκευές, αλλά ως τώρα δεν υπήρχαν χρήματα. "
        "Την Παρασκευή οι ειδικοί θα παρουσιάσουν την έκθεσή τους.",
        "ja": "市議会は来週、古いプールを開けておくことができるかどうかを決める。"
        "住民は何年も前から修理を待っていたが、これまで予算がなかった。"
        "専門家は金曜日に報告書を提出する予定で、その後、議会で採決が行われる。結果はまだ誰にも分からないという。",
    }[language]
    content = page.format(text=text, banner=BANNER, letter=LETTER)
    assert after(Article(id="1", content=content, media_type="text/html")).language == language


def test_a_page_of_nothing_but_navigation_is_read_all_the_same() -> None:
    assert page_text("<nav><a>Home</a> <a>News</a></nav>") == "Home News"


def test_blocks_are_lines_and_inline_markup_is_not() -> None:
    assert page_text("<p>One <b>bold</b> word<br>Two</p><div>Three\n four</div>") == (
        "One bold word\nTwo\nThree four"
    )


@pytest.mark.parametrize(
    ("lines", "languages"),
    [
        ((*GERMAN, *ENGLISH), ["de", "en"]),
        ((*ENGLISH, GERMAN[0]), ["en", "de"]),
        ((" ".join((*GERMAN, *ENGLISH)),), ["de", "en"]),
    ],
)
def test_an_article_in_two_languages_says_how_much_of_each(
    lines: tuple[str, ...], languages: list[str]
) -> None:
    article = after(Article(id="1", content="\n".join(lines)))
    found = shares(article)
    assert list(found) == languages
    assert article.language == languages[0]
    assert sum(found.values()) == pytest.approx(1, abs=0.03)
    assert found[languages[0]] > 0.5


def test_an_article_in_one_language_is_all_in_it() -> None:
    assert shares(after(Article(id="1", content="\n".join(GERMAN)))) == {"de": 1.0}
    assert shares(after(Article(id="1", content="12:30"))) == {}


@pytest.mark.parametrize(
    ("language", "text", "forms"),
    [
        ("zh", "市议会将于下周决定旧游泳池能否继续开放", ["zh-Hans"]),
        ("zh", "市議會將於下週決定舊游泳池能否繼續開放", ["zh-Hant"]),
        ("sr", "Savet će sledeće nedelje odlučiti o bazenu", ["sr-Latn"]),
        ("sr", "Савет ће следеће недеље одлучити о базену", ["sr-Cyrl"]),
        ("sr", "Савет ће одлучити, Savet će odlučiti dva", ["sr-Latn", "sr-Cyrl"]),
        ("de", "Der Rat", []),
        ("zh", "2024", []),
    ],
)
def test_the_form_of_a_language_is_told_by_its_characters(
    language: str, text: str, forms: list[str]
) -> None:
    assert [tag for tag, _ in script_forms(language, text)] == forms


def test_forms_stand_among_the_alternatives() -> None:
    article = after(
        Article(id="1", content="市議會將於下週決定舊游泳池能否繼續開放，居民意見不一。")
    )
    assert article.language_alternatives is not UNSET
    assert article.language == "zh"
    assert [
        (one.language, one.engine) for one in article.language_alternatives if "-" in one.language
    ] == [("zh-Hant", "script")]


def test_bokmal_and_nynorsk_are_norwegian_with_a_form() -> None:
    texts = {
        "nb": "Kommunestyret skal neste uke avgjøre om det gamle svømmebassenget kan holdes åpent.",
        "nn": "Kommunestyret skal neste veke avgjera om det gamle symjebassenget kan haldast ope.",
    }
    for form, text in texts.items():
        article = after(Article(id="1", content=text))
        assert article.language == "no"
        assert article.language_alternatives is not UNSET
        found = [one.language for one in article.language_alternatives if one.engine == "variety"]
        assert found[0] == form
    assert norwegian_forms([("nb", 0.3)]) == []


def test_a_letter_of_a_script_without_spaces_weighs_more() -> None:
    assert written_weight("市议会") == 9
    assert written_weight("abc 12") == 3


@pytest.mark.parametrize(
    "text",
    [
        "def total(items):\n    return sum(item.price for item in items if item.price > 0)\n"
        "print(total([]));",
        'const rows = list.map((x) => { return x.id; }); if (rows.length === 0) { throw "none"; }',
        "body { margin: 0; padding: 12px } .nav a:hover { color: #fff; }",
        '{"id": 12, "name": "Widget", "tags": {"red": 1, "large": 2}, "price": 9.99}',
        "SELECT name, COUNT(*) FROM readers WHERE joined_on > '2024-01-01' GROUP BY name; -- 1",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "req-20240301-7f3a9c1b2d4e5f60 req-20240301-8a4bac2c3e5f6071",
        "SELECT title, author FROM articles WHERE length > 900 ORDER BY title;",
        "SELECT a.title, s.name FROM articles a JOIN sources s ON s.id = a.source WHERE s.id > 3",
        "INSERT INTO sources (id, name) VALUES (7, 'Post')",
        "2025-05-02 08:15:00 INFO reader started topic=articles\n"
        "2025-05-02 08:15:04 WARN the broker does not answer host=10.1.2.3 attempt=2",
        "2025-05-02 08:15:00,250 WARN  [worker-1] org.example.desk.Reader - No answer for 30 s",
        "May  2 08:15:00 desk1 sshd[812]: Invalid user guest from 10.1.2.3 port 4022",
        '10.1.2.3 - - [02/May/2025:08:15:00 +0000] "GET /news.html HTTP/1.1" 200 871 "-"',
        'level=warn caller=read.go:40 msg="no answer from the broker" attempt=2',
        '{"name": "Berlin", "kind": "city", "other": ["Cölln", "Spandau"]}',
        '{"headline": "The pool stays open", "author": "Mary Jones", "section": "local"}',
        "id,name,country,people\n1,Berlin,DE,3700000\n2,Paris,FR,2100000",
        "at org.example.desk.Reader.read(Reader.java:44)\nat org.example.desk.Main.main(Main.java)",
        "for row in range(12):\n    total += row\nreturn total",
        "reader:\n  topic: articles\n  group: desk\n  servers:\n    - kafka\n  options:\n"
        "    wait: never\n    start: earliest",
        "- name: copy the pages\n  copy:\n    src: pages\n    dest: /srv/pages\n"
        "- name: start the desk\n  service:\n    name: desk\n    state: started",
        "CREATE TABLE readers (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n"
        "  joined DATE,\n  city VARCHAR(40)\n);",
        "import csv\nimport sys\nfrom pathlib import Path\nclass Reader:\n    pass",
    ],
)
def test_code_and_keys_are_no_language(text: str) -> None:
    assert not is_language(text)
    assert after(Article(id="1", content=text)).language == "und"


@pytest.mark.parametrize(
    "text",
    [
        "“It rose by 5 % (to $3.20)”, she said; nobody asked why.",
        "Bayern – Dortmund 3:2 (1:1), Hertha – Köln 0:0, Bremen – Mainz 4:1 (2:0)",
        "Pressemitteilung Nr. 4/2024: Bürgerversammlung & Sprechstunde am 3.4.",
        "Booking.com et Airbnb.com devant la Cour",
        "Marathon: Kiplagat 02:04:11, Bekele 02:04:35, Tola 02:05:02",
        "Datum: Montag, 3. März\nOrt: Stadthalle\nEintritt: frei",
        "Die Mitarbeiter(innen) der Klinik(en) streiken, auch bei Ver.di",
        "Τι αλλάζει στις συντάξεις; Ποιοι κερδίζουν;",
        "iPhone, YouTube und eBay: was sich 2025 ändert",
        "2025-05-02 08:15:00 来源：本报记者 市议会将于下周决定旧游泳池能否继续开放",
        "WHO und EU: JOIN-Projekt startet (mit 12,5 Mio. Euro)",
        "you need:\n- two eggs\n- a cup of flour\n- some salt\nthen:\n- whisk the eggs\n- bake",
        "when: friday at eight\nwhere: town hall\nwho: the choir\nhow much: nothing",
        "from Oslo\nto the harbour\nand back again\nfor three months:\nthe long way of a ship",
    ],
)
def test_prose_with_signs_is_language(text: str) -> None:
    assert is_language(text)


def test_hints_come_from_the_declaration_the_page_and_the_domain() -> None:
    page = Article(
        id="1",
        content="<!doctype html><html class=a lang='pt-BR'><p lang=en>x",
        media_type="text/html",
        language_declared="nn_NO",
        url="https://news.example.ba/a?b=.de",
    )
    found = hinted(page)
    assert found["declared"] == {"no"}
    assert found["lang"] == {"pt"}
    assert {"bs", "hr", "sr"} <= found["domain"]


@pytest.mark.parametrize(
    "article",
    [
        Article(id="1", url="https://example.com/"),
        Article(id="1", url="https://[broken"),
        Article(id="1", url="file:///x.de/y"),
        Article(id="1", language_declared="und"),
        Article(id="1", language_declared=" "),
        Article(id="1", content="<html lang='de'>"),
        Article(id="1", content="<html lang=>", media_type="text/html"),
    ],
)
def test_without_a_hint_there_is_none(article: Article) -> None:
    assert hinted(article) == {}


@pytest.mark.parametrize(
    ("domain", "close", "others"),
    [
        ("rs", {"sr"}, {"hu", "sk", "ro"}),  # where one in a hundred speaks Croatian
        ("ba", {"bs", "hr", "sr"}, set()),
        ("za", {"xh", "zu"}, {"af", "st"}),
        ("es", set(), {"es", "ca", "gl", "eu"}),
        ("in", set(), {"hi", "mr", "ta"}),
    ],
)
def test_a_minoritys_language_is_no_hint_beside_the_close_one_of_the_majority(
    domain: str, close: set[str], others: set[str]
) -> None:
    found = hinted(Article(id="1", url=f"https://example.{domain}/a"))["domain"]
    assert found & {"bs", "hr", "sr", "xh", "zu"} == close
    assert found >= others


def test_a_hint_decides_between_close_candidates_and_provenance_says_so() -> None:
    text = "Policija traži svjedoke nesreće"
    found = {
        tag: after(Article(id="1", content=text, language_declared=tag)) for tag in ("bs", "hr")
    }
    assert {tag: one.language for tag, one in found.items()} == {"bs": "bs", "hr": "hr"}
    assert any(one.provenance == {"language": "text, declared"} for one in found.values())
