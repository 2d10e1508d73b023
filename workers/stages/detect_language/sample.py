"""Which part of a text an engine reads: three windows, so that no banner or footer decides."""

from __future__ import annotations

import re

WINDOW = 250
"""Characters of a window."""
WINDOW_BYTES = 375
"""The same in UTF-8: work is by the byte, and a letter of three bytes says more than one of one."""
SAMPLE = 3 * WINDOW

_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]{1,2000}"  # addresses
    r"|[\w.+-]{1,64}@[\w-]{1,255}(?:\.[\w-]{1,63}){1,8}"
    r"|(?<!\w)[@#]\w{1,100}"  # handles and hashtags
)
_MAYBE_ADDRESS = ("@", "#", "://", "www.")  # looked for first: most samples hold none
_CONTROL = re.compile(r"[\ud800-\udfff\ufffd\x00-\x08\x0e-\x1f]+")
_SLACK = 40


def sample(text: str) -> str:
    """At most about 750 characters: the start, the middle and the end, cut at white space.

    Words longer than a few dozen characters, as in scripts without spaces, are cut anywhere. It
    holds no control characters and lone surrogates.
    """
    return _CONTROL.sub(" ", _sampled(text)).strip()


def without_addresses(text: str) -> str:
    """A text without what is in no language: web and mail addresses, handles, hashtags."""
    if any(mark in text for mark in _MAYBE_ADDRESS):
        text = _ADDRESS.sub(" ", text)
    return text


def _sampled(text: str) -> str:
    if len(text) <= WINDOW:
        return text
    size = len(text.encode("utf-8", "surrogatepass"))
    width = min(WINDOW, WINDOW_BYTES * len(text) // size)
    if len(text) <= 3 * width:
        return text
    middle = (len(text) - width) // 2
    windows = (
        _window(text, 0, width),
        _window(text, middle, middle + width),
        _window(text, len(text) - width, len(text)),
    )
    return "\n".join(windows)


def _window(text: str, start: int, end: int) -> str:
    window = text[start:end]
    if start > 0:
        head = re.search(r"\s", window[:_SLACK])
        window = window[head.end() :] if head else window
    if end < len(text):
        tail = re.search(r"\s\S*$", window[-_SLACK:])
        window = window[: len(window) - _SLACK + tail.start()] if tail else window
    return window.strip()
