"""Which lines have the shape of a sentence, in any script."""

import time

import pytest

from workers.stages.deduplicate import normalise
from workers.stages.deduplicate.sentences import is_sentence
from workers.stages.deduplicate.shingles import tokens


def judged(text: str) -> bool:
    line = normalise(text)
    return is_sentence(line, tokens([line])[0])


@pytest.mark.parametrize(
    "text",
    [
        "The ferry was late.",
        "Was the ferry late?!",
        "The ferry was late …",
        "“The ferry,” she said, “was late.”",
        "(The ferry was late.)",
        "« Le bac était-il en retard ? »",
        "„Die Fähre kam zu spät.“",
        "Паром запізнився на годину.",
        "Το πλοίο άργησε πάλι.",
        "המעבורת איחרה שוב.",
        "تأخرت العبارة مرة أخرى؟",
        "فیری پھر دیر سے آئی۔",
        "नाव फिर देर से आई।",
        "নৌকা আবার দেরিতে এল।",
        "படகு மீண்டும் தாமதமாக வந்தது.",
        "Լաստանավը կրկին ուշացավ։",
        "ጀልባው እንደገና ዘገየ።",
        "ბორანმა ისევ დაიგვიანა.",
        "배가 또 늦게 왔다.",
        "渡轮今天又晚点了。",
        "「フェリーがまた遅れた。」",
        "ｶﾓﾒが港へ飛んだ｡",
        "ကူးတို့သင်္ဘော နောက်ကျသည်။",
        "សាឡាងមកយឺតម្ដងទៀត។",
        "གྲུ་གཟིངས་འགོར་སོང་།",
    ],
)
def test_a_line_that_ends_as_a_sentence_is_one(text: str) -> None:
    assert judged(text)


@pytest.mark.parametrize(
    "text",
    [
        "The harbour board met in the old town hall on the first Monday of March",
        "เรือข้ามฟากมาสายอีกครั้งในเช้าวันนี้เพราะหมอกหนา",
        "渡轮公司周一在市政厅开会讨论明年春季开始的新航线和票价以及夜间班次",
    ],
)
def test_a_long_line_needs_no_mark(text: str) -> None:
    assert judged(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "Share this",
        "Read more...",
        "Advertisement.",
        "Home | World | Sport | Weather | Video",
        "Ferry late again, passengers angry",
        "By Ana Pérez, Lisbon",
        "14 March 2026, 10:30",
        "Головна Новини Спорт Погода",
        "الرئيسية الأخبار الرياضة",
        "मुख्य समाचार खेल मौसम",
        "홈 뉴스 스포츠 날씨",
        "首页 新闻 体育 天气",
        "更多。",
        "ホーム ニュース スポーツ",
        "หน้าแรก ข่าว กีฬา",
    ],
)
def test_menus_headlines_and_bylines_are_none(text: str) -> None:
    assert not judged(text)


def test_one_language_in_the_other_counts_both_kinds_of_tokens() -> None:
    assert judged("2026年3月 GPS と AI。")
    assert not judged("GPS 版。")


@pytest.mark.parametrize("text", ["a b c." + "»" * 1_000_000, "a b c" + " )" * 500_000])
def test_endless_closing_marks_take_no_time(text: str) -> None:
    line = normalise(text)
    words = tokens([line])[0]
    started = time.perf_counter()
    is_sentence(line, words)
    assert time.perf_counter() - started < 10
