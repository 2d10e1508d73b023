"""Which host an address names, and which hosts are one server."""

from __future__ import annotations

from urllib.parse import urlsplit

from yarl import URL

_WWW = "www."


def host_of(url: str) -> str:
    """The host to which a request for this address goes; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def site_of(url: str) -> str:
    """Whose turn a request for this address takes; see ``shared``."""
    host = host_of(url)
    if not host.isascii():
        try:
            host = URL(url).raw_host or ""
        except ValueError:
            return host
    return shared(host)


def shared(host: str) -> str:
    """The name under which a host takes its turns: with and without ``www.`` it is one server.

    So it is nearly everywhere, and where it is not, each waits a little longer than it must.
    """
    return host.lower().rstrip(".").removeprefix(_WWW)
