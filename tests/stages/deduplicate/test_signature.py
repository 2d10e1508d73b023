"""Signatures: the same everywhere, alike where texts are alike."""

import os
import subprocess
import sys
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from topics.records import Fingerprint, RawArticle
from workers.normalise import normalise
from workers.stages.deduplicate import MainText, fingerprint, main_text
from workers.stages.deduplicate.shingles import tokens, trigrams
from workers.stages.deduplicate.signature import signature

STORY = (
    "The ferry between the mainland and Tessel Point will stop on 3 March, the county said.",
    "Two hundred commuters use it every day, and most of them have lived on the island for years.",
    "A bus over the new bridge takes its place, but the way is longer by 40 minutes.",
    "“Nobody asked us,” said a nurse who has taken the first boat since 2009.",
)
OTHER = (
    "The museum of clocks opens again on Friday after its roof was mended.",
    "Some 1,200 of them were carried to a school gymnasium and back, each in a box of its own.",
    "The eldest has shown the right time to nobody since the tower that held it fell.",
)
SCRIPTS = {
    "zh": (
        "渡轮将于三月三日停航，县政府周一表示。",
        "每天有两百人乘坐渡轮，其中大多数人在岛上住了很多年。",
        "新桥上的公共汽车将取代渡轮，但路程要多四十分钟。",
    ),
    "ja": (
        "郡は月曜日、フェリーが三月三日に運航を終えると発表した。",
        "毎日二百人が利用しており、その多くは長年この島に住んでいる。",
        "新しい橋を渡るバスが代わりになるが、四十分長くかかるという。",
    ),
    "th": (
        "เรือข้ามฟากจะหยุดวิ่งในวันที่สามมีนาคม ทางอำเภอกล่าวเมื่อวันจันทร์",
        "มีคนใช้เรือวันละสองร้อยคน และส่วนใหญ่อาศัยอยู่บนเกาะมานานหลายปีแล้ว",
        "รถเมล์ที่ข้ามสะพานใหม่จะมาแทน แต่ใช้เวลานานกว่าเดิมสี่สิบนาที",
    ),
}


def made(content: str) -> Fingerprint:
    article = RawArticle(content=content, headline="A headline")
    main = main_text(article, limit=10**6)
    assert isinstance(main, MainText)
    return fingerprint(article, main)


def agreement(one: Fingerprint, other: Fingerprint) -> float:
    """Share of equal min-hashes in two signatures' first part."""
    assert isinstance(one.signature, str)
    assert isinstance(other.signature, str)
    pairs = zip(b64decode(one.signature)[:128], b64decode(other.signature)[:128], strict=True)
    return sum(a == b for a, b in pairs) / 128


def test_the_bytes_never_change() -> None:
    """They are stored: if they change, with rensa or otherwise, ALGORITHM must rise."""
    print_of = made("\n".join(STORY))
    assert print_of.signature == (
        "tco91F+VpGxs7mq8eoazqo5BZiZNjm/G1R3G4Sc5liSpORv6kr/b2ITvzSXitPbcErGN0phNb8GWOqVdwxK75BwL"
        "f9xOZbvdytWVTkcTSLWY71tWuk90WEAiO+ODnvfRSm2OH+BEg0QVSa0UJxoNjTO5WGqH/MMeEguGqG/fN4FiBPAX"
        "ckqq6UZuuXGfylQKx3MK6LqYCgISZPwRG5bEJw=="
    )
    assert print_of.numbers == "1RLwdE1+"
    assert print_of.lines == "ZLeyNun57jBPTksZqq7Bo24cuSStmeflbQOESLIZzdc="
    assert print_of.sentence_shingles == 63


