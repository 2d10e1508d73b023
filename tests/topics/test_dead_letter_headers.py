"""The schema names the headers that a worker writes, and those alone."""

from datetime import UTC, datetime

from topics import headers
from topics.catalog import DEAD_LETTER
from topics.schema import DEAD_LETTER_HEADERS, schema
from workers.runtime.dead_letters import dead_letter, truncated
from workers.runtime.record import Consumed
from workers.settings import Settings


def test_the_schema_names_what_is_written() -> None:
    consumed = Consumed("articles.raw", 0, 7, 1, None, b"{")
    letter = dead_letter(
        Settings(),
        consumed,
        stage="fingerprint",
        reason="undecodable",
        detail="not JSON",
        exception=None,
        attempts=1,
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    names = {"origin"} | {name for name in headers.read(letter.headers) if name.startswith("dlq.")}
    required = schema(DEAD_LETTER)["properties"]["headers"]["required"]
    assert set(required) == names
    cut = {name for name in headers.read(truncated(letter).headers) if name.startswith("dlq.")}
    assert cut | {"origin"} == set(DEAD_LETTER_HEADERS)
