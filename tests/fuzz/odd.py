"""Odd texts, ids, dates, URLs and JSON values: what no producer should send and some one does."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

CHARACTERS: tuple[str, ...] = (
    "\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\xa0", "\xad", "\u0301", "\u0301" * 40, "\u0600",
    "\u061c", "\u115f", "\u180e", "\u200b", "\u200d", "\u200e", "\u202e", "\u2028", "\u2029",
    "\u2066", "\u2069", "\u3000", "\ufdfa", "\ufeff", "\uffa0", "\ufffc", "\ufffd", "\ufffe",
    "\uffff", "\U0001f469\u200d\U0001f680", "\U0001f1fa\U0001f1e6", "\U000e0041", "\U0010ffff",
    "İ", "ß", "ﬁ", "ǅ", "ẞ", "ꙮ", "各", "ก", "한", "ا", "ம", "𝕬", "①", "½", "٣", "۴",
    "\r", "\r\n", "\n", "\n\n\n", "\t", "\v", "\f", "<", ">", "&", "&amp;", "&#0;", "&#x110000;",
    "&nosuch;", "|", "·", "…", "—", "“", "”", "«", "'", '"', "\\", "/", ":", "%", "${x}", "{}",
)  # fmt: skip
"""Control, format and combining characters, bidi, noncharacters, astral ones, line ends, markup."""

SCRIPTS: tuple[tuple[int, int], ...] = (
    (0x20, 0x7E), (0xA1, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x531, 0x6FF), (0x900, 0x97F),
    (0xE00, 0xEFF), (0x1000, 0x10FF), (0x1780, 0x17FF), (0x2000, 0x2BFF), (0x3040, 0x30FF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFFFF), (0x10000, 0x107FF), (0x1F300, 0x1FAFF),
    (0x20000, 0x2A6DF), (0xE0000, 0xE01EF),
)  # fmt: skip

URLS: tuple[str, ...] = (
    "http://[::1", "http://[::1]:99999/", "https://", "//", ":", "://x", "http:///path",
    "http://user:pass@host:0/a?b#c", "HTTP://EXAMPLE.COM:80/../../a/./b//c", "javascript:alert(1)",
    "data:text/html,<p>", "http://xn--/", "http://xn--a-ecp.ru/", "http://пример.укр/ї?ї=ї",
    "http://a.b/%", "http://a.b/%zz%ff%00", "http://a.b/?utm_source=%F0%28%8C%28", "http://a b/",
    "http://a.b/?a=1&a=2&&=&=x&y", "http://1.2.3.4.5/", "http://.../", "http://a.b:port/",
    "http://a.b/;p?q;r#!f", "\\\\host\\share", "file:///etc/hosts", "mailto:a@b", "http://a.b\0/",
    "http://\u2100.com/", "http://a.b/\u202e", "http://⑴.com/", "ftp://a.b/", "a.b/c", "www.a.b",
)  # fmt: skip

DATES: tuple[str, ...] = (
    "2026-02-30T00:00:00Z", "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60-14:00",
    "2026-03-04T25:61:61Z", "2026-W10-3", "20260304T101010Z", "1772600000", "-1", "yesterday",
    "Wed, 04 Mar 2026 10:10:10 +9999", "Wed, 04 Mar 99999 10:10:10 GMT", "04 März 2026", "٢٠٢٦-٠٣",
    "2026-03-04T10:10:10.123456789123456789Z", "2026-03-04T10:10:10+00:00:00.000001", "T", "Z",
    "2026-03-04 10:10:10 ", "Mon, 32 Foo 2026 10:10:10 XYZ", "(((((", '"', ",,,", "1 Jan 0 0:0",
)  # fmt: skip

LANGUAGES: tuple[str, ...] = (
    "EN", "en_GB", "en-", "-", "x", "zh-Hant-TW-x-private", "und", "mul", "i-klingon", "english",
    "en" * 40, "日本語", "e\u0301n", "EN-us-POSIX-u-va-posix", "en;q=0.8,de", " en ", "\0", "xx",
)  # fmt: skip


def text(rng: random.Random, most: int = 400) -> str:
    """Characters of one or several scripts with odd ones among them; no lone surrogates."""
    parts = []
    for _ in range(rng.randint(0, 8)):
        low, high = rng.choice(SCRIPTS)
        length = rng.randint(0, max(1, most // 8))
        run = "".join(chr(rng.randint(low, high)) for _ in range(length))
        parts.append(
            run if rng.random() < 0.7 else " ".join(run[i : i + 5] for i in range(0, length, 5))
        )
        if rng.random() < 0.6:
            parts.append(rng.choice(CHARACTERS))
    return "".join(parts)


def _surrogates(rng: random.Random) -> str:
    return rng.choice(("\ud800", "x\udfff", "\udc00\ud800", "a\ud83d b"))


def _long(rng: random.Random) -> str:
    unit = rng.choice(("a", "a ", "9", "\u0301", "<", "(", "%41", "\U0001f600", "ab\n", " ", "."))
    return unit * rng.choice((100, 513, 2000, 20_000))


def id(rng: random.Random) -> Any:
    """What passes for an id."""
    return _choose(
        rng,
        lambda r: r.choice(("", " ", "\t\n", "0", "null", "../../x", "a/0/0@0", "stdin/0/1@0")),
        lambda r: text(r, 60),
        _long,
        _surrogates,
        value,
    )


def url(rng: random.Random) -> Any:
    """What passes for a URL."""
    return _choose(
        rng,
        lambda r: r.choice(URLS),
        lambda r: f"http://{text(r, 30)}/{text(r, 60)}?{text(r, 30)}#{text(r, 9)}",
        lambda r: "http://a.example/" + _long(r),
        lambda r: "".join(
            r.choice("htp:/.?#[]@!$&'()*+,;=%-_~ a1é") for _ in range(r.randint(0, 60))
        ),
        value,
    )


def date(rng: random.Random) -> Any:
    """What passes for a date."""
    return _choose(
        rng,
        lambda r: r.choice(DATES),
        lambda r: "".join(
            r.choice("0123456789-:TZ+. ,WedMarGMT()") for _ in range(r.randint(0, 40))
        ),
        lambda r: f"{r.randint(-9, 99999)}-{r.randint(-1, 14):02}-{r.randint(0, 33):02}T10:10:10Z",
        _long,
        value,
    )


def language(rng: random.Random) -> Any:
    """What passes for a language tag."""
    return _choose(rng, lambda r: r.choice(LANGUAGES), lambda r: text(r, 30), value)


def value(rng: random.Random, depth: int = 0) -> Any:
    """Any JSON value, and some that Python takes for JSON: huge numbers, NaN, lone surrogates."""
    kind = rng.randrange(14)
    if kind < 2 and depth < 4:
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    if kind < 4 and depth < 4:
        return {text(rng, 16): value(rng, depth + 1) for _ in range(rng.randint(0, 4))}
    if kind == 4:
        return nested(rng.choice((5, 100, 253, 254, 255, 600, 1100)), rng)
    if kind == 5:
        return rng.choice((float("nan"), float("inf"), -float("inf")))
    if kind == 6:
        return rng.choice((2**53, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 5e-324, -0.0))
    if kind == 7:
        return _surrogates(rng)
    return rng.choice((None, True, False, 0, -1, 0.5, "", text(rng, 60), [], {}))


def nested(depth: int, rng: random.Random) -> Any:
    """Lists or objects within each other."""
    made: Any = rng.choice((0, "x", None, []))
    for _ in range(depth):
        made = [made] if rng.random() < 0.5 else {"a": made}
    return made


def encode(record: Any, rng: random.Random) -> bytes:
    """JSON as one line, escaped or not; lone surrogates as escapes or as broken UTF-8."""
    return dumps(record, escaped=rng.random() < 0.3).encode("utf-8", "surrogatepass")


def dumps(record: Any, *, escaped: bool) -> str:
    """JSON; of what is nested too deep for Python, something even deeper."""
    try:
        return json.dumps(record, ensure_ascii=escaped)
    except RecursionError:
        return "[" * 9000 + "]" * 9000


def _choose(rng: random.Random, *makers: Callable[[random.Random], Any]) -> Any:
    return rng.choice(makers)(rng)


def shuffled(rng: random.Random, items: Sequence[str]) -> list[str]:
    """The items in another order."""
    return rng.sample(list(items), len(items))
