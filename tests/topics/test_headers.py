"""Headers: the origin's name, a stable event id, a trace that goes on."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import headers
from topics.catalog import CLEANED, ENRICHED
from topics.records import Origin, StageRun

NOW = datetime(2026, 1, 31, 8, 15, tzinfo=UTC)
ORIGIN = Origin("articles.raw", 2, 40817, 1770706331902)
RUN = StageRun(name="detect_language", version="1", status="ok")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TOPIC_NAME = st.from_regex(r"[a-zA-Z0-9._-]{1,40}", fullmatch=True)
WHOLE = st.integers(0, 2**62)
PARTITION = st.integers(0, 2**31 - 1)


def made(**changes: object) -> dict[str, str]:
    arguments: dict[str, object] = {
        "id": "a",
        "origin": ORIGIN,
        "stage": "tag_entities",
        "stages": [RUN],
        "time": NOW,
        "trace": None,
    }
    return headers.event(ENRICHED, **(arguments | changes))  # type: ignore[arg-type]


@given(TOPIC_NAME, PARTITION, WHOLE, WHOLE)
def test_an_origin_is_read_as_it_was_written(topic: str, part: int, offset: int, at: int) -> None:
    origin = Origin(topic, part, offset, at)
    assert Origin.parse(str(origin)) == origin


@pytest.mark.parametrize(
    "text",
    [
        *("", "articles.raw", "articles.raw/1/2", "/1/2@3", "t/1@2", "t/a/2@3", "t/1/2@soon"),
        *("t/-1/2@3", f"t/{2**31}/2@3", "t/1/-2@3", f"t/1/{2**63}@3", "t/1/2@-2"),
        "t" * 250 + "/1/2@3",
    ],
)
def test_anything_else_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match=r"origin|invalid literal"):
        Origin.parse(text)


def test_a_re_emission_carries_the_same_event_id() -> None:
    again = made(time=NOW + timedelta(hours=1), taken=NOW, trace=TRACE)
    assert again["ce_id"] == made()["ce_id"]


def test_it_tells_when_a_worker_began_if_one_did() -> None:
    assert made(taken=NOW)["ce_takenat"] == "2026-01-31T08:15:00.000Z"
    assert "ce_takenat" not in made()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "b"},
        {"origin": ORIGIN._replace(offset=40818)},
        {"origin": None},
        {"stage": "strip_boilerplate"},
        {"stages": [StageRun(name="detect_language", version="2", status="ok")]},
    ],
)
def test_another_event_has_another_id(change: dict[str, object]) -> None:
    assert made(**change)["ce_id"] != made()["ce_id"]


def test_the_same_article_on_another_topic_is_another_event() -> None:
    other = headers.event(
        CLEANED, id="a", origin=ORIGIN, stage="tag_entities", stages=[RUN], time=NOW, trace=None
    )
    assert other["ce_id"] != made()["ce_id"]


def test_an_event_has_what_cloudevents_asks_for() -> None:
    event = made()
    assert event["ce_specversion"] == "1.0"
    assert event["ce_type"] == "news.article.enriched.v1"
    assert event["ce_source"] == "copydesk/tag_entities"
    assert event["ce_time"] == "2026-01-31T08:15:00.000Z"
    assert event["content-type"] == "application/json"
    assert event["origin"] == str(ORIGIN)


def test_a_trace_goes_on_with_a_new_span() -> None:
    trace = made(trace=TRACE)["traceparent"]
    assert trace[:36] == TRACE[:36]
    assert trace[52:] == TRACE[52:]
    assert trace[36:52] != TRACE[36:52]


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "nonsense",
        TRACE.upper(),
        TRACE.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-{'1' * 16}-01",
    ],
)
def test_without_a_trace_a_new_one_begins(parent: str | None) -> None:
    trace = headers.continue_trace(parent)
    assert headers.continue_trace(trace)[:36] == trace[:36]
    assert trace[3:35] != "0" * 32


@pytest.mark.parametrize(
    ("parent", "flags"),
    [
        (f"cc-{TRACE[3:]}", "01"),
        (f"cc-{TRACE[3:]}-what-comes-one-day", "01"),
        (f"cc-{TRACE[3:52]}-0b", "01"),
        (f"cc-{TRACE[3:52]}-0a", "00"),
    ],
)
def test_of_a_newer_traceparent_what_is_known_goes_on(parent: str, flags: str) -> None:
    trace = headers.continue_trace(parent)
    assert trace[:36] == TRACE[:36]
    assert trace[53:] == flags


@pytest.mark.parametrize("parent", [f"{TRACE}-more", f"cc-{TRACE[3:]}more", f"ff-{TRACE[3:]}"])
def test_a_traceparent_with_something_behind_it_is_none(parent: str) -> None:
    assert headers.continue_trace(parent)[3:35] != TRACE[3:35]


def test_the_state_of_a_trace_goes_along_with_it() -> None:
    assert made(trace=TRACE, tracestate="a=1")["tracestate"] == "a=1"
    assert "tracestate" not in made(trace=TRACE)
    assert "tracestate" not in made(trace="nonsense", tracestate="a=1")
    assert "tracestate" not in made(trace=None, tracestate="a=1")
    assert "tracestate" not in made(trace=TRACE, tracestate="a=" + "1" * 511)


@given(st.dictionaries(st.text(max_size=9), st.text(st.characters(exclude_categories=["Cs"]))))
def test_headers_are_read_as_they_were_written(values: dict[str, str]) -> None:
    assert headers.read(headers.write(values)) == values


def test_of_several_headers_with_one_name_the_last_counts() -> None:
    assert headers.read([("a", b"1"), ("a", b"2"), ("b", None)]) == {"a": "2", "b": ""}
    assert headers.read(None) == {}


def test_times_are_written_in_utc() -> None:
    kyiv = timezone(timedelta(hours=2))
    assert headers.rfc3339(datetime(2026, 1, 31, 10, 15, tzinfo=kyiv)) == "2026-01-31T08:15:00.000Z"
