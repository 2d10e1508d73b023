"""Fetch one web page, within limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp

from topics.headers import rfc3339
from topics.records import MediaType
from workers import __version__
from workers.pages.charset import text_of

REDIRECTS = 5
SECONDS = 20.0
USER_AGENT = f"copydesk/{__version__}"
_TYPES: dict[str, MediaType] = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
}
_PIECE = 64 * 1024


class FetchError(Exception):
    """There is no page to be had at an address; the message says which address and why."""


@dataclass(frozen=True)
class Fetched:
    """A page or text from the web."""

    url: str
    """Where it was in the end, without a password."""
    redirected: bool
    content: str
    media_type: MediaType | None
    """None where the server did not say."""
    fetched_at: str


async def fetch(url: str, *, limit: int, seconds: float = SECONDS) -> Fetched:
    """One GET of an http or https address; FetchError for anything that is no page.

    ``limit`` is in bytes as unpacked; ``seconds`` is for all of it, redirects included.
    """
    _check(url)
    timeout = aiohttp.ClientTimeout(total=seconds)
    headers = {"User-Agent": USER_AGENT, "Accept": "text/html, application/xhtml+xml, text/plain"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.get(url, max_redirects=REDIRECTS) as answer,
        ):
            media_type = _accepted(url, answer)
            data = await _body(url, answer, limit)
            content = text_of(data, answer.charset)
            shown = str(answer.url.with_user(None))
            redirected = bool(answer.history)
    except aiohttp.TooManyRedirects:
        raise FetchError(f"{url} leads on more than {REDIRECTS} times") from None
    except aiohttp.NonHttpUrlClientError as error:
        raise FetchError(f"{url} leads to {error}, which is no http or https address") from None
    except aiohttp.InvalidURL as error:
        raise FetchError(f"{url} is no address, or leads to one that is none: {error}") from None
    except TimeoutError:
        raise FetchError(f"{url} took longer than {seconds:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(f"{url} cannot be fetched: {error or type(error).__name__}") from None
    if content is None:
        raise FetchError(f"{url} is no page: its {len(data):,} bytes are no text")
    return Fetched(shown, redirected, content, media_type, rfc3339(datetime.now(UTC)))


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise FetchError(f"{url} is not fetched: only http:// and https:// addresses are")


def _accepted(url: str, answer: aiohttp.ClientResponse) -> MediaType | None:
    if answer.status != 200:
        raise FetchError(
            f"{url} gives no page: status {answer.status} {answer.reason or ''}".strip()
        )
    if "Content-Type" not in answer.headers:
        return None
    if answer.content_type not in _TYPES:
        raise FetchError(f"{url} is no page but {answer.content_type}")
    return _TYPES[answer.content_type]


async def _body(url: str, answer: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        data += piece
        if len(data) > limit:
            raise FetchError(
                f"{url} has more than {limit:,} bytes, the most that an article may have "
                "(COPYDESK_ARTICLE_LIMIT)"
            )
    return bytes(data)
