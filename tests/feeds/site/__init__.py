"""A web server for tests of feeds; ``python -m tests.feeds.site`` serves it to other processes."""

from tests.feeds.site.site import Seen, Site

__all__ = ["Seen", "Site"]
