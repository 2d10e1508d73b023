"""A fixture that the tests of the claim share."""

from __future__ import annotations

import pytest

from workers.stages.deduplicate import WindowedSeenStore


@pytest.fixture
def store() -> WindowedSeenStore:
    """One that knows nothing."""
    return WindowedSeenStore()
