"""Every sample feed of feedparser's source distribution is read or told, as it expects."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.feeds.parsers_samples import SamplesUnavailableError, samples
from workers.feeds.formats import read
from workers.feeds.items import Parsed, Unreadable

REQUIRED = os.environ.get("TEST_REQUIRE_SAMPLES", "") not in ("", "0")
"""Fail where the samples cannot be fetched, instead of skipping."""
# What it expects of a first entry's title or link, where that is one text without any markup.
_EXPECTED = re.compile(r"entries\[0\]\['(title|link)'\] == u?'([^'\\<&]*)'")
_EXPECT = re.compile(r"Expect:\s+(.*)")
_HEADERS = re.compile(r"^Header:", re.MULTILINE)


@pytest.fixture(scope="module")
def folder() -> Path:
    try:
        return samples()
    except SamplesUnavailableError as error:
        if REQUIRED:
            raise
        pytest.skip(f"no samples: {error}")


def test_the_samples_are_read_or_told(folder: Path) -> None:
    read_as: Counter[type] = Counter()
    refused = []
    compared = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".py":
            continue
        data = path.read_bytes()
        found = read(data, url="http://127.0.0.1:8097/feed.xml")
        read_as[type(found)] += 1
        if isinstance(found, Unreadable):
            refused.append((path.relative_to(folder).parts[0], found.reason))
            continue
        text = data.decode("utf-8", "replace")
        expected = _EXPECT.search(text)
        # What depends on headers is the client's; what a sanitiser leaves out, strip_boilerplate's.
        if expected is None or _HEADERS.search(text) or "sanitize" in path.parts:
            continue
        for name, value in _EXPECTED.findall(expected[1]):
            (item, *_) = found.items
            assert (item.title if name == "title" else item.url) == value, path.name
            compared += 1
    print(read_as, "titles and links compared:", compared)
    assert read_as[Parsed] > 2_000
    assert compared > 30
    wellformed = [reason for part, reason in refused if part == "wellformed"]
    assert len(refused) < 20
    assert all("entities; these are refused" in reason for reason in wellformed)
