"""How every client reaches Kafka: one place for addresses, TLS and passwords."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from faust import SASLCredentials, SSLCredentials

from workers.settings import Settings, SettingsError, variable


def client_arguments(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for any aiokafka client."""
    arguments: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap.split(","),
        "security_protocol": settings.security_protocol,
        "ssl_context": tls(settings),
    }
    if settings.security_protocol.startswith("SASL"):
        arguments |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password,
        }
    return arguments


def faust_arguments(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for a Faust app; a password goes without TLS only where that is allowed."""
    arguments: dict[str, Any] = {
        "broker": [f"kafka://{address}" for address in settings.bootstrap.split(",")]
    }
    context = tls(settings)
    if settings.security_protocol.startswith("SASL"):
        arguments["broker_credentials"] = SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    elif context is not None:
        arguments["broker_credentials"] = SSLCredentials(context)
    return arguments


def tls(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context, host names checked, or None where the protocol has no TLS."""
    if "SSL" not in settings.security_protocol:
        return None
    _readable(variable("ssl_ca"), settings.ssl_ca)
    _readable(variable("ssl_certificate"), settings.ssl_certificate)
    _readable(variable("ssl_key"), settings.ssl_key, secret=True)
    try:
        context = ssl.create_default_context(cafile=settings.ssl_ca or None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"{variable('ssl_ca')} names {settings.ssl_ca!r}, which is no PEM certificate: {error}"
        ) from None
    if settings.ssl_certificate:
        try:
            context.load_cert_chain(
                settings.ssl_certificate, settings.ssl_key, password=_no_passphrase
            )
        except (OSError, ssl.SSLError, _EncryptedError) as error:
            raise SettingsError(
                f"{variable('ssl_certificate')} ({settings.ssl_certificate}) and "
                f"{variable('ssl_key')} ({settings.ssl_key}) cannot be used: {error}"
            ) from None
    return context


def _readable(name: str, path: str, *, secret: bool = False) -> None:
    """SettingsError unless it is empty or a file to be read; what is no path may be a key."""
    if not path:
        return
    try:
        with Path(path).open("rb"):
            return
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such path"
        is_path = isinstance(error, PermissionError | IsADirectoryError)
    shown = repr(path) if is_path or not secret else "what is no file"
    raise SettingsError(f"{name} names {shown}, which cannot be read: {why}")


class _EncryptedError(Exception):
    pass


def _no_passphrase() -> str:
    """Refuse, where OpenSSL would ask whoever sits at the terminal and wait."""
    raise _EncryptedError("the key has a passphrase; give a key without one, in a file of your own")
