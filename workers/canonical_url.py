"""One URL for the many under which an article is linked; never touches the network.

The generic syntax is normalised as in RFC 3986 (section 6.2) and the host as in RFC 5891; the
parameters that only say how a reader came are dropped by classes, see ``tracking_parameters``.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

import xxhash

from workers.tracking_parameters import is_tracking
from workers.utf8 import encode

LONGEST = 8192
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]*")
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
"""Nothing to decode, no session, no dot segments; so are most."""
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "%!$&'()*+,;=:@/"
_QUERY_SAFE = "%!$'()*,;:@/?"


def canonical_url(url: str) -> str | None:
    """The URL without what does not name the article, or None if it is not an http(s) URL.

    Gone: tracking parameters and session ids, fragment, user, default port, trailing slashes and
    dots, dot segments. Made uniform: case of scheme and host, IDN (as ``xn--``), percent-encoding,
    order of parameters. Idempotent.
    """
    url = url.strip()
    if len(url) > LONGEST:
        return None
    try:
        url.encode("utf-8")
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme not in _DEFAULT_PORTS:
            return None
        host = _host(parts.hostname or "")
        port = parts.port
        path = _path(parts.path)
        query = _query(parts.query)
    except ValueError:
        return None
    if host is None:
        return None
    authority = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    return f"{scheme}://{authority}{path}" + (f"?{query}" if query else "")


def url_id(canonical: str) -> str:
    """The id of an article that has a canonical URL and no id; the same for http and https."""
    return "url-" + xxhash.xxh3_128_hexdigest(encode(canonical.partition("://")[2]))


def _host(name: str) -> str | None:
    if ":" in name:
        address = ipaddress.IPv6Address(name)
        return None if address.scope_id else f"[{address}]"
    name = unicodedata.normalize("NFKC", unquote(name)).lower().replace("\u3002", ".")
    labels = [_ascii_label(label) for label in name.strip(".").split(".")]
    host = ".".join(labels)
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + unicodedata.normalize("NFC", label).encode("punycode").decode("ascii")


def _path(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path):
        return "/" + path.strip("/")
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        name = _encode(_without_session(segment), _PATH_SAFE)
        if name == "..":
            del kept[-1:]
        elif name != ".":
            kept.append(name)
    return "/" + "/".join(kept).rstrip("/")


def _without_session(segment: str) -> str:
    name, *parameters = segment.split(";")
    return ";".join([name, *(p for p in parameters if not is_tracking(*_pair(p)))])


def _query(query: str) -> str:
    kept = []
    for parameter in query.split("&"):
        while parameter.lower().startswith("amp;"):  # an escaped ampersand copied from a page
            parameter = parameter[4:]
        if parameter.strip("=") and not is_tracking(*_pair(parameter)):
            name, equals, value = parameter.replace("+", "%20").partition("=")
            kept.append((_encode(name, _QUERY_SAFE), equals, _encode(value, _QUERY_SAFE + "=")))
    return "&".join("".join(parameter) for parameter in sorted(kept, key=lambda item: item[0]))


def _pair(parameter: str) -> tuple[str, str]:
    name, _, value = parameter.partition("=")
    return unquote(name).strip().lower(), unquote(value).strip().lower()


def _encode(text: str, safe: str) -> str:
    """Percent-encode what must be, decode what need not be, with capital digits."""
    if _PLAIN.fullmatch(text):
        return text
    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text)
    return quote(_ESCAPE.sub(_plain, text), safe=safe)


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
