"""The page: complete, alone, and not steered by what an article says."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import msgspec
from rich.console import Console

from topics.records import (
    DeadLetter,
    Duplicate,
    Duplicates,
    EnrichedArticle,
    Entity,
    LanguageAlternative,
    LanguageShare,
    Link,
    Mention,
    Removal,
    RemovedTotal,
    StageRun,
)
from workers.commands.explained.explanation import Explanation, Original
from workers.commands.explained.page import page
from workers.commands.explained.terminal import short

HOSTILE = (
    "</p></del><script>alert(1)</script><img src=x onerror=alert(1)>\"'`&amp;"
    " \x00\x07\x1b[31m\x9b \u202egnp.exe\u2066 ]]> --> \ufffe"
)
VOID = {"meta", "br"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section"),
    *("h1", "h2", "h3", "p", "ul", "li", "dl", "div", "dt", "dd", "table", "thead", "tbody"),
    *("tr", "th", "td", "a", "span", "small", "del", "bdi", "code", "pre", "details", "summary"),
    "br",
}


class Read(HTMLParser):
    """What a page is made of; fails on a tag that is not closed where it must be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.said = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.said += data


def entity(text: str, word: str, **more: Any) -> Entity:
    mentions = [Mention(start=text.index(word), end=text.index(word) + len(word), text=word)]
    told: dict[str, Any] = {"id": "e1", "type": "place", "name": word, "mentions": mentions}
    told |= {"salience": 0.5, "confidence": 0.75, "method": "gazetteer"}
    return Entity(**(told | more))


def explained(content: str, /, *, cuts: tuple[str, ...] = (), **more: Any) -> Explanation:
    """An article of one text, without the lines that are cut."""
    removed = tuple(
        Removal(start=content.index(c), end=content.index(c) + len(c), reason="sidebar", text=c)
        for c in cuts
    )
    text = "\n".join(line for line in content.split("\n") if line not in cuts)
    told: dict[str, Any] = {"id": "a", "status": "complete", "text": text, "entities": []}
    record = EnrichedArticle(**{**told, **more})
    return Explanation(
        subject="a.txt", outcome=record, shown=record, removed=removed, source=content
    )


def printed(explanation: Explanation) -> str:
    stream = StringIO()
    console = Console(file=stream, width=120, force_terminal=True)
    for part in short(explanation):
        console.print(part, highlight=False)
    return stream.getvalue()


def full() -> Explanation:
    text = "A bridge in Lisbon opened.\nRead more\nIt cost 3 million."
    at = Link(geonames=2267057, latitude=38.7, longitude=-9.1, country="PT", wikidata="Q597")
    return explained(
        text,
        cuts=("Read more",),
        headline="A bridge",
        language="pt",
        language_confidence=0.71234,
        language_alternatives=[
            LanguageAlternative(language="gl", confidence=0.2, engine="langdetect")
        ],
        language_shares=[LanguageShare(language="pt", share=0.9)],
        language_declared="uk",
        entities=[entity(text, "Lisbon", link=at)],
        removed_summary={"sidebar": RemovedTotal(count=1, characters=9)},
        duplicates=Duplicates(role="original", of=None, cluster="a"),
        provenance={"headline": "json-ld", "text": "trafilatura"},
        stages=[
            StageRun(name="tag_entities", version="7", status="failed", reason="timeout: 10 s")
        ],
        unknown={"desk": "city"},
    )


FACTS = (
    "other headlines, each with a stamp after it",
    *(
        "A bridge",
        "Portuguese (pt), confidence 0.712",
        "Galician (gl)",
        "langdetect",
        "Portuguese (pt) 90%",
    ),
    *("Ukrainian (uk)", "sidebar", "Read more", "Lisbon", "2267057", "json-ld", "desk", "city"),
    *("timeout: 10 s", "an original: no earlier article has this text", "not published"),
)


def test_all_evidence_is_on_the_page_and_on_the_terminal() -> None:
    said = Read(page(full())).said
    assert not [fact for fact in FACTS if fact not in said]
    assert said.index("in Lisbon") < said.index("Read more") < said.index("It cost")
    shown = printed(full())
    plain = "".join(shown.split("\x1b[0m"))
    assert not [
        fact for fact in ("Read more", "json-ld", "timeout", "Galician") if fact not in plain
    ]


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    html = page(full())
    read = Read(html)
    assert read.tags <= ALLOWED
    loads = [a for a in read.attributes if a[1] in ("src", "srcset", "style", "action", "data")]
    assert not loads
    assert "default-src 'none'" in html
    assert "@import" not in html
    assert "url(" not in html
    for tag, name, value in read.attributes:
        assert not name.startswith("on")
        if name == "href":
            assert (tag, value[:1]) == ("a", "#") or value.startswith("https://")


def test_headings_go_down_one_by_one_and_marks_say_what_they_are() -> None:
    html = page(full())
    assert html.count("<h1") == 1
    assert '<a class="e place" href="#entity-e1" title="place: Lisbon, confidence 0.75' in html
    assert "Lisbon<small>place</small></a>" in html
    assert '<span id="entity-e1">' in html
    assert 'lang="pt"' in html
    assert "Legend:" in html


def test_text_of_other_directions_has_its_own() -> None:
    html = page(explained("فتح الجسر أمس.\nThe bridge.", headline="فتح الجسر"))
    assert "<h1 dir=auto>فتح الجسر</h1>" in html
    assert "<p dir=auto>فتح الجسر أمس.</p>" in html


