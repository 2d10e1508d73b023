"""Whole pages: languages, what sites put around and into articles, and the second opinion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from workers.pages.markup import without_scripts
from workers.pages.stated import Stated, stated_in
from workers.stages.strip_boilerplate.extract.blocks import read_blocks
from workers.stages.strip_boilerplate.extract.container import lay_out
from workers.stages.strip_boilerplate.extract.extractor import (
    Extraction,
    Judged,
    extract,
    kept_text,
    second,
)
from workers.stages.strip_boilerplate.extract.features import FEATURES, Window, opinion_on
from workers.stages.strip_boilerplate.extract.rows import Rows

ENGLISH = [
    "The council of Lindholm voted on Monday to rebuild the old harbour bridge, which was closed "
    "after a storm damaged two of its pillars last winter.",
    "Work is to begin in spring and to last two years, the mayor, Ana Bergqvist, told reporters "
    "after the meeting, adding that a ferry would run in the meantime.",
    "Fishermen, who lose their moorings for that time, asked for compensation from the town.",
    "“We have waited for this for a year,” said one of them. “Now we wait for two more.”",
]
KOREAN = [
    "린드홀름 시의회는 지난겨울 폭풍으로 교각 두 개가 부서져 "
    "통행이 금지된 옛 항구 다리를 다시 짓기로 월요일 의결했다.",
    "공사는 봄에 시작해 이 년 동안 이어지며, 그동안 나룻배가"
    " 다닐 예정이라고 시장은 회의가 끝난 뒤 기자들에게 밝혔다.",
    "공사 기간에 배를 댈 곳을 잃게 되는 어민들은 시에 보"
    "상을 요구했으며 시는 가을까지 답을 내놓겠다고 약속했다.",
]
JAPANESE = [
    "リンドホルム市議会は月曜日、昨年の冬の嵐で橋脚が二本壊れ"
    "、通行止めになっていた古い港の橋を建て直すことを決めた。",
    "工事は春に始まり、二年ほど続く見込みで、その間は渡"
    "し船を走らせると、市長は会議のあと記者団に語った。",
    "その間、船をつなぐ場所を失う漁師たちは市に補償"
    "を求めており、市は秋までに答えを出すと約束した。",
]
ZULU = [
    "Umkhandlu wedolobha unqume ngoMsombuluko ukwakha kabusha ibhuloho elidala lasechwebeni, "
    "elavalwa ngemuva kokuba isiphepho silimaze izinsika zalo ezimbili ebusika obedlule.",
    "Umsebenzi uzoqala entwasahlobo futhi uzothatha iminyaka emibili, kusho imeya kubezintatheli "
    "ngemuva komhlangano, yengeza ngokuthi isikebhe sizohamba ngaleso sikhathi.",
    "Abadobi, abazolahlekelwa indawo yokubophela izikebhe zabo, bacele isinxephezelo edolobheni.",
]
MENU = ["Home", "Politics", "Sport", "Weather", "Sign in", "Archive"]
TEASERS = ["Storm closes two schools", "Ferry fares to rise", "Ten walks along the coast"]


def paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str, *, title: str = "Bridge to be rebuilt", after: str = "") -> str:
    menu = "".join(f'<li><a href="/{item}">{item}</a></li>' for item in MENU)
    teasers = "".join(f'<li><a href="/{number}">{t}</a></li>' for number, t in enumerate(TEASERS))
    return (
        f"<html><head><title>{title}</title></head><body>"
        f'<header><nav class="menu"><ul>{menu}</ul></nav></header><div class="page"><main>'
        f'<article class="story"><h1>{title}</h1><div class="story-body">{body}</div></article>'
        f'{after}<aside class="related"><h3>More</h3><ul>{teasers}</ul></aside></main></div>'
        '<footer class="footer"><p>© The Post. All rights reserved.</p></footer></body></html>'
    )


def lines(html: str, opinion: str = "") -> list[str]:
    found = extract(without_scripts(html), stated_in(html), lambda: opinion)
    return found.text.split("\n") if found else []


@pytest.mark.parametrize("texts", [ENGLISH, KOREAN, JAPANESE, ZULU], ids=["en", "ko", "ja", "zu"])
def test_paragraphs_are_kept_in_languages_with_and_without_known_words(texts: list[str]) -> None:
    assert lines(page(paragraphs(texts))) == texts


@pytest.mark.parametrize("count", [12, 30, 100])
@pytest.mark.parametrize("texts", [ENGLISH, KOREAN, JAPANESE, ZULU], ids=["en", "ko", "ja", "zu"])
def test_comments_under_an_article_are_not_its_own(texts: list[str], count: int) -> None:
    comments = "".join(
        f'<div class="comment"><span class="author">reader{n}</span>'
        f"<p>I have crossed that bridge every day for {n} years and I will miss it, truly.</p>"
        '<a href="#">Reply</a></div>'
        for n in range(count)
    )
    html = page(paragraphs(texts), after=f'<section class="comments">{comments}</section>')
    assert lines(html) == texts


def test_a_thread_without_an_article_is_kept() -> None:
    posts = "".join(f'<div class="comment"><p>{text}</p></div>' for text in ENGLISH * 2)
    rules = f"<p>{ENGLISH[0].replace('bridge', 'forum')}</p>"
    html = page(f'{rules}<div class="thread">{posts}</div>')
    assert set(ENGLISH) <= set(lines(html))


def test_lists_of_an_article_are_kept() -> None:
    steps = [
        "Soak the beans in cold water overnight.",
        "Boil them for an hour with the onion, and salt them.",
        "Fry the bread in butter, and serve it with the beans.",
    ]
    amounts = ["500 g dried beans", "1 onion", "4 slices of bread", "50 g butter"]
    body = (
        paragraphs(ENGLISH[:2])
        + "<ul>" + "".join(f"<li>{one}</li>" for one in amounts) + "</ul>"
        + "<ol>" + "".join(f"<li>{one}</li>" for one in steps) + "</ol>"
        + paragraphs(ENGLISH[2:])
    )  # fmt: skip
    assert lines(page(body)) == [*ENGLISH[:2], *amounts, *steps, *ENGLISH[2:]]


CLUBS = ["Lindholm", "Harbour United", "Tessel Point", "North Quay"]
TABLE = "".join(f"<tr><td>{club}</td><td>{60 - n}</td></tr>" for n, club in enumerate(CLUBS))
RESULTS = "".join(f"<li>{club} {n}:{n + 1}</li>" for n, club in enumerate(CLUBS))
TERMS = "<dt>Year</dt><dd>{0}</dd><dt>Town</dt><dd>{1}</dd>"


def test_tables_terms_and_results_between_paragraphs_are_kept() -> None:
    body = (
        paragraphs(ENGLISH[:2])
        + f"<div><table><tr><th>Club</th><th>Points</th></tr>{TABLE}</table></div>"
        + paragraphs(ENGLISH[2:3]) + f"<ul>{RESULTS}</ul>" + paragraphs(ENGLISH[3:])
        + f"<dl>{TERMS.format(*ENGLISH[:2]).replace('bridge', 'old bridge')}</dl>"
        + paragraphs(ENGLISH[:2])
    )  # fmt: skip
    kept = lines(page(body))
    assert set(CLUBS) | {"Points", "57", "North Quay 3:4", "Year", "Town"} <= set(kept)


def rows(body: str, *keep: str) -> list[str]:
    """What is kept if the model keeps some texts."""
    blocks = read_blocks(f"<body>{body}</body>")
    kept = Rows(blocks, 0).between([text in keep for text in blocks.texts])
    return [text for text, keep in zip(blocks.texts, kept, strict=True) if keep]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("<p>A</p><table><tr><td>1<td>2</table><p>Z</p>", "A 1 2 Z"),
        ("<p>A</p><table><tr><td><a href=x>1</a><td>2</table><p>Z</p>", "A 2 Z"),
        ("<p>A</p><table class=related><tr><td>1</table><p>Z</p>", "A Z"),
        ("<p>A</p><div><p>1</p></div><p>Z</p>", "A Z"),
        ("<p>A</p><ul><li>1<li>2<li>3</ul><p>Z</p>", "A 1 2 3 Z"),
        ("<p>A</p><ul><li>1<li>2</ul><p>Z</p>", "A Z"),
        ("<p>A</p><ul><li>B<li>C<li>D</ul><p>Z</p>", "A Z"),
        ("<ul><li>A<li>B<li>Z</ul>", "A B Z"),
        ("<p>A</p><table><tr><td>1<tr><td>Z<tr><td>2</table>", "A 1 Z"),
        ("<div><p>A</p></div><table><tr><td>1</table><div><p>Z</p></div>", "A Z"),
    ],
)
def test_rows_between_two_kept_blocks_of_one_element_are_kept(body: str, kept: str) -> None:
    assert rows(body, "A", "Z") == kept.split()


def test_a_body_that_is_there_twice_is_kept_once() -> None:
    twice = paragraphs(ENGLISH) + f'<div class="print-only">{paragraphs(ENGLISH)}</div>'
    assert lines(page(twice)) == ENGLISH


def test_an_archive_of_newsletters_may_call_its_articles_so() -> None:
    html = page(f'<div class="newsletter subscription">{paragraphs(ENGLISH * 2)}</div>')
    layout = lay_out(read_blocks(html))
    first, stop = layout.window()
    texts = read_blocks(html).texts[first:stop]
    assert set(ENGLISH) <= set(texts)
    assert layout.final - layout.first == 2 * len(ENGLISH) - 1


def test_a_page_without_blocks_has_the_text_that_another_parser_finds() -> None:
    assert extract("", Stated("", "", ""), lambda: "") is None
    assert extract("", Stated("", "", ""), lambda: "Words") == Extraction("Words", "trafilatura")


def test_the_other_extractor_is_asked_only_where_the_model_is_unsure() -> None:
    def never() -> str:
        raise AssertionError("asked")

    html = page(paragraphs(ENGLISH * 2))
    found = extract(html, stated_in(html), never)
    assert found is not None
    assert found.method == "blocks"


def judged(texts: list[str], chances: list[float]) -> Judged:
    matrix = np.zeros((len(texts), len(FEATURES)), np.float32)
    return Judged(texts, Window(0, len(texts), matrix), np.array(chances, np.float32))


def test_the_second_opinion_decides_what_the_model_does_not_know() -> None:
    unsure = judged([*ENGLISH, TEASERS[0]], [0.9, 0.45, 0.6, 0.9, 0.6])
    alone = kept_text(unsure.texts, unsure.probability)
    assert alone.split("\n") == [ENGLISH[0], ENGLISH[2], ENGLISH[3], TEASERS[0]]
    found = second(unsure, alone, "\n".join(ENGLISH))
    assert found is not None
    assert found.text.split("\n") == ENGLISH
    assert found.method == "blocks+trafilatura"


def test_the_second_opinion_replaces_a_text_from_elsewhere() -> None:
    unsure = judged([ENGLISH[0]], [0.6])
    found = second(unsure, ENGLISH[0], "\n".join(ENGLISH))
    assert found is not None
    assert (found.text, found.method) == ("\n".join(ENGLISH), "trafilatura")


def test_a_far_shorter_opinion_replaces_nothing() -> None:
    unsure = judged(ENGLISH, [0.9, 0.9, 0.9, 0.6])
    found = second(unsure, "\n".join(ENGLISH), "Something else altogether.")
    assert found is not None
    assert found.method == "blocks+trafilatura"
    assert set(found.text.split("\n")) <= set(ENGLISH)


def test_without_an_opinion_the_model_decides_alone() -> None:
    unsure = judged(ENGLISH, [0.6] * 4)
    alone = second(unsure, "\n".join(ENGLISH), "")
    assert alone is not None
    assert alone.method == "blocks"
    assert second(unsure, "", "") is None


def test_how_much_of_a_block_is_in_another_text() -> None:
    found, covered = opinion_on([*ENGLISH[:2], "Nothing of it."], "\n".join(ENGLISH[1:3]))
    assert found.tolist() == [0.0, 1.0, 0.0]
    assert covered == pytest.approx(len(ENGLISH[1]) / len("\n".join(ENGLISH[1:3])))
