"""Nanoseconds a character of texts and feeds that are made to be slow, at two lengths.

``python -m tests.benchmarks.hostile``. Where the second figure is much more than the first, the
time grows faster than the text; tests count the calls of the same texts, which leaves out what an
expression does by itself.
"""

from __future__ import annotations

import time

from topics.records import Article
from workers.feeds.formats import read
from workers.stages.strip_boilerplate import StripBoilerplate

PIECES = (
    "![", "![](", "![]()", "![a](b(", "1", "1 ", "12.", "2023 ", "| ", " |", "de ", "mar ", "12:",
)  # fmt: skip
"""What begins like a mark, a counter, a date or a bar, and so on again and again."""
LABELS = ("share ", "cookie ", "а", "分享", "read more: ", "'", "1 ")
"""The same with words of labels."""
NEVER_CLOSED = (
    "<", "<a ", "<a>", '<a b="', "&", "<![CDATA[", "<!--", "<!", "<?", "</", "<item>", "<link>",
    '<a xml:base="x/">', "<image>", '<link xml:base="x/">', '<a xmlns:b="c">', "&#65;",
)  # fmt: skip
"""What a feed may open again and again."""
LENGTHS = (50_000, 200_000)
PASSES = 3


def main() -> None:
    """Measure each piece as one line and as many."""
    strip = StripBoilerplate()
    strip(Article(id="a", content="Read more\n" * 20))
    print(f"piece         ns a character of {LENGTHS[0]:,}, of {LENGTHS[1]:,}")
    for piece in dict.fromkeys((*PIECES, *LABELS)):
        for end in ("", "\n"):
            told = [f"{_nanoseconds(strip, piece + end, length):10.0f}" for length in LENGTHS]
            print(f"{piece + end!r:12}", *told)
    print("in a feed:")
    for piece in NEVER_CLOSED:
        told = [f"{_of_a_feed(piece, length):10.0f}" for length in LENGTHS]
        print(f"{piece!r:22}", *told)


def _of_a_feed(piece: str, length: int) -> float:
    item = "<rss version='2.0'><channel><item>" + piece * (length // len(piece))
    began = time.process_time()
    read(item.encode(), url="https://news.example/rss.xml")
    return 1e9 * (time.process_time() - began) / length


def _nanoseconds(strip: StripBoilerplate, piece: str, length: int) -> float:
    article = Article(id="a", content=piece * (length // len(piece)) + "\nx")
    times = []
    for _ in range(PASSES):
        began = time.process_time()
        strip(article)
        times.append(time.process_time() - began)
    return 1e9 * min(times) / length


if __name__ == "__main__":
    main()
