"""Why no broker lets us in, in words.

A client says no more than that it could not connect, and logs the reason. So where one has failed,
every address is tried once more by hand, and what comes back is told with the setting to change.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable, Iterator

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from workers.runtime.connection import client_arguments
from workers.runtime.unreachable import UnreachableError
from workers.setting_rules import host_and_port
from workers.settings import FILE_SUFFIX, Settings, variable

VISIT_SECONDS = 10.0
WRONG_NAME = (62, 64)
"""OpenSSL's verify codes for a certificate of another host name, or another IP address."""
CLIENT_ERRORS = (KafkaError, OSError, ValueError)
"""What a client's start may raise; ValueError: the broker failed to prove itself (SCRAM)."""

Address = tuple[str, int]


async def diagnose(settings: Settings, error: BaseException) -> UnreachableError:
    """What to tell a user whose client failed with ``error``; takes VISIT_SECONDS twice at most."""
    named = [host_and_port(address) for address in settings.bootstrap.split(",")]
    answers = await asyncio.gather(*(_visit(settings, address) for address in named))
    brokers = {broker for answer in answers if isinstance(answer, list) for broker in answer}
    if not brokers:
        return _together(
            answer if isinstance(answer, UnreachableError) else _without_brokers(address)
            for address, answer in zip(named, answers, strict=True)
        )
    further = await asyncio.gather(*(_visit(settings, address) for address in sorted(brokers)))
    refused = [answer for answer in further if isinstance(answer, UnreachableError)]
    if not refused:
        return UnreachableError(
            f"Kafka at {settings.bootstrap} did not do as it was asked ({error})",
            "it answers now: try again",
        )
    told = _together(refused)
    return UnreachableError(
        f"Kafka at {settings.bootstrap} answers, but sends its clients elsewhere, and there: "
        f"{told.what}",
        f"{told.advice}; where brokers send their clients is their advertised.listeners",
    )


def _together(refusals: Iterable[UnreachableError]) -> UnreachableError:
    """All that was found, with the advice that goes with the first of it."""
    found = list(refusals)
    return UnreachableError("; ".join(dict.fromkeys(one.what for one in found)), found[0].advice)


def _without_brokers(address: Address) -> UnreachableError:
    return UnreachableError(
        f"{_shown(address)} answers, but has no broker to send a client to",
        "while Kafka starts that may be so: try again, and look at its log if it stays so",
    )


async def _visit(settings: Settings, address: Address) -> list[Address] | UnreachableError:
    """Go in and ask for the brokers' addresses."""
    arguments = client_arguments(settings)
    del arguments["bootstrap_servers"]
    try:
        async with asyncio.timeout(VISIT_SECONDS):
            connection = await create_conn(
                *address, request_timeout_ms=int(VISIT_SECONDS * 1000), **arguments
            )
            try:
                answer = await connection.send(MetadataRequest([]))
            finally:
                connection.close()
    except CLIENT_ERRORS as error:
        return UnreachableError(*_explained(settings, address, error))
    return [(broker[1], broker[2]) for broker in answer.brokers]


def _explained(settings: Settings, address: Address, error: BaseException) -> tuple[str, str]:
    """What went wrong at an address, and what to do about it."""
    where = _shown(address)
    protocol = variable("security_protocol")
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _explained_tls(settings, where, cause)
    match error:
        case SaslAuthenticationFailed():
            return (
                f"{where} refused user {settings.sasl_username!r} with this password "
                f"({settings.sasl_mechanism})",
                f"check {variable('sasl_username')}, {variable('sasl_password')} (or "
                f"{variable('sasl_password')}{FILE_SUFFIX}), and that the user has a password for "
                f"{variable('sasl_mechanism')}",
            )
        case UnsupportedSaslMechanismError():
            return (
                f"{where} does not take passwords by {settings.sasl_mechanism}",
                f"set {variable('sasl_mechanism')} to one that it takes",
            )
        case IllegalSaslStateError():
            without = "SSL" if settings.security_protocol == "SASL_SSL" else "PLAINTEXT"
            return f"{where} wants no password", f"set {protocol} to {without}"
        case socket.gaierror() | UnicodeError():  # the latter of a name that cannot be one
            return f"the host name {address[0]} is not known", f"check {variable('bootstrap')}"
        case ValueError() if settings.sasl_password:
            return (
                f"{where} could not prove that it knows the password of {settings.sasl_username!r}",
                f"check that {where} is a broker of yours",
            )
        case ConnectionRefusedError():
            return (
                f"nothing listens at {where}",
                f"start Kafka there, or set {variable('bootstrap')}",
            )
        case TimeoutError():
            return (
                f"{where} did not answer within {VISIT_SECONDS:.0f} s",
                f"check {variable('bootstrap')}, {protocol} ({settings.security_protocol}) and the "
                "network between",
            )
        case OSError() if error.errno is not None and not isinstance(error, ConnectionError):
            return f"{where} cannot be reached: {error.strerror}", f"check {variable('bootstrap')}"
    return _closed(settings, where)


def _explained_tls(settings: Settings, where: str, error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        if error.verify_code in WRONG_NAME:
            return (
                f"the certificate of {where} is not for that name: {said}",
                f"in {variable('bootstrap')} call the broker what its certificate calls it",
            )
        trusted = f"those in {settings.ssl_ca}" if settings.ssl_ca else "those of this system"
        return (
            f"the certificate of {where} is not trusted: {said} (authorities: {trusted})",
            f"set {variable('ssl_ca')} to the PEM file of the authority that signs the brokers' "
            "certificates",
        )
    reason = error.reason or ""
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        shown = (
            f"the client certificate {settings.ssl_certificate}"
            if settings.ssl_certificate
            else "a client without a certificate"
        )
        return (
            f"{where} refused {shown} ({reason.lower().replace('_', ' ')})",
            f"set {variable('ssl_certificate')} and {variable('ssl_key')} to a certificate that "
            "the brokers trust, and its key",
        )
    return (
        f"{where} and we do not agree on TLS ({reason.lower().replace('_', ' ') or error})",
        f"check that {where} speaks TLS, or set {variable('security_protocol')}",
    )


def _closed(settings: Settings, where: str) -> tuple[str, str]:
    """The broker hung up without a word; what that may mean depends on what we spoke."""
    spoken = settings.security_protocol
    means = {
        "PLAINTEXT": "it may want TLS (SSL) or a password (SASL_SSL)",
        "SASL_PLAINTEXT": "it may want TLS (SASL_SSL)",
        "SSL": "it may have no TLS (PLAINTEXT), want a password (SASL_SSL), or want "
        f"{'another' if settings.ssl_certificate else 'a'} client certificate "
        f"({variable('ssl_certificate')})",
        "SASL_SSL": "it may have no TLS, or want a client certificate "
        f"({variable('ssl_certificate')})",
    }
    return (
        f"{where} closed the connection when we spoke {spoken}",
        f"{means[spoken]}: check {variable('security_protocol')} and the port",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _shown(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
