"""Lists and endings of plain text: which are the story, and which a site put around it."""

from __future__ import annotations

import pytest

from tests.stages.strip_boilerplate.plain import (
    STORIES,
    STORY,
    STRIP,
    calls_of,
    cleaned,
    text_of,
)
from topics.records import Article


def test_a_run_of_headlines_with_stamps_goes_in_whole() -> None:
    sidebar = [
        "Lindholm opens its new harbour museum (photos)",
        "40911:32",
        "Ministers to meet over fishing quotas in the U.N.",
        "87Yesterday, 21:07",
        "",
        "Is the old ferry coming back?",
        "9102.03.2024, 18:40",
    ]
    article = cleaned("\n".join(["A title", STORY, "", *sidebar]))
    assert article.text == f"A title\n{STORY}"
    summary = article.removed_summary
    assert isinstance(summary, dict)
    assert summary["sidebar"].count == 6


def test_one_headline_with_a_stamp_is_no_sidebar() -> None:
    content = f"{STORY}\nIs the old ferry coming back?\n518Yesterday, 21:07\n{STORY}"
    assert text_of(content) == f"{STORY}\nIs the old ferry coming back?\n{STORY}"


def test_programmes_stay() -> None:
    content = "\n".join(
        [STORY, "Evening news", "20:00", "The ferry", "20:15", "Late film", "22:30"]
    )
    assert text_of(content) == content


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Bean soup of the house", "Time: 15 minutes", "200 g of white beans", "2 onions",
            "1 carrot", "1 l of stock", "Salt",
            "Soak the beans in cold water overnight, and drain them well in the morning.",
            "Fry the onions and the carrot in oil, then add beans and stock, and wait two hours.",
        ],
        [
            "Wahl in Lindholm", "Grüne 34,2 %", "Liberale 22,0 %", "Konservative 19,4 %",
            "Die Beteiligung war so hoch wie seit dreißig Jahren nicht mehr, sagte der Wahlleiter.",
            "Der neue Rat tritt am Montag zum ersten Mal zusammen und wählt seinen Vorsitzenden.",
        ],
        [
            "Festival at the harbour", "Friday, 12 June, 19:30", "Concert of the city orchestra",
            "Saturday, 13 June, 20:00", "Jazz on the old quay", "Sunday, 14 June, 11:00",
            "Market of the fishermen",
        ],
        [
            "The night at the bridge",
            "24 February 2023, 21:05",
            "The first barge is torn from the quay and drifts down the river with the ice.",
            "24 February 2023, 22:10",
            "The police close the bridge, and the people of the northern bank leave their homes.",
            "25 February 2023, 00:40",
            "The barge strikes the second pier, and a part of the roadway falls into the water.",
        ],
    ],
)  # fmt: skip
def test_lists_of_figures_programmes_and_chronologies_are_the_story(lines: list[str]) -> None:
    assert text_of("\n".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize(
    "lines",
    [
        [
            "„Wir haben zu lange gewartet“",
            "Die Stadträtin Anna Berg spricht über die Brücke, die Fähre und den Streit im Rat.",
            "Frau Berg, warum jetzt?",
            "Weil die Lager gebrochen sind. Der Gutachter hat uns im Januar davor gewarnt.",
            "Und das Geld?",
            "Neun Millionen, wenn alles gut geht. Wir rechnen aber damit, dass es mehr wird.",
            "Danke.",
            "Gern.",
        ],
        [
            "The last ferryman",
            "He sits on the quay and looks at the water, as he has done for forty years now.",
            "“Cold today,” he says.",
            "“Will it come back?”",
            "He laughs for a long time, and then he tells the story of the winter of the ice.",
            "“No,” he says.",
            "It will not.",
        ],
        [
            "«Esperamos demasiado»",
            "La concejala Ana Berg habla del puente, del transbordador y de la larga disputa.",
            "P. ¿Por qué ahora?",
            "R. Porque los apoyos están rotos. El perito nos lo dijo en enero.",
            "P. ¿Cuánto?",
            "R. Nueve millones, si todo va bien.",
            "P. Gracias.",
            "R. A usted.",
        ],
    ],
    ids=["interview", "dialogue", "questions"],
)
def test_short_sentences_right_below_others_are_the_story(lines: list[str]) -> None:
    assert text_of("\n".join(lines)) == "\n".join(lines)


def test_so_is_a_last_sentence_with_a_number_above_what_is_not() -> None:
    story = [
        "港の橋、8週間閉鎖へ",
        "港の橋は支承を交換するため、月曜日から8週間閉鎖されると市が発表した。",
        "市議会は火曜日の夜、3時間の討論の末に工事を承認した。",
        "交通委員長のトム・エイカー氏は「もう一冬は待てない」と話した。",
        "バスはトンネルを通り、自転車は5月末まで渡し船を使うことになる。",
        "工事費は900万で、4月に入札が行われる。",
        "北岸の商店主らは売り上げの3分の1を失うと心配している。",
    ]
    assert text_of("\n".join([*story, "【港共同】"])).split("\n")[:7] == story


# Three lines of a story, a label for other articles, and two more lines of the story.
UNMARKED = {
    "Thai has no full stop": [
        "สะพานท่าเรือจะปิดเป็นเวลาแปดสัปดาห์ตั้งแต่วันจันทร์เพื่อเปลี่ยนแบริ่งที่ชำรุด",
        "สภาเมืองอนุมัติงานเมื่อคืนวันอังคารหลังจากอภิปรายกันสามชั่วโมง",
        "ประธานคณะกรรมการขนส่งกล่าวว่า เราไม่สามารถรออีกหนึ่งฤดูหนาวได้",
        "อ่านต่อ",
        "รถเมล์จะวิ่งผ่านอุโมงค์ และผู้ขี่จักรยานต้องใช้เรือข้ามฟากจนถึงสิ้นเดือนพฤษภาคม",
        "พ่อค้าฝั่งเหนือเกรงว่าจะสูญเสียยอดขายหนึ่งในสาม",
    ],
    "Hindi with typed bars": [
        "बंदरगाह का पुल आठ हफ़्ते बंद रहेगा",
        "बंदरगाह का पुल सोमवार से आठ हफ़्तों के लिए बंद रहेगा ताकि उसके आधार बदले जा सकें |",
        "नगर परिषद ने मंगलवार रात तीन घंटे की बहस के बाद काम को मंज़ूरी दी |",
        "यह भी पढ़ें",
        "बसें सुरंग से जाएँगी और साइकिल वालों को मई के अंत तक नाव लेनी होगी |",
        "काम पर नौ करोड़ खर्च होंगे और अप्रैल में निविदा निकलेगी |",
    ],
    "Urdu with typed dashes": [
        "بندرگاہ کا پل آٹھ ہفتے بند رہے گا",
        "بندرگاہ کا پل پیر سے آٹھ ہفتوں کے لیے بند رہے گا تاکہ اس کے سہارے بدلے جا سکیں-",
        "شہر کی کونسل نے منگل کی رات تین گھنٹے کی بحث کے بعد کام کی منظوری دی-",
        "یہ بھی پڑھیں",
        "بسیں سرنگ سے جائیں گی اور سائیکل سواروں کو مئی کے آخر تک کشتی لینی ہو گی-",
        "کام پر نو کروڑ خرچ ہوں گے اور اپریل میں ٹینڈر نکلے گا-",
    ],
    "Armenian with typed colons": [
        "Նավահանգստի կամուրջը փակվում է ութ շաբաթով",
        "Նավահանգստի կամուրջը երկուշաբթիից փակվում է ութ շաբաթով, որ փոխվեն հենարանները:",
        "Քաղաքի խորհուրդը երեքշաբթի երեկոյան հավանություն տվեց այդ աշխատանքներին:",
        "Կարդացեք նաև",
        "Ավտոբուսները կանցնեն թունելով, իսկ հեծանվորդները կօգտվեն լաստանավից:",
        "Աշխատանքներն արժեն ինը միլիոն և կմրցութավորվեն ապրիլին:",
    ],
    "lines of a song": [
        "Old songs of the harbour",
        "The tide went out and it left us here with the stones",
        "And the gulls came down and they cried over all our bones",
        "Read more",
        "The sea is grey and the wind is cold and the lamp is lit",
        "And all the boats have gone to sea",
    ],
}


@pytest.mark.parametrize("lines", UNMARKED.values(), ids=UNMARKED)
def test_no_full_stop_makes_no_headline_where_the_story_has_none_either(lines: list[str]) -> None:
    assert text_of("\n".join(lines)) == "\n".join([*lines[:3], *lines[4:]])


def test_a_chronology_without_full_stops_is_the_story_too() -> None:
    lines = [
        "ลำดับเหตุการณ์สะพานท่าเรือ",
        "เทศบาลเมืองประกาศลำดับเหตุการณ์ทั้งหมดให้ประชาชนทราบโดยทั่วกัน " * 3,
        "3 มีนาคม 2567 10:00",
        "วิศวกรพบรอยร้าวในแบริ่งสองตัวระหว่างการตรวจสอบประจำปีของสะพาน",
        "4 มีนาคม 2567 12:30",
        "สภาเมืองประชุมฉุกเฉินและลงมติให้ปิดสะพานเป็นเวลาแปดสัปดาห์",
        "5 มีนาคม 2567 18:00",
        "นายกเทศมนตรีกล่าวว่ารถเมล์จะวิ่งผ่านอุโมงค์จนถึงสิ้นเดือนพฤษภาคม",
    ]
    assert text_of("\n".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize(
    ("junk", "last"),
    [
        (
            ["1 204 katselukertaa", "Jaa Facebookissa", "Lue myös: Sataman uudet laiturit"],
            "Asukkaat sanoivat olevansa väsyneitä odottamiseen ja toivoivat töiden alkavan pian.",
        ),
        (
            ["1 204 перегляди", "Поділитися у Facebook", "Читайте також: Нові причали"],
            "Мешканці сказали, що втомилися чекати і що роботи мають розпочатися вже навесні.",
        ),
        (
            ["1,204 views", "Share on Facebook", "Read also: New quays for the harbour"],
            "The people of the northern bank said that they were tired of waiting for the ferry.",
        ),
    ],
)
def test_what_closes_a_story_stays_below_what_a_site_put_in(junk: list[str], last: str) -> None:
    article = cleaned("\n".join([*STORIES, *junk, last]))
    assert article.text == "\n".join([*STORIES, last])


def test_a_text_of_nothing_but_junk_takes_steps_in_proportion_to_its_lines() -> None:
    few, many = (Article(id="a", content="1,204 views\n" * lines) for lines in (4_000, 16_000))
    assert calls_of(lambda: STRIP(many)) < 5 * calls_of(lambda: STRIP(few))


def test_a_sidebar_goes_below_a_story_in_one_line_whatever_stands_at_its_end() -> None:
    story = " ".join(STORIES) + " |"
    pairs = [("The ferry is back", "87Yesterday, 21:07"), ("A museum opens", "9102.03.2024, 18:40")]
    article = cleaned(
        "\n".join(["Bridge rebuilt", story, *(line for pair in pairs for line in pair)])
    )
    assert article.text == f"Bridge rebuilt\n{story.removesuffix(' |')}"
