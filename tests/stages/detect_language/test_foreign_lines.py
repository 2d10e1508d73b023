"""One line in another language, a notice or a quotation, does not decide on an article."""

import pytest

from topics.records import Article
from workers.outcome import Passed
from workers.stages.detect_language import DetectLanguage
from workers.stages.detect_language.body import body
from workers.stages.detect_language.consent import SEVERAL, topics

COOKIES = (
    "We use cookies and similar technologies to make our pages better and to show you stories "
    "that you may like. By clicking on Accept you agree to all of them, here and on our other "
    "pages."
)
COOKIES_DE = (
    "Wir verwenden Cookies und ähnliche Techniken, um unsere Seiten zu verbessern und Ihnen "
    "passende Beiträge zu zeigen. Mit einem Klick auf Annehmen stimmen Sie dem allem zu."
)
CONSENT = (
    "We value your privacy. Together with our partners we store information on a device and "
    "read it there, and we process personal data such as an identifier or an address on the "
    "network, so that we can measure our audience and pay for our work. You may change your "
    "mind at any time."
)
QUOTATION = (
    "“We have been waiting for this for a very long time, and all of us are glad that they have "
    "seen at last how much the old pool means to every family in this town, because there is no "
    "other place to go to when the summers are as hot as the last one was”, said one of the "
    "swimmers."
)
ARTICLES = {
    "de": (
        "Der Gemeinderat entscheidet nächste Woche, ob das alte Schwimmbad offen bleiben kann.",
        "Die Anwohner hoffen seit Jahren auf eine Sanierung, doch dafür fehlte bisher das Geld.",
        "Am Freitag sollen die Gutachter ihren Bericht vorlegen, danach wird im Rat abgestimmt.",
        "Ein neues Bad würde nach ersten Schätzungen doppelt so viel kosten wie die Reparatur.",
    ),
    "pl": (
        "Rada gminy zdecyduje w przyszłym tygodniu, czy stary basen może pozostać otwarty.",
        "Mieszkańcy od lat czekają na remont, ale do tej pory brakowało na niego pieniędzy.",
        "W piątek eksperci mają przedstawić swój raport, a potem odbędzie się głosowanie.",
        "Nowy basen kosztowałby według pierwszych szacunków dwa razy więcej niż naprawa.",
    ),
    "fi": (
        "Kunnanvaltuusto päättää ensi viikolla, voiko vanha uimahalli pysyä vielä auki.",
        "Asukkaat ovat odottaneet korjausta vuosia, mutta rahaa siihen ei ole ollut.",
        "Asiantuntijat esittelevät raporttinsa perjantaina, ja sen jälkeen äänestetään.",
        "Uusi halli maksaisi ensimmäisten arvioiden mukaan kaksi kertaa korjauksen verran.",
    ),
    "tr": (
        "Belediye meclisi eski yüzme havuzunun açık kalıp kalmayacağına haftaya karar verecek.",
        "Bölge sakinleri yıllardır onarım bekliyor, ancak bugüne kadar bunun için para yoktu.",
        "Uzmanlar raporlarını cuma günü sunacak, ardından mecliste oylama yapılacak.",
        "İlk tahminlere göre yeni bir havuz onarımın iki katına mal olacak.",
    ),
    "vi": (
        "Tuần tới hội đồng sẽ quyết định liệu hồ bơi cũ có thể tiếp tục mở cửa hay không.",
        "Người dân đã chờ việc sửa chữa nhiều năm nay, nhưng cho đến giờ vẫn chưa có tiền.",
        "Các chuyên gia sẽ trình báo cáo vào thứ Sáu, sau đó hội đồng sẽ bỏ phiếu.",
        "Theo ước tính ban đầu, một hồ bơi mới sẽ tốn gấp đôi số tiền sửa chữa.",
    ),
    "el": (
        "Το συμβούλιο θα αποφασίσει την επόμενη εβδομάδα αν η παλιά πισίνα θα μείνει ανοιχτή.",
        "Οι κάτοικοι περιμένουν χρόνια τις επισκευές, αλλά ως τώρα δεν υπήρχαν χρήματα.",
        "Την Παρασκευή οι ειδικοί θα παρουσιάσουν την έκθεσή τους και θα γίνει ψηφοφορία.",
        "Μια νέα πισίνα θα κόστιζε σύμφωνα με τις πρώτες εκτιμήσεις τα διπλά χρήματα.",
    ),
    "ru": (
        "Совет решит на следующей неделе, может ли старый бассейн остаться открытым.",
        "Жители годами ждут ремонта, но до сих пор на него не хватало денег.",
        "В пятницу эксперты должны представить свой доклад, после чего пройдёт голосование.",
        "Новый бассейн, по первым оценкам, обошёлся бы вдвое дороже, чем ремонт старого.",
    ),
    "ar": (
        "سيقرر المجلس الأسبوع المقبل ما إذا كان المسبح القديم يمكن أن يبقى مفتوحا.",
        "ينتظر السكان الإصلاحات منذ سنوات لكن المال لم يكن متوفرا حتى الآن.",
        "سيقدم الخبراء تقريرهم يوم الجمعة ثم يصوت المجلس على القرار بعد ذلك.",
        "وبحسب التقديرات الأولى سيكلف بناء مسبح جديد ضعف ما يكلفه الإصلاح.",
    ),
    "hi": (
        "परिषद अगले सप्ताह तय करेगी कि पुराना तरणताल खुला रह सकता है या नहीं।",
        "निवासी वर्षों से मरम्मत की प्रतीक्षा कर रहे हैं, लेकिन अब तक पैसा नहीं था।",
        "विशेषज्ञ शुक्रवार को अपनी रिपोर्ट पेश करेंगे और उसके बाद मतदान होगा।",
        "पहले अनुमानों के अनुसार नया तरणताल मरम्मत से दोगुना महँगा पड़ेगा।",
    ),
    "th": (
        "สภาเทศบาลจะตัดสินใจในสัปดาห์หน้าว่าสระว่ายน้ำเก่าจะเปิดต่อไปได้หรือไม่",
        "ชาวบ้านรอการซ่อมแซมมาหลายปีแล้ว แต่จนถึงตอนนี้ก็ยังไม่มีเงินเพียงพอ",
        "ผู้เชี่ยวชาญจะเสนอรายงานในวันศุกร์ หลังจากนั้นสภาจะลงคะแนนเสียง",
        "สระใหม่จะมีราคาสูงกว่าการซ่อมแซมถึงสองเท่าตามการประเมินครั้งแรก",
    ),
    "ja": (
        "市議会は来週、古いプールを開けておくことができるかどうかを決める。",
        "住民は何年も前から修理を待っていたが、これまで予算がなかった。",
        "専門家は金曜日に報告書を提出し、その後に議会で採決が行われる。",
        "最初の見積もりによれば、新しいプールには修理の倍の費用がかかるという。",
    ),
    "ka": (
        "საბჭო მომავალ კვირას გადაწყვეტს, დარჩება თუ არა ძველი საცურაო აუზი ღია.",
        "მოსახლეობა წლებია რემონტს ელოდება, მაგრამ აქამდე ამისთვის ფული არ იყო.",
        "ექსპერტები ანგარიშს პარასკევს წარადგენენ, შემდეგ კი კენჭისყრა გაიმართება.",
        "პირველი შეფასებით ახალი აუზი შეკეთებაზე ორჯერ ძვირი დაჯდება.",
    ),
}
ABOUT = (
    "Publishers had argued that a cookie banner with one button was enough for everybody.",
    "The ruling on cookies is to take effect in March, and most sites must change by then.",
)
CONSENTS = {
    "de": "Wir und unsere Partner speichern Informationen auf einem Gerät und greifen darauf zu.",
    "fr": "Nos partenaires et nous traitons vos données personnelles avec votre consentement.",
    "es": "Nuestros socios guardan información en su dispositivo y leen datos personales.",
    "it": "Noi e i nostri partner leggiamo dati personali, se lei dà il suo consenso.",
    "pl": "My i nasi partnerzy przechowujemy dane osobowe na Twoim urządzeniu.",
    "cs": "S vaším souhlasem ukládáme my a naši partneři osobní údaje na zařízení.",
    "fi": "Me ja kumppanimme tallennamme henkilötietoja laitteellesi.",
    "sv": "Vi och våra partner behandlar personuppgifter om du ger ditt samtycke.",
    "tr": "Biz ve iş ortaklarımız kişisel verilerinizi cihazınızda saklıyoruz.",
    "ru": "Мы и наши партнёры храним персональные данные на вашем устройстве.",
    "ja": "当社とパートナーは、お客様の同意を得て個人情報を取り扱います。",
    "th": "เราและพันธมิตรเก็บข้อมูลส่วนบุคคลบนอุปกรณ์ของคุณ",
}

