"""Kafka cannot be reached as the settings say."""

from __future__ import annotations


class UnreachableError(Exception):
    """No broker lets us in: ``what`` went wrong and where, and what to do about it."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}; {advice}")
        self.what = what
        self.advice = advice