def hostile() -> Explanation:
    line = HOSTILE.replace("\n", " ")
    source = f"{line}\ncut {line}\nLondon {line}"
    return explained(
        source,
        cuts=(f"cut {line}",),
        id=HOSTILE,
        headline=HOSTILE,
        url=f"javascript:alert(1)//{HOSTILE}",
        canonical_url="http://[broken",
        source=HOSTILE,
        authors=[HOSTILE],
        language='en" onload="x',
        language_declared=HOSTILE,
        entities=[entity(source, "London", id='e"><script>', name=HOSTILE, method=HOSTILE)],
        removed_summary={HOSTILE: RemovedTotal(count=1, characters=1)},
        provenance={HOSTILE: HOSTILE},
        stages=[StageRun(name=HOSTILE, version=HOSTILE, status="ok", reason=HOSTILE)],
        unknown={HOSTILE: {HOSTILE: [HOSTILE]}},
    )


def test_hostile_content_is_shown_and_does_nothing() -> None:
    html = page(hostile())
    read = Read(html)
    assert read.tags <= ALLOWED
    assert not [a for a in read.attributes if a[1].startswith("on") or "javascript:" in a[2][:20]]
    assert not set(html) & set("\x00\x07\x1b\x9b\u202e\u2066\ufffe")
    assert "[U+202E]gnp.exe" in read.said
    assert "<script>alert(1)</script>" in read.said
    html.encode("utf-8")


def test_a_lone_surrogate_of_a_file_name_can_be_written() -> None:
    told = explained("One.")
    html = page(Explanation(subject="a\udcff.txt", outcome=told.outcome, shown=told.shown))
    assert html.encode("utf-8")


def test_hostile_content_does_not_steer_a_terminal() -> None:
    shown = printed(hostile())
    assert "\x1b[31mgnp" not in shown
    assert not set(shown) & set("\x00\x07\x9b\u202e\u2066")


def test_a_duplicate_is_told_with_its_numbers_and_its_original() -> None:
    record = Duplicate(
        id="b",
        origin="stdin/0/2@0",
        duplicate_of="a",
        duplicate_of_version=1,
        duplicate_of_origin="stdin/0/1@0",
        cluster="a",
        reason="near_content",
        similarity=0.8118,
        containment=0.9634,
        method="minhash",
        method_version="1",
        evidence={
            **{"shared_shingles": 79, "shingles": 82, "shared_numbers": 2, "numbers": 3},
            **{"matches": 104, "lead_matches": 31, "headline": False, "later_evidence": [1]},
        },
    )
    told = Explanation(
        subject="a.jsonl:2",
        outcome=record,
        original=Original("a.jsonl:1", headline="The first"),
        published=True,
    )
    for said in (Read(page(told)).said, printed(told)):
        for fact in (
            *("79 of the 82", "2 of the 3", "104 of 128", "31 of 32", "0.8118", "0.9634"),
            *("a.jsonl:1", "The first", "later_evidence", "[1]", "near_content"),
        ):
            assert fact in said


def test_a_dead_letter_is_told_with_its_payload_and_nothing_empty() -> None:
    letter = DeadLetter(
        id=None,
        stage="fingerprint",
        reason="undecodable",
        message="not JSON",
        payload="<b>{" * 9000,
    )
    html = page(Explanation(subject="a.jsonl:1", outcome=letter))
    read = Read(html)
    assert "its bytes are not JSON" in read.said
    assert "<b>{<b>{" in read.said
    assert "16,000 characters more are not shown" in read.said
    assert "Metadata" not in read.said
    assert len(html) < 200_000
    assert "undecodable" in printed(Explanation(subject="a.jsonl:1", outcome=letter))


def test_cuts_without_their_source_are_listed_all_the_same() -> None:
    told = full()
    alone = Explanation(
        subject="a", outcome=told.outcome, shown=told.shown, removed=told.removed, source=None
    )
    said = Read(page(alone)).said
    assert "Their places are not known" in said
    assert said.index("It cost") < said.index("Read more")


def test_large_articles_take_no_more_than_a_moment() -> None:
    lines = [f"Line {n} of the story about Lisbon." if n % 2 else f"Ad {n}" for n in range(20_000)]
    source = "\n".join(lines)
    removed, mentions, at = [], [], 0
    kept_at = 0
    for number, line in enumerate(lines):
        if number % 2:
            start = kept_at + line.index("Lisbon")
            mentions.append(Mention(start=start, end=start + 6, text="Lisbon"))
            kept_at += len(line) + 1
        else:
            removed.append(Removal(start=at, end=at + len(line), reason="sidebar", text=line))
        at += len(line) + 1
    text = "\n".join(line for number, line in enumerate(lines) if number % 2)
    one = entity("Lisbon", "Lisbon")
    entities = [
        msgspec.structs.replace(one, id=f"e{number}", mentions=[mention])
        for number, mention in enumerate(mentions)
    ]
    record = EnrichedArticle(id="a", status="complete", text=text, entities=entities)
    told = Explanation(
        subject="a", outcome=record, shown=record, removed=tuple(removed), source=source
    )
    began = time.process_time()
    html = page(told)
    printed(told)
    assert time.process_time() - began < 10
    assert html.count('<a class="e place"') == 10_000
    assert html.count('<del class="block">') == 10_000
    one_line = "word " * 400_000
    assert len(page(explained(one_line))) < 1.1 * len(one_line) + 20_000
