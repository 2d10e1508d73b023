"""Lines that are boilerplate by what they say, in many languages, and sentences that are not."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.benchmarks.hostile import LABELS
from tests.stages.strip_boilerplate.plain import calls_of
from workers.stages.strip_boilerplate.junk_lines import (
    Junk,
    in_company,
    junk_line,
)
from workers.stages.strip_boilerplate.junk_words import function_words
from workers.stages.strip_boilerplate.line_heads import heads_of
from workers.stages.strip_boilerplate.notices import has_notices, notices_in

SURE = {
    "advertisement": [
        "Advertisement", "ADVERTISEMENT – CONTINUE READING BELOW", "Anzeige", "Publicité",
        "Publicidad", "[Реклама]", "Реклама", "إعلان", "広告", "광고", "विज्ञापन",
    ],
    "share": [
        "Share this article", "Share on Facebook", "Teilen auf WhatsApp", "Partager sur Facebook",
        "Compartir en Twitter", "Condividi su Telegram", "Udostępnij na Facebooku",
        "Поделиться в Telegram", "Поділитися у Facebook", "Facebook'ta paylaş", "شارك على فيسبوك",
        "分享到微信", "この記事をシェアする", "기사 공유하기",
    ],
    "counter": [
        "1,204 views", "Views: 1204", "3 comments", "12 Kommentare", "1 204 vues", "87 comentarios",
        "Просмотров: 1204", "3 комментария", "Переглядів: 1 204", "1204 wyświetleń",
        "阅读 1204", "조회수 1204", "閲覧数 1204", "1204 görüntülenme",
    ],
    "related_link": [
        "Read also: Ferry to return in May", "Related: The bridge that fell", "Related articles",
        "Lesen Sie auch: Die Fähre kommt zurück", "Lire aussi : Le pont est rouvert",
        "Lea también: El puente reabre", "Leia também: A ponte reabre", "Leggi anche: Il ponte",
        "Czytaj też: Prom wraca", "ЧИТАЙТЕ ТАКЖЕ: Паром вернётся", "Читайте також: Пором",
        "Διαβάστε επίσης: Το πλοίο", "İlgili haberler", "اقرأ أيضا: الجسر", "यह भी पढ़ें: पुल",
        "Baca juga: Jembatan dibuka", "Xem thêm: Cây cầu", "相关新闻", "延伸閱讀：大橋", "関連記事",
        "관련기사",
    ],
    "subscription": [
        "Subscribe to our newsletter", "Sign up for our free newsletter and never miss a story.",
        "Follow us on Facebook", "Abonnieren Sie unseren Newsletter",
        "Abonnez-vous à notre newsletter", "Suscríbete a nuestro boletín",
        "Iscriviti alla newsletter", "Zapisz się na newsletter",
        "Подпишитесь на наш Telegram-канал", "Підписуйтесь на наш канал у Telegram",
        "Abone olun: WhatsApp kanalımız", "اشترك في نشرتنا البريدية", "订阅我们的公众号",
    ],
    "cookie_notice": [
        "We use cookies to improve your experience on our website.",
        "Wir verwenden Cookies, um unsere Website zu verbessern.",
        "Nous utilisons des cookies pour améliorer votre navigation.",
        "Utilizamos cookies para mejorar su experiencia.",
        "Мы используем файлы cookie, чтобы сайт работал лучше.",
        "Ми використовуємо файли cookie на цьому сайті.",
        "我们使用 Cookie 来改善您的体验，继续浏览即表示同意。",
    ],
    "copyright": [
        "© 2024 Lindholm Post", "ⓒ 항만일보", "© Lindholm Post. All rights reserved.",
        "All rights reserved.",
        "Alle Rechte vorbehalten.", "Tous droits réservés", "Todos los derechos reservados",
        "Все права защищены.", "Усі права захищені", "جميع الحقوق محفوظة", "版权所有",
    ],
    "navigation": [
        "Skip to content", "Back to top", "Leave a comment", "Zum Inhalt springen",
        "Aller au contenu", "Перейти к содержимому", "Залишити коментар", "返回顶部",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "line"), [(reason, line) for reason, lines in SURE.items() for line in lines]
)
def test_lines_of_a_class_are_known_in_many_languages(reason: str, line: str) -> None:
    junk = junk_line(line)
    assert junk is not None
    assert (junk.reason, junk.weak) == (reason, False)


@pytest.mark.parametrize(
    "line",
    [
        "The council voted to share the cost of the bridge with its neighbours on the coast.",
        "Facebook shares fell 3 percent.",
        "45 people commented on the plan at the hearing.",
        "Views differ on what the bridge should cost.",
        "1,204 people have read the report.",
        "Related companies paid for the bridge.",
        "Read also wrote three novels: one of them about a bridge.",
        "Subscribe or not, readers pay in the end.",
        "Follow the money, they say in Lindholm.",
        "Related - and perhaps worse - is the debt.",
        "Recommended: two spoons of salt for each litre.",
        "Популярное — не значит лучшее.",
        "Regulators say that a website must ask before it sets cookies.",
        "“We use cookies on our website”, the page of the council says.",
        "We use cookies in the base of this cheesecake.",
        "He reserved all rights to the film about the bridge.",
        "The advertisement showed a bridge that never was.",
        "Sigue el canal de Suez bloqueado por el carguero.",
        "LinkedIn $2.50 – $7.00",
        "Die Anzeige erstattete ein Nachbar.",
        "Реклама моста обошлась городу в миллион.",
        "广告公司说大桥明年开放。",
    ],
)
def test_sentences_with_the_same_words_are_not(line: str) -> None:
    assert junk_line(line) is None


@pytest.mark.parametrize(
    ("line", "weak"),
    [
        ("Follow our channel.", True),
        ("Follow us on our channel.", False),
        ("Sign up for an account on the agency's website.", True),
        ("Sign up for our newsletter.", False),
        ("Folgen Sie dem Kanal bis zur Schleuse.", True),
        ("Folgen Sie uns auf unserem Kanal.", False),
        ("Suivez le canal jusqu'à l'écluse.", True),
        ("Siga o canal até à eclusa.", True),
        ("Siga-nos no canal.", False),
        ("Reciba la cuenta en casa.", True),
        ("Войдите в группу из пяти человек.", True),
        ("Войдите в наш Telegram-канал.", False),
        ("Ακολουθήστε το κανάλι ως το λιμάνι.", True),
        ("Ikuti saluran air sampai ke laut.", True),
        ("Theo dõi kênh đào mỗi ngày.", True),
        ("سجل الآن هدفا ثالثا في القناة.", True),
        ("加入我们的频道,他喊道。", True),
    ],
)
def test_a_sentence_that_asks_for_something_else_too_goes_only_in_company(
    line: str, weak: bool
) -> None:
    junk = junk_line(line)
    assert junk is not None
    assert (junk.reason, junk.weak) == ("subscription", weak)


def test_a_label_of_one_word_goes_only_in_company() -> None:
    weak, other, gone = Junk("share", weak=True), None, Junk("counter")
    labels: list[Junk | None] = [Junk("navigation", weak=True)] * 2
    assert in_company([other, weak, other], [False] * 3) == []
    assert in_company([other, weak, gone], [False, False, True]) == [1]
    assert in_company([gone, weak, weak, other], [True, False, False, False]) == [1, 2]
    assert in_company([other, *labels, other], [False] * 4) == [1, 2]
    assert in_company([weak, weak, other], [False] * 3) == []  # two names of networks


def test_what_a_label_needs_is_told_apart() -> None:
    share = junk_line("Facebook")
    assert share is not None
    assert share.weak
    label = junk_line("Related articles")
    assert label is not None
    assert label.heads
    one = junk_line("Read also: Ferry to return in May")
    assert one is not None
    assert not one.heads


@given(st.lists(st.text(max_size=300).map(str.strip).filter(bool), min_size=1, max_size=4))
@example(["We use cookies", "クッキー"])
@example(["x " * 150 + "cookies.", "y" * 195 + " cookiesque", "İ" * 9 + "クッキー", "ü 無断転載"])
def test_lines_with_words_of_notices_are_those_that_have_one_by_themselves(
    lines: list[str],
) -> None:
    told = notices_in(lines, heads_of(lines))
    known = has_notices("\n".join(lines))
    assert told == [known and len(line) <= 700 and has_notices(line) for line in lines]


def test_no_word_of_notices_is_among_the_most_frequent() -> None:
    words = "We use cookies. Alle Rechte vorbehalten. Todos los derechos reservados."
    assert notices_in([words], heads_of([words])) == [True]
    assert not function_words() & {"cookie", "cookies", "reserved", "vorbehalten", "куки"}


@given(st.text(max_size=200))
def test_any_line_gets_an_answer_and_white_space_around_it_does_not_count(line: str) -> None:
    assert junk_line(f"  {line}\t") == junk_line(line.strip())


@pytest.mark.parametrize("line", ["1 2 \u0307", "1 2 \u200c."])
def test_a_line_without_a_letter_but_accents_and_joiners_says_nothing(line: str) -> None:
    assert junk_line(line) is None


@pytest.mark.parametrize("piece", LABELS)
def test_hostile_lines_take_few_steps(piece: str) -> None:
    for length in (100, 250, 700, 100_000):
        line = piece * (length // len(piece))
        junk_line(line)  # reads the words
        assert calls_of(partial(junk_line, line)) < 5_000


@pytest.mark.parametrize(
    "line",
    [
        "Follow us on Facebook was the motto of a decade, and it has made one company very rich.",
        "Read more: this is what the old teacher wrote below every essay, year after year.",
        "© stood on every page of the pamphlet, said the printer, long before it meant anything.",
        "All rights reserved, the phrase in every book, comes from a treaty of 1910, she said.",
        "Folgen Sie uns auf Facebook stand an der Tür, und niemand im Dorf wusste mehr, warum.",
        "Подпишитесь на наш канал, просила редакция в каждом номере, и читатели ей верили.",
    ],
)
def test_a_long_sentence_is_junk_only_beside_other_junk(line: str) -> None:
    junk = junk_line(line)
    assert junk is None or (junk.weak and junk.stated)
    found = [junk, junk, junk]
    assert in_company(found, [False] * 3) == []
    if junk is not None:
        beside = [Junk("share"), *found]
        assert in_company(beside, [True, False, False, False]) == [1, 2, 3]
