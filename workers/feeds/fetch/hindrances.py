"""What went wrong, in the words of a result."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp import http_exceptions

from workers.feeds.fetch.rules import Rules
from workers.feeds.fetch.targets import RefusedError
from workers.feeds.fetch.unpack import BrokenError, TooLargeError
from workers.feeds.fetched import Failed, FailureKind

_SAID = 200
_LONG = http_exceptions.LineTooLong
_CUT = (http_exceptions.ContentLengthError, http_exceptions.TransferEncodingError)


def failed(url: str, error: Exception, rules: Rules, whole: float | None = None) -> Failed:
    """The result that an error is; ``whole`` is set where the time for all of it was over."""
    kind, said = _told(error, rules, whole)
    return Failed(url, kind, f"{url} {said}")


def _told(error: Exception, rules: Rules, whole: float | None) -> tuple[FailureKind, str]:
    causes = tuple(_causes(error))
    match error:
        case RefusedError():
            return "refused", f"is not asked: {error}"
        case TooLargeError():
            return "too_large", f"is too large: {error}"
        case BrokenError():
            return "broken", f"cannot be read: {error}"
        case _ if whole is not None:
            return "timeout", f"took longer than {whole:g} s"
        case aiohttp.SocketTimeoutError():
            return "timeout", f"sent nothing for {rules.pause:g} s"
        case TimeoutError():
            return "timeout", f"could not be reached within {rules.connect:g} s"
        case aiohttp.ClientConnectorDNSError():
            return "unreachable", f"cannot be reached: no address for its host ({_os(error)})"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | ssl.SSLError():
            said = getattr(error, "certificate_error", None) or getattr(error, "os_error", error)
            return "unreachable", f"cannot be reached: TLS failed ({_short(said)})"
        case aiohttp.ClientConnectorError():
            return "unreachable", f"cannot be reached: {_os(error)}"
        case aiohttp.ServerDisconnectedError():
            return "unreachable", "closed the connection without an answer"
        case aiohttp.ClientPayloadError() if any(isinstance(cause, _CUT) for cause in causes):
            return "unreachable", "closed the connection before its answer was complete"
        case aiohttp.ClientPayloadError():
            return "broken", f"cannot be read: {_short(error)}"
        case aiohttp.ClientResponseError() if any(isinstance(cause, _LONG) for cause in causes):
            return "too_large", "has headers that are too large"
        case aiohttp.ClientResponseError() | http_exceptions.HttpProcessingError():
            return "broken", f"gives no answer in HTTP: {_short(error.message)}"
        case aiohttp.InvalidURL():
            return "refused", "is no address that can be asked"
        case OSError():
            return "unreachable", f"cannot be reached: {_os(error)}"
    return "broken", f"cannot be read: {_short(error)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _os(error: OSError) -> str:
    inner = getattr(error, "os_error", error)
    return _short(inner.strerror or inner)


def _short(said: object) -> str:
    text = " ".join(str(said).split()) or type(said).__name__
    return "".join(c for c in text if c.isprintable())[:_SAID]
