"""Counts on the command line."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """A whole number from 1 on; ArgumentTypeError for anything else."""
    return _whole(text, 1)


def zero_or_more(text: str) -> int:
    """A whole number from 0 on; ArgumentTypeError for anything else."""
    return _whole(text, 0)


def rate(text: str) -> float:
    """Records a second; ArgumentTypeError for what is none."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0.01 <= value <= 100_000:  # NaN fails this as well
        raise argparse.ArgumentTypeError(f"{text!r} must be from 0.01 to 100000 records a second")
    return value


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
    return number