def test_it_is_the_same_in_every_process() -> None:
    text = "\n".join([*STORY, *OTHER, *SCRIPTS["zh"]])
    program = (
        "import sys\n"
        "from topics.records import RawArticle\n"
        "from workers.stages.deduplicate import fingerprint, main_text\n"
        "article = RawArticle(content=sys.argv[1], headline='A headline')\n"
        "made = fingerprint(article, main_text(article, limit=10**6))\n"
        "print(made.signature, made.numbers, made.lines, made.sentence_shingles)\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program, text],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    here = made(text)
    assert told == {f"{here.signature} {here.numbers} {here.lines} {here.sentence_shingles}\n"}


@given(st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=400))
def test_order_and_repetition_do_not_change_the_hashes_of_the_whole(
    trigrams: list[bytes],
) -> None:
    whole = b64decode(signature(trigrams))[:128]
    again = sorted(trigrams) + trigrams[: len(trigrams) // 2]
    assert b64decode(signature(again))[:128] == whole


def test_the_lead_is_the_first_80_tokens() -> None:
    words = [f"w{number}".encode() for number in range(300)]
    first = b64decode(signature(trigrams([words], [True])[0]))
    same_lead = words[:80] + [b"x" + word for word in words[80:]]
    other_lead = [b"x" + words[0], *words[1:]]
    assert b64decode(signature(trigrams([same_lead], [True])[0]))[128:] == first[128:]
    assert b64decode(signature(trigrams([same_lead[:80]], [True])[0]))[128:] == first[128:]
    changed = b64decode(signature(trigrams([other_lead], [True])[0]))
    assert sum(a == b for a, b in zip(first[128:], changed[128:], strict=True)) >= 28


def test_the_page_around_a_story_does_not_count() -> None:
    plain = made("\n".join(STORY))
    wrapped = made(
        "Home\nNews\nIsland life\nSubscribe now\nFerry to stop\nBy A. Reporter, 2 March 2026\n"
        + "\nShare this\n".join(STORY)
        + "\nMost read\nTwo museums to share one ticket\nClocks return\n© 2026"
    )
    assert wrapped.signature == plain.signature
    assert wrapped.numbers == plain.numbers
    assert wrapped.sentence_shingles == plain.sentence_shingles
    assert wrapped.shingles > plain.shingles
    assert wrapped.content_hash != plain.content_hash
    assert wrapped.lines != plain.lines


def test_a_page_gives_the_signature_of_its_text() -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in STORY)
    menu = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(30))
    page = made(f"<html><body><ul>{menu}</ul><article><h1>Ferry</h1>{paragraphs}</article></body>")
    assert page.signature == made("\n".join(STORY)).signature


def test_text_broken_into_lines_has_the_signature_of_whole_paragraphs() -> None:
    broken = (
        "The ferry between the mainland and Tessel Point will stop on\n"
        "3 March, the county said. Two hundred commuters use it every\n"
        "day, and most of them have lived on the island for years. A\n"
        "bus over the new bridge takes its place, but the way is\n"
        "longer by 40 minutes.\n"
    )
    assert made(broken).signature == made(" ".join(STORY[:3])).signature


@pytest.mark.parametrize("lines", [STORY, *SCRIPTS.values()], ids=["en", *SCRIPTS])
def test_a_cut_copy_is_alike_and_another_story_is_not(lines: tuple[str, ...]) -> None:
    whole, cut, other = made("\n".join(lines)), made("\n".join(lines[:-1])), made("\n".join(OTHER))
    assert whole.signature != cut.signature
    assert agreement(whole, cut) > 0.4
    assert agreement(whole, other) < 0.1


@given(st.lists(st.sampled_from([*STORY, *OTHER, *SCRIPTS["ja"], "Menu"]), min_size=1))
def test_a_normalised_text_has_the_signature_of_the_text(lines: list[str]) -> None:
    one = made("\n".join(lines))
    again = made("\n".join(normalise(line) for line in lines))
    assert one.signature == again.signature
    assert one.numbers == again.numbers
    assert one.lines == again.lines
    assert one.content_hash == again.content_hash


def test_a_text_without_sentences_has_neither_signature_nor_numbers() -> None:
    menu = made("Home\nNews 24\nSport")
    assert (menu.signature, menu.numbers, menu.sentence_shingles) == (UNSET, UNSET, 0)
    assert menu.lines
    plain = made("The ferry was late.")
    assert plain.signature
    assert plain.numbers == ""


def test_a_lone_surrogate_is_hashed_as_any_letter() -> None:
    line = normalise("One \ud800 two three four.")
    assert signature(trigrams(tokens([line]), [True])[0])