stage = DetectLanguage()


def read(*lines: str) -> tuple[str, dict[str, float]]:
    """The language of an article, and its shares in their order."""
    outcome = stage(Article(id="1", content="\n".join(lines)))
    assert isinstance(outcome, Passed)
    article = outcome.article
    assert isinstance(article.language, str)
    assert isinstance(article.language_shares, list)
    return article.language, {one.language: one.share for one in article.language_shares}


@pytest.mark.parametrize("language", ARTICLES)
def test_a_quotation_longer_than_any_paragraph_does_not_decide(language: str) -> None:
    first, *rest = ARTICLES[language]
    found, shares = read(first, QUOTATION, *rest)
    assert found == language
    assert list(shares) == [language, "en"]
    assert shares[language] > shares["en"]


@pytest.mark.parametrize("language", ARTICLES)
@pytest.mark.parametrize("notice", [CONSENT, COOKIES])
def test_a_notice_before_an_article_is_not_read(language: str, notice: str) -> None:
    assert read(notice, *ARTICLES[language]) == (language, {language: 1.0})


@pytest.mark.parametrize("language", ARTICLES)
@pytest.mark.parametrize("notice", [COOKIES, COOKIES_DE])
def test_a_notice_before_two_sentences_is_not_read(language: str, notice: str) -> None:
    for article in (ARTICLES[language][:2], (" ".join(ARTICLES[language][2:]),)):
        assert read(notice, *article) == (language, {language: 1.0})


