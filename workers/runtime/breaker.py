"""The circuit breaker: when nearly everything fails, stop and try one article now and then.

One article that fails is a dead letter and no more. When all of them fail it is a feed, a model or
this worker that is broken, and going on would only turn a whole backlog into dead letters.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SHOWN = 3
"""Causes that the reason names."""


class Trouble(NamedTuple):
    """Why an article failed: it became a dead letter, or an optional step went wrong."""

    step: str
    reason: str


class Breaker:
    """Told what became of every article of one hop; ``open`` when the hop is to pause.

    Times are seconds of any clock that never goes back.
    """

    def __init__(self, *, run: int, share: float, window: int, probe: float) -> None:
        """Open after ``run`` failures in a row, or when more than ``share`` of the last ``window``
        articles failed; 0 disables either. While open, ``probe`` seconds lie between two tries.
        """
        self._share = share
        self._probe = probe
        self._row: deque[Trouble] = deque(maxlen=run)
        self._window: deque[Trouble | None] = deque(maxlen=window)
        self._failed = 0
        """Failures within the window."""
        self._because = ""
        self._since = 0.0
        self._next = 0.0
        self.open = False
        self.failed_probes = 0
        """Since it opened."""

    def note(self, articles: Sequence[Trouble | None], now: float) -> None:
        """Take in what became of a batch, in order; None for an article that is well.

        Only where the batch ends is it decided whether to open: what happened to the articles
        behind the worst one is known by then. While open, the batch is a probe.
        """
        if self.open:
            self._note_probe(articles, now)
            return
        for trouble in articles:
            self._add(trouble)
        self._because = self._cause()
        if self._because:
            self.open, self.failed_probes = True, 0
            self._since, self._next = now, now + self._probe

    def wait(self, now: float) -> float:
        """Seconds until one article may be tried; 0 when it may, or when nothing is held back."""
        return max(self._next - now, 0.0) if self.open else 0.0

    def close(self) -> bool:
        """Go on and forget what was; whether it was open."""
        was, self.open = self.open, False
        self._row.clear()
        self._window.clear()
        self._failed = 0
        return was

    def reason(self, now: float) -> str | None:
        """Why it is open, since when, and what is tried; None while closed."""
        if not self.open:
            return None
        tried = f", {self.failed_probes} failed since" if self.failed_probes else ""
        return (
            f"paused for {now - self._since:.0f} s: {self._because}; it tries one article "
            f"every {self._probe:g} s{tried}"
        )

    def _note_probe(self, articles: Sequence[Trouble | None], now: float) -> None:
        if not articles:
            return  # a record that is no article proves nothing
        if None in articles:
            self.close()
            return
        self.failed_probes += 1
        self._next = now + self._probe

    def _add(self, trouble: Trouble | None) -> None:
        if len(self._window) == self._window.maxlen:
            self._failed -= self._window[0] is not None
        self._window.append(trouble)
        if trouble is None:
            self._row.clear()
        else:
            self._failed += 1
            self._row.append(trouble)

    def _cause(self) -> str:
        """Which limit is passed and by what; empty if none is."""
        if self._row and len(self._row) == self._row.maxlen:
            return f"the last {len(self._row)} articles all failed ({_told(self._row)})"
        full = len(self._window) == self._window.maxlen
        if self._share and full and self._failed > self._share * len(self._window):
            troubles = [trouble for trouble in self._window if trouble is not None]
            return f"{self._failed} of the last {len(self._window)} articles failed " + (
                f"({_told(troubles)})"
            )
        return ""


def _told(troubles: Iterable[Trouble]) -> str:
    """The most frequent causes: ``fingerprint undecodable 97, fingerprint invalid 3``."""
    counts = Counter(troubles).most_common()
    told = [f"{trouble.step} {trouble.reason} {count}" for trouble, count in counts[:SHOWN]]
    more = sum(count for _, count in counts[SHOWN:])
    return ", ".join([*told, f"others {more}"] if more else told)
