"""What an address asks for: where to connect, what to send, and what may be shown of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from yarl import URL

from workers.feeds.fetch.addresses import literal, refusal
from workers.feeds.fetch.rules import Rules
from workers.feeds.hosts import shared

_SHOWN = 300
_USER = re.compile(r"(?<=//)[^/?#\\]*@")
# Of a name as it is looked up: ASCII, since other scripts are encoded in it by now.
_NAME = re.compile(r"[0-9a-z_-]{1,63}(\.[0-9a-z_-]{1,63})*\.?")
DEFAULT_PORTS = {"http": 80, "https": 443}
# yarl raises the last one where nothing stands behind brackets before an at sign: http://[]@
_NO_ADDRESS = (ValueError, UnicodeError, IndexError)


class RefusedError(Exception):
    """An address that is not asked; the message says why and holds no credentials."""


@dataclass(frozen=True)
class Credentials:
    """A user and password, for one origin."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    origin: str


@dataclass(frozen=True)
class Target:
    """An address that may be asked, as far as the address itself tells."""

    url: URL
    """Without user, password and fragment; an IP address in its usual spelling."""
    credentials: Credentials | None = None

    @property
    def shown(self) -> str:
        """For results and messages."""
        return str(self.url)

    @property
    def origin(self) -> str:
        """Scheme, host and port: whom credentials and robots.txt belong to."""
        return str(self.url.origin())

    @property
    def host(self) -> str:
        """Whose turn it is: the host without what varies between addresses of one site."""
        return shared(self.url.raw_host or "")


def redacted(url: str) -> str:
    """Any text that is meant as an address, fit to be shown: no password, one line, not endless."""
    shown = _USER.sub("", url)
    if "@" in shown.partition("?")[0] and "//" not in shown:
        shown = shown.rpartition("@")[2]
    shown = "".join(c if c.isprintable() else "?" for c in shown[: _SHOWN + 1])
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def target(url: str | URL, rules: Rules) -> Target:
    """The target that an address names; RefusedError where it is none that may be asked."""
    shown = redacted(str(url))
    try:
        parts = URL(url) if isinstance(url, str) else url
        host, port, user, password = parts.raw_host, parts.port, parts.user, parts.password
        address = literal(host) if host else None
        if host and address is None and (len(host) > 254 or not _NAME.fullmatch(host)):
            raise ValueError(host)
        if user is not None and ":" in user:
            raise ValueError("a user's name has no colon (RFC 7617)")
    except _NO_ADDRESS:
        raise RefusedError(f"{shown} is no address that can be asked") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedError(f"{shown} is not asked: only http:// and https:// addresses are")
    if not host or port is None:
        raise RefusedError(f"{shown} names no host")
    if not rules.port_allowed(port):
        raise RefusedError(f"{shown} is not asked: port {port} is not allowed")
    if address is not None:
        if what := refusal(address, rules.networks):
            raise RefusedError(f"{shown} is not asked: {address} is {what}")
        parts = parts.with_host(str(address))
    bare = parts.with_user(None).with_fragment(None)
    if bare.raw_path == "/":
        bare = bare.with_path("/", keep_query=True)
    if user is None and password is None:
        return Target(bare)
    return Target(bare, Credentials(user or "", password or "", str(bare.origin())))


def with_credentials_of(url: str, earlier: str) -> str:
    """An address with the user and password of an earlier one, if it has the same origin.

    For a feed that moved: results hold no credentials, and another origin is not given them.
    """
    new, old = URL(url), URL(earlier)
    if new.origin() != old.with_user(None).origin():
        return url
    return str(new.with_user(old.user).with_password(old.password))


def onward(at: Target, location: str, rules: Rules) -> Target:
    """Where a redirect leads; RefusedError where that is not asked.

    Credentials go on to the origin that they were given for and to no other; those that a redirect
    itself carries are not taken.
    """
    # A header's bytes that are no UTF-8 arrive as lone surrogates.
    raw = location.encode("utf-8", "surrogateescape")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    try:
        url = at.url.join(URL(text.strip()))
    except _NO_ADDRESS:
        raise RefusedError(f"{at.shown} leads to {redacted(text)}, which is no address") from None
    try:
        return Target(target(url, rules).url, at.credentials)
    except RefusedError as error:
        raise RefusedError(f"{at.shown} leads on: {error}") from None