@pytest.mark.parametrize("language", ["de", "fi", "tr", "vi", "ru", "hi", "th"])
def test_a_notice_twice_as_long_as_one_sentence_is_not_read(language: str) -> None:
    assert read(COOKIES, ARTICLES[language][0])[0] == language


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "es",
            "Anna Bell prometió “abrir la piscina municipal” durante la conferencia del partido.",
        ),
        ("sv", "Anna Bell lovade att ”öppna simhallen igen” i dag under en konferens i Malmö."),
        ("it", "“Dopo il 3 marzo, considererò seriamente di candidarmi come presidente del club”."),
    ],
)
def test_a_sentence_that_the_quick_engine_does_not_see_is_read(
    language: str, sentence: str
) -> None:
    assert read(COOKIES, sentence)[0] == language


def test_the_largest_share_is_the_main_language() -> None:
    for language, lines in ARTICLES.items():
        found, shares = read(*lines[:2], QUOTATION, CONSENT.replace("privacy", "time"))
        assert next(iter(shares)) == found
        assert list(shares.values()) == sorted(shares.values(), reverse=True), language


def test_what_an_article_is_about_is_no_notice() -> None:
    about = (*ABOUT, COOKIES, "A court had found that nobody reads what a cookie banner says.")
    assert read(*about)[0] == "en"
    assert read(*about, ARTICLES["de"][0])[0] == "en"
    assert read(*ABOUT, ARTICLES["pl"][0])[0] == "en"


def test_a_notice_with_too_little_besides_is_read() -> None:
    assert read(CONSENT, "Rat berät")[0] == "en"


@pytest.mark.parametrize("language", CONSENTS)
def test_notices_are_known_by_what_they_speak_of(language: str) -> None:
    assert topics(CONSENTS[language]) >= SEVERAL


@pytest.mark.parametrize("language", ARTICLES)
def test_articles_are_no_notices(language: str) -> None:
    assert topics("\n".join(ARTICLES[language])) < SEVERAL


def test_lines_without_full_stops_are_prose_in_scripts_that_write_none() -> None:
    lines = ["หน้าแรก", "กีฬา", *ARTICLES["th"], "แชร์"]
    assert body("\n".join(lines)) == list(ARTICLES["th"])
    lines = ["ໜ້າຫຼັກ", "ສະພາຈະຕັດສິນໃຈໃນອາທິດໜ້າວ່າສະລອຍນ້ຳເກົ່າຈະເປີດຕໍ່ໄປໄດ້ຫຼືບໍ່", *ARTICLES["th"]]
    assert body("\n".join(lines)) == lines[1:]


ENGLISH = (
    "The council met on Monday.",
    "Nobody knew what to expect from it.",
    "Prices have risen again this year.",
    "The minister did not answer.",
    "It rained all day in the north.",
)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "fr",
            (
                "Le conseil s'est réuni lundi.",
                "Personne ne savait à quoi s'attendre.",
                "Les prix ont encore augmenté cette année.",
                "Le ministre n'a pas répondu.",
                "Il a plu toute la journée dans le nord.",
            ),
        ),
        (
            "pl",
            (
                "Rada zebrała się w poniedziałek.",
                "Nikt nie wiedział, czego się spodziewać.",
                "Ceny znów wzrosły w tym roku.",
                "Minister nie odpowiedział.",
                "Na północy cały dzień padał deszcz.",
            ),
        ),
        (
            "ru",
            (
                "Совет собрался в понедельник.",
                "Никто не знал, чего ожидать.",
                "Цены снова выросли в этом году.",
                "Министр не ответил.",
                "На севере весь день шёл дождь.",
            ),
        ),
    ],
)
def test_sentences_of_two_languages_in_turn_are_told_apart(
    language: str, sentences: tuple[str, ...]
) -> None:
    pairs = zip(ENGLISH, sentences, strict=True)
    _, shares = read(" ".join(f"{one} {other}" for one, other in pairs))
    assert set(shares) == {"en", language}
    assert shares["en"] == pytest.approx(0.5, abs=0.15)
