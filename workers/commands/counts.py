"""Counts on the command line."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """A whole number from 1 on; ArgumentTypeError for anything else."""
    return _whole(text, 1)


def zero_or_more(text: str) -> int:
    """A whole number from 0 on; ArgumentTypeError for anything else."""
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
    return number
