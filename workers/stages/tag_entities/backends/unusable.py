"""Why a model cannot be used."""

from __future__ import annotations


class UnusableModel(ValueError):  # noqa: N818 - it is what the model is, not how we fail
    """A model that is not there or cannot be loaded; the message says what to do about it."""
