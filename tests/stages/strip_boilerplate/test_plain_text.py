"""Rules for dirty plain text: what goes, what stays, and how the record tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from tests.benchmarks.hostile import PIECES
from tests.stages.strip_boilerplate.plain import (
    STORIES,
    STORY,
    STRIP,
    calls_of,
    cleaned,
    text_of,
)
from topics.records import Article, Removal, RemovedTotal
from workers.normalise import line_hash
from workers.outcome import Passed, Rejected


def removed_from(content: str) -> list[Removal]:
    removed = cleaned(content).removed
    assert isinstance(removed, list)
    return removed


@pytest.mark.parametrize(
    "line",
    [
        "Video duration 02 minutes 41 seconds 02:41",
        "Audio duration: 12:05",
        "Videodauer 2 Minuten 41 Sekunden",
        "Dauer: 02:41",
        "Durée de la vidéo 2 minutes 41 secondes",
        "Duración del vídeo 02:41",
        "Длительность видео 2 минуты 41 секунда",
        "Тривалість відео 02:41",
        "Czas trwania wideo: 2 min 41 s",
        "Video süresi 2 dakika 41 saniye",
        "مدة الفيديو 02:41",
        "视频时长 02:41",
        "동영상 재생시간 2분 41초",
        "3 min read",
        "Lesezeit: 3 Minuten",
        "Temps de lecture : 3 minutes",
        "Время чтения: 3 минуты",
    ],
)
def test_duration_lines_go(line: str) -> None:
    assert text_of(f"{line}\n{STORY}") == STORY


@pytest.mark.parametrize(
    "line",
    [
        "The video lasts 2 minutes 41 seconds and shows the bridge.",
        "Video of the bridge, 2 minutes 41 seconds",
        "Video",
        "02:41",
        "Länge läuft.",
    ],
)
def test_lines_that_say_more_than_a_duration_stay(line: str) -> None:
    content = f"{STORY}\n{line}\n{STORY}"
    assert text_of(content) == content


@pytest.mark.parametrize(
    "prefix",
    [
        "![]() 2051 Tuesday, 14 March, 2023, 09:15 ",
        "![bridge](https://example.org/a_(1).jpg) ",
        "![]() ![]() 14 March 2023 ",
        "![]() 2051 Вівторок, 14 березня 2023, 09:15 ",
        "![]() 2051 Dienstag, 14. März 2023, 09:15 Uhr ",
        "![]() 2051 martes, 14 de marzo de 2023, 09:15 ",
        "![]() 2051 2023年3月14日 星期二 09:15 ",
        "![]() ١٤ مارس ٢٠٢٣، ٠٩:١٥ ",
        "2051 Tuesday, 14 March, 2023, 09:15 ",
        "2,051 14.03.2023 09:15 | ",
        "![]() 2,051 views Tuesday, 14 March, 2023, 09:15 ",
        "![]() 2 051 просмотр 14 марта 2023, 09:15 ",
        "2051 Aufrufe 14.03.2023, 09:15 Uhr ",
        "![]() 2 hours ago ",
    ],
)
def test_image_mark_counter_and_date_before_the_text_go(prefix: str) -> None:
    article = cleaned(f"A title\n{prefix}{STORY}")
    assert article.text == f"A title\n{STORY}"
    assert isinstance(article.removed, list)
    assert [(r.reason, r.text) for r in article.removed] == [("leading_mark", prefix)]


@pytest.mark.parametrize(
    "line",
    [
        "2051 people crossed the bridge on Tuesday.",
        "14 March 2023 was the day on which the bridge fell.",
        "14 March 2023, 09:15: the first car crosses the bridge.",
        "09:15 The first car crosses the bridge.",
        "1 May is a holiday, 2 May is not.",
        "Tuesday, 14 March",
        "14 March 2023",
        "2 hours ago the bridge was still open.",
        "45 views of the bridge hang in the museum.",
    ],
)
def test_numbers_and_dates_of_the_story_stay(line: str) -> None:
    content = f"{STORY}\n{line}"
    assert text_of(content) == content


def test_a_number_after_an_image_mark_stays_unless_a_date_follows() -> None:
    assert text_of("![]() 2051 people crossed.") == "2051 people crossed."
    assert text_of("![]() 14 March 2023 was cold.") == "14 March 2023 was cold."


@pytest.mark.parametrize("bar", [" |", "  | ", " ||", "　｜"])
def test_bars_after_the_text_go(bar: str) -> None:
    assert text_of(f"{STORY}{bar}") == STORY


@pytest.mark.parametrize(
    "line",
    ["| Lindholm | 3 | 1 |", "Home | News | Sport |", "पुल गिर गया |", "সেতু ভেঙে গেছে |"],
)
def test_bars_of_tables_and_typed_full_stops_stay(line: str) -> None:
    assert text_of(f"{STORY}\n{line}") == f"{STORY}\n{line}"


@pytest.mark.parametrize(
    "line",
    [
        "518Yesterday, 21:07",
        "51802.03.2024, 21:07",
        "51801:07",
        "518 Вчера, 21:07",
        "518учора, 21:07",
        "518Gestern, 21:07 Uhr",
        "518Hier à 21h07",
        "518 昨天 21:07",
        "518어제 21:07",
        "518أمس، 21:07",
        "518 कल, 21:07",
        "518 hôm qua, 21:07",
        "518 2 hours ago",
        "5 min ago",
        "vor 3 Stunden",
        "il y a 2 heures",
        "3 години тому",
        "518 3 дня назад",
        "2小时前",
        "3시간 전",
        "قبل 3 ساعات",
        "1.2K Today, 21:07",
        "02.03.2024 21:07",
    ],
)
def test_counters_glued_to_a_date_or_clock_go_wherever_they_stand(line: str) -> None:
    article = cleaned(f"{STORY}\n{line}\n{STORY}")
    assert article.text == f"{STORY}\n{STORY}"
    assert isinstance(article.removed, list)
    assert [(r.reason, r.text) for r in article.removed] == [("stamp_line", line)]


@pytest.mark.parametrize(
    "line",
    ["06102 / 3 85 43", "4.7 out of 5", "3-2", "101:58", "12 10:30", "12,051.47", "5 May 6 June"],
)
def test_other_lines_of_numbers_stay(line: str) -> None:
    assert text_of(f"{STORY}\n{line}\n{STORY}") == f"{STORY}\n{line}\n{STORY}"


@pytest.mark.parametrize(
    "label",
    [" Read more »", " Read more...", " Lire aussi →", " Читать далее…",
     " Читайте також", " Leer más", " Mehr zum Thema", " 続きを読む"],
)  # fmt: skip
def test_labels_after_the_last_sentence_go(label: str) -> None:
    article = cleaned(f"A title\n{STORY}{label}\n{STORY}")
    assert article.text == f"A title\n{STORY}\n{STORY}"
    assert isinstance(article.removed, list)
    assert [(r.reason, r.text) for r in article.removed] == [("trailing_link", label)]


@pytest.mark.parametrize("end", [" He wants to read more.", " “I read more.”", " More follows."])
def test_sentences_that_end_in_such_words_stay(end: str) -> None:
    assert text_of(f"{STORY}{end}") == f"{STORY}{end}"


def test_headlines_below_a_label_go_if_nothing_else_follows() -> None:
    others = ["Is the old ferry coming back?", "Lindholm opens its museum"]
    junk = ["Related articles", *others, "3 comments"]
    assert text_of("\n".join(["A title", STORY, *junk])) == f"A title\n{STORY}"
    within = "\n".join(["A title", *STORIES, *others, *STORIES[1:]])
    assert text_of(within.replace(others[0], f"Related articles\n{others[0]}")) == within


def test_each_line_of_junk_goes_with_its_reason() -> None:
    lines = ["Advertisement", "A title", "Share on Facebook", "1,204 views", STORY, "Read also: B"]
    article = cleaned("\n".join([*lines, STORY, "Subscribe to our newsletter", "© 2024 L. Post"]))
    assert article.text == f"A title\n{STORY}\n{STORY}"
    assert isinstance(article.removed, list)
    assert [removal.reason for removal in article.removed] == [
        "advertisement", "share", "counter", "related_link", "subscription", "copyright",
    ]  # fmt: skip


def test_the_title_is_never_boilerplate() -> None:
    pair = ["Is the old ferry coming back?", "87Yesterday, 21:07"]
    first = "Lindholm opens its museum"
    content = "\n".join(["Video duration 02:41", first, "5Today, 11:32", *pair, *pair, STORY])
    assert text_of(content) == f"{first}\n{STORY}"
    named = cleaned("\n".join([STORY, *pair, *pair, STORY]), headline=pair[0])
    assert isinstance(named.text, str)
    assert pair[0] in named.text.split("\n")


def test_lines_that_other_articles_of_the_source_had_go_unless_they_read_like_the_story() -> None:
    box = "Lindholm Post: the harbour, in your hands"
    lines = ["Harbour bridge", *STORIES, box]
    content = "\n".join(lines)
    repeated = [f"{line_hash(line):016x}" for line in ("Harbour bridge", STORIES[1], f" {box} ")]
    outcome = STRIP(Article(id="a", content=content, repeated_lines=repeated))
    assert isinstance(outcome, Passed)
    assert isinstance(outcome.article.removed, list)
    assert [(r.reason, r.text) for r in outcome.article.removed] == [("repeated_line", box)]
    assert outcome.article.repeated_lines is UNSET


def test_lines_that_the_model_is_sure_about_say_so() -> None:
    menu = ["Home", "News", "Sport", "Weather", "Podcasts", "Video", "Shop", "Jobs", "Contact"]
    article = cleaned("\n".join([*menu, "Lindholm votes for its bridge", *STORIES, *menu]))
    assert article.text == "\n".join(["Lindholm votes for its bridge", *STORIES])
    assert isinstance(article.removed_summary, dict)
    assert article.removed_summary["line_model"].count > 10


def test_a_text_of_nothing_but_boilerplate_is_rejected() -> None:
    for content in ("Video duration 02:41", "", " \n\t\n", "\u200b\n\u00a0", "\0\x01\x02"):
        outcome = STRIP(Article(id="a", content=content))
        assert isinstance(outcome, Rejected)
        assert outcome.reason == "no_text"


def test_the_grown_article_carries_its_text_and_no_content() -> None:
    article = cleaned(STORY)
    assert (article.content, article.preview) == (UNSET, UNSET)
    assert article.removed == []
    assert article.removed_summary == {}
    assert article.provenance["text"] == "lines"


JUNK = st.sampled_from(
    [
        "![]() 2051 Tuesday, 14 March, 2023, 09:15 Story goes on.",
        "Video duration 02:41",
        "518Yesterday, 21:07",
        "51801:07\r",
        "Is the ferry back?",
        "Words, and a bar. |",
        "Words, and a bar. | \r",
        "![]()",
        "|",
        "3 comments",
        "Share",
        "Read also: Ferry",
        "Related articles",
        "Words of a story that goes on for a while. Read more »",
        "2 hours ago",
        "",
        " \t",
        "\x0c",
        "a\u2028b",
        "\0",
        "👩‍👩‍👧 \U0001f6a2 |",
        "١٤ مارس ٢٠٢٣",
        STORY,
    ]
)
CONTENT = st.lists(st.one_of(JUNK, st.text(max_size=30)), max_size=14).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(CONTENT)
def test_the_text_is_the_content_without_the_removed_spans(content: str) -> None:
    """Exactly: cut every span, drop lines that this left blank, and blank lines at both ends."""
    outcome = STRIP(Article(id="a", content=content))
    if isinstance(outcome, Rejected):
        assert outcome.reason == "no_text"
        return
    article = outcome.article
    assert isinstance(article.removed, list)
    gone: set[int] = set()
    end = 0
    for removal in article.removed:
        assert end <= removal.start < removal.end
        assert content[removal.start : removal.end] == removal.text
        assert "\n" not in removal.text
        end = removal.end
        gone.update(range(removal.start, removal.end))
    kept = []
    start = 0
    for line in content.split("\n"):
        offsets = range(start, start + len(line))
        rest = "".join(content[at] for at in offsets if at not in gone)
        if rest.strip() or not gone.intersection(offsets):
            kept.append(rest)
        start += len(line) + 1
    while kept and not kept[-1].strip():
        kept.pop()
    while kept and not kept[0].strip():
        kept.pop(0)
    assert article.text == "\n".join(kept)
    assert article.removed_summary == {
        reason: RemovedTotal(
            count=sum(r.reason == reason for r in article.removed),
            characters=sum(len(r.text) for r in article.removed if r.reason == reason),
        )
        for reason in {r.reason for r in article.removed}
    }


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_lines_take_steps_in_proportion_to_their_length(piece: str) -> None:
    short, long = (
        Article(id="a", content=f"{piece * (length // len(piece))}\n{STORY}")
        for length in (10_000, 40_000)
    )
    STRIP(short)
    assert calls_of(lambda: STRIP(long)) < 5 * calls_of(lambda: STRIP(short))
