"""Faults that not every machine can have."""

from __future__ import annotations


class FaultUnavailableError(Exception):
    """This machine cannot have the fault; the message says what it lacks."""
