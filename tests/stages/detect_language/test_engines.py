"""One conformance suite for every engine, through the stage."""

import json
import random
import re
import string
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.records import Article
from workers.outcome import Passed
from workers.stages.detect_language import ENGINES, DetectLanguage, load_engine
from workers.stages.detect_language.body import EXCERPT, excerpt
from workers.stages.detect_language.tags import fold, ranked

LOADED = {name: DetectLanguage(name) for name in ENGINES}

TEXTS = {
    "en": "The council will decide next week whether the old swimming pool can stay open.",
    "de": "Der Gemeinderat entscheidet nächste Woche, ob das alte Schwimmbad offen bleiben kann.",
    "fr": "Le conseil décidera la semaine prochaine si l'ancienne piscine peut rester ouverte.",
    "es": "El ayuntamiento decidirá la próxima semana si la vieja piscina puede seguir abierta.",
    "pl": "Rada zdecyduje w przyszłym tygodniu, czy stary basen może pozostać otwarty.",
    "ru": "Совет решит на следующей неделе, может ли старый бассейн остаться открытым.",
    "uk": "Рада вирішить наступного тижня, чи може старий басейн залишитися відкритим.",
    "el": "Το συμβούλιο θα αποφασίσει την επόμενη εβδομάδα αν η παλιά πισίνα θα μείνει ανοιχτή.",
    "ar": "سيقرر المجلس الأسبوع المقبل ما إذا كان المسبح القديم يمكن أن يبقى مفتوحا.",
    "hi": "परिषद अगले सप्ताह तय करेगी कि पुराना तरणताल खुला रह सकता है या नहीं।",
    "th": "สภาจะตัดสินใจในสัปดาห์หน้าว่าสระว่ายน้ำเก่าจะเปิดต่อไปได้หรือไม่",
    "zh": "市议会将于下周决定旧游泳池能否继续开放，居民对此意见不一。",
    "ja": "市議会は来週、古いプールを開けておくことができるかどうかを決める。",
    "ko": "시의회는 다음 주에 오래된 수영장을 계속 열 수 있을지 결정할 것이다.",
    "no": "Kommunestyret skal neste uke avgjøre om det gamle svømmebassenget kan holdes åpent.",
}


@pytest.fixture(params=ENGINES)
def stage(request: pytest.FixtureRequest) -> DetectLanguage:
    return LOADED[request.param]


def found(stage: DetectLanguage, text: str) -> Article:
    outcome = stage(Article(id="1", content=text))
    assert isinstance(outcome, Passed)
    assert outcome.status == "ok"
    check(outcome.article, stage)
    return outcome.article


def check(article: Article, stage: DetectLanguage) -> None:
    """What holds for every answer of every engine."""
    assert isinstance(article.language, str)
    assert isinstance(article.language_confidence, float)
    assert isinstance(article.language_alternatives, list)
    for tag in (article.language, *(one.language for one in article.language_alternatives)):
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", tag), tag
    assert 0 <= article.language_confidence <= 1
    assert (article.language == "und") == (article.language_confidence == 0)
    for engine in {one.engine for one in article.language_alternatives}:
        those = [one for one in article.language_alternatives if one.engine == engine]
        scores = [one.confidence for one in those]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)
        assert len({one.language for one in those}) == len(those) <= 3
        if engine == stage.engine:
            assert article.language not in {one.language for one in those}
            assert sum(scores) + article.language_confidence < 1.01


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_is_in_its_language(stage: DetectLanguage, language: str) -> None:
    assert found(stage, TEXTS[language]).language == language


def test_chinese_is_chinese_in_either_script() -> None:
    traditional = "市議會將於下週決定舊游泳池能否繼續開放，居民對此意見不一。"
    assert found(LOADED["py3langid"], traditional).language == "zh"


