"""A broker that lets nobody in: what is told about it, without a broker."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError

from tests.conftest import REQUIRE_KAFKA
from tests.kafka.certificates import Certificates
from tests.kafka.jars import KafkaUnavailableError
from workers.runtime import diagnosis
from workers.runtime.broker import free_port
from workers.runtime.connection import tls
from workers.runtime.unreachable import UnreachableError
from workers.settings import SettingsError, load

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
FAILED = KafkaConnectionError("Unable to bootstrap")


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def no_brokers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak Kafka, as a node does that the controller has not let in yet: an empty cluster."""
    versions = struct.pack(">hihhhhhh", 0, 2, 18, 0, 0, 3, 0, 0)
    metadata = struct.pack(">ii", 0, 0)
    for answer in (versions, metadata):
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        request = await reader.readexactly(size)
        writer.write(struct.pack(">i", 4 + len(answer)) + request[4:8] + answer)
    writer.close()


def told(serve: Serve, **variables: str) -> UnreachableError:
    """What is said of a server that does this to whoever connects."""

    async def ask() -> UnreachableError:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            return await diagnosis.diagnose(load(variables, bootstrap=address), FAILED)
        finally:
            server.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_a_silent_server_is_given_up(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "VISIT_SECONDS", 0.3)
    error = told(silence, COPYDESK_SECURITY_PROTOCOL=protocol)
    assert "did not answer within" in error.what
    assert protocol in error.advice


@pytest.mark.parametrize(
    ("serve", "protocol", "expected"),
    [
        (hang_up, "PLAINTEXT", "it may want TLS"),
        (web, "PLAINTEXT", "it may want TLS"),
        (hang_up, "SSL", "it may have no TLS"),
        (web, "SSL", "speaks TLS"),
    ],
)
def test_a_server_that_is_no_broker(serve: Serve, protocol: str, expected: str) -> None:
    error = told(serve, COPYDESK_SECURITY_PROTOCOL=protocol)
    assert expected in error.advice
    assert "COPYDESK_SECURITY_PROTOCOL" in error.advice
    assert "127.0.0.1:" in error.what


def test_a_cluster_without_brokers_is_no_crash() -> None:
    error = told(no_brokers)
    assert "answers, but has no broker" in error.what
    assert "try again" in error.advice


@pytest.mark.parametrize("name", ["kafka..example", ".kafka", "k" * 64])
def test_a_name_that_no_host_can_have_is_told_as_such(name: str) -> None:
    error = asyncio.run(diagnosis.diagnose(load({"COPYDESK_BOOTSTRAP": f"{name}:9092"}), FAILED))
    assert error.what == f"the host name {name} is not known"
    assert error.advice == "check COPYDESK_BOOTSTRAP"


def test_every_address_is_told_with_its_own_reason() -> None:
    port = free_port()
    settings = load({"COPYDESK_BOOTSTRAP": f"127.0.0.1:{port},nobody.invalid:9092"})
    error = asyncio.run(diagnosis.diagnose(settings, FAILED))
    assert f"nothing listens at 127.0.0.1:{port}" in error.what
    assert "the host name nobody.invalid is not known" in error.what


def test_files_that_are_no_certificates_are_told_before_anything_connects(tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("not a certificate")
    for file in (text, tmp_path / "missing.pem"):
        with pytest.raises(SettingsError, match=f"COPYDESK_SSL_CA names '{file}'"):
            tls(load({"COPYDESK_SECURITY_PROTOCOL": "SSL", "COPYDESK_SSL_CA": str(file)}))


def test_of_two_files_the_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    there = tmp_path / "there.pem"
    there.write_text("not a certificate")
    ssl = {"COPYDESK_SECURITY_PROTOCOL": "SSL"}
    variables = {"COPYDESK_SSL_CERTIFICATE": "absent.pem", "COPYDESK_SSL_KEY": str(there)}
    with pytest.raises(SettingsError, match=r"COPYDESK_SSL_CERTIFICATE names 'absent.pem', which"):
        tls(load(ssl | variables))
    # A key may stand where its path should.
    for key in ("MIIhunter2", "/hunter2", "MIIhunter2" * 500):
        variables = {"COPYDESK_SSL_CERTIFICATE": str(there), "COPYDESK_SSL_KEY": key}
        with pytest.raises(SettingsError, match="COPYDESK_SSL_KEY names what is no") as error:
            tls(load(ssl | variables))
        assert "hunter2" not in str(error.value)


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    try:
        made = Certificates(tmp_path / "certificates")
    except KafkaUnavailableError as error:
        if REQUIRE_KAFKA:
            raise
        pytest.skip(str(error))
    locked = made.locked_key(made.client_key, "passphrase")
    variables = {
        "COPYDESK_SECURITY_PROTOCOL": "SSL",
        "COPYDESK_SSL_CERTIFICATE": str(made.client),
        "COPYDESK_SSL_KEY": str(locked),
    }
    with pytest.raises(SettingsError, match="the key has a passphrase"):
        tls(load(variables))
