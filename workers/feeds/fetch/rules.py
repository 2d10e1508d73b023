"""How the client behaves: who it says it is, whom it asks, how long it waits."""

from __future__ import annotations

from dataclasses import dataclass

from workers import __version__
from workers.feeds.fetch.addresses import Network

STANDARD_PORTS = (80, 443)


@dataclass(frozen=True)
class Rules:
    """All that can be set about fetching."""

    contact: str | None = None
    """An address of a page or mailbox where a site's owner reaches whoever runs this."""
    product: str = "copydesk"
    """What ``robots.txt`` may name."""
    version: str = __version__
    networks: tuple[Network, ...] = ()
    """Networks that are allowed although they are not public: intranets, tests."""
    ports: tuple[int, ...] = ()
    """Allowed beside 80 and 443."""
    delay: float = 2.0
    """Seconds between the end of a request to a host and the start of the next."""
    connect: float = 10.0
    """Seconds for finding and for reaching an address, each."""
    pause: float = 20.0
    """Seconds that may pass without a byte."""
    whole: float = 60.0
    """Seconds for an answer with its redirects; waiting for a turn is not counted."""
    redirects: int = 5
    connections: int = 64
    """Open requests, all hosts together."""
    retry_after: float = 7 * 86_400.0
    """The longest wait that a server's ``Retry-After`` is believed."""
    overloaded: float = 60.0
    """Seconds that a host is left alone which is overloaded (429, 503) and names no time; twice as
    long after each further such answer in a row."""
    longest_overloaded: float = 3600.0
    robots: bool = True
    """Whether ``robots.txt`` is asked and obeyed."""
    robots_kept: float = 86_400.0
    """Seconds that a ``robots.txt`` is believed."""
    robots_retry: float = 600.0
    """Seconds that a site is left alone whose ``robots.txt`` could not be had."""
    crawl_delay: float = 60.0
    """The longest ``Crawl-delay`` that is kept to; a longer one is kept to this far."""

    def __post_init__(self) -> None:
        if not self.user_agent.isascii() or not self.user_agent.isprintable():
            raise ValueError("the contact is sent in a header: printable ASCII only")

    @property
    def user_agent(self) -> str:
        """The ``User-Agent`` header: the truth."""
        said = f"{self.product}/{self.version}"
        return f"{said} (+{self.contact})" if self.contact else said

    def port_allowed(self, port: int) -> bool:
        """Whether a port is asked at all."""
        return port in STANDARD_PORTS or port in self.ports