def test_labels_become_tags_and_their_probabilities_add_up() -> None:
    scores = [
        ("zh-tw", 0.31),
        ("ja", 0.2),
        ("zh-cn", 0.4),
        ("zxx", 0.05),
        ("nn", 0.02),
        ("no", 0.02),
    ]
    assert ranked(scores) == [("zh", 0.71), ("ja", 0.2), ("no", 0.04)]
    assert fold("nn-NO") == fold("nb") == "no"
    assert (fold("zh-Hant"), fold("fil"), fold("pt_BR")) == ("zh", "tl", "pt")
    assert ranked([("b", 0.5), ("a", 0.5)]) == [("a", 0.5), ("b", 0.5)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\u3000",
        "12 34 5678, 3:2 (1:1) – 25.07.2024 10:00",
        "😀😀 🎉 👩‍👩‍👧 ❤️",
        "... --- !!! ???",
        "A 1",
        "\ud800\udfff \ufffd\ufffd",
        "https://www.example.org/some/long/path?with=parameters info@example.org @someone #tag",
        "\x00\x01\x02",
        "|||| |||| ####",
    ],
)
def test_what_holds_no_language_is_undetermined(stage: DetectLanguage, text: str) -> None:
    article = found(stage, text)
    assert article.language == "und"
    assert article.language_alternatives == []


def test_letters_of_every_script_at_random_are_undetermined(stage: DetectLanguage) -> None:
    draw = random.Random(7)
    for _ in range(20):
        text = "".join(chr(draw.randrange(0x80, 0x3000)) for _ in range(200))
        assert found(stage, text).language == "und"


def test_lone_surrogates_and_control_characters_do_not_matter(stage: DetectLanguage) -> None:
    text = TEXTS["pl"].replace(" ", " \ud83d ", 3).replace("z", "z\x00", 1)
    assert found(stage, text).language == "pl"


def test_the_same_text_has_the_same_answer_in_any_order_and_thread(stage: DetectLanguage) -> None:
    texts = [text[:30] for text in TEXTS.values()] * 3
    answers = [found(stage, text) for text in texts]
    assert [found(stage, text) for text in reversed(texts)] == answers[::-1]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: found(stage, text), texts)) == answers


@pytest.mark.parametrize("name", ENGINES)
def test_the_same_text_has_the_same_answer_in_another_process(name: str) -> None:
    texts = [text[:20] for text in TEXTS.values()]
    script = (
        "import json, sys; from workers.stages.detect_language import load_engine\n"
        f"engine = load_engine({name!r})\n"
        "print(json.dumps([engine.identify(text) for text in json.load(sys.stdin)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(texts), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    here = [[list(pair) for pair in load_engine(name).identify(text)] for text in texts]
    assert json.loads(done.stdout) == here


@pytest.mark.parametrize(
    "text",
    ["word " * 200_000, "x" * 1_000_000, "字" * 1_000_000, " " * 1_000_000, "a@" * 500_000,
     "www." * 250_000],
    ids=lambda text: text[:5],
)  # fmt: skip
def test_of_a_megabyte_no_more_is_read_than_of_a_page(stage: DetectLanguage, text: str) -> None:
    assert len(excerpt(text)) <= EXCERPT + 2
    found(stage, text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=200), st.sampled_from(ENGINES))
def test_any_string_is_answered(text: str, name: str) -> None:
    found(LOADED[name], text)


def test_an_unknown_engine_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(ValueError, match="'cld'; there are py3langid, langdetect"):
        DetectLanguage("cld")


def test_importing_the_package_loads_no_engine() -> None:
    script = (
        "import sys, workers.stages.detect_language\n"
        "assert not {'py3langid', 'langdetect', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_random_latin_letters_are_mostly_undetermined() -> None:
    draw = random.Random(3)
    noise = [
        "".join(draw.choice(string.ascii_letters + "    ") for _ in range(n)) for n in range(20, 80)
    ]
    taken = [text for text in noise if found(LOADED["py3langid"], text).language != "und"]
    assert len(taken) <= 3


@pytest.mark.parametrize(
    "letters", ["абвгдежзийклмнопрстуфхцчшщъыьэюя", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"]
)
def test_random_letters_of_other_scripts_are_mostly_undetermined(letters: str) -> None:
    draw = random.Random(3)
    noise = ["".join(draw.choice(letters + "    ") for _ in range(n)) for n in range(80, 120)]
    taken = [text for text in noise if found(LOADED["py3langid"], text).language != "und"]
    assert len(taken) <= 12


def test_a_language_that_only_a_quick_engine_knows_is_named() -> None:
    maori = "Ka whakatau te kaunihera i te wiki e heke mai nei mēnā ka tuwhera tonu te puna kaukau."
    assert found(LOADED["py3langid"], maori).language == "mi"
