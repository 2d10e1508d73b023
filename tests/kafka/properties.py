"""The ``server.properties`` of a test node: its listeners, and how clients may come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.kafka.certificates import Certificates
from workers.runtime.broker import free_port

USER = "desk"
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_PROTOCOLS = {
    "PLAINTEXT": "PLAINTEXT",
    "INTERNAL": "PLAINTEXT",
    "CONTROLLER": "PLAINTEXT",
    "SECURED": "SASL_SSL",
    "MUTUAL": "SSL",
    "OPEN": "SASL_PLAINTEXT",
}


@dataclass(frozen=True)
class Listeners:
    """The ports of one node on 127.0.0.1, by listener."""

    ports: Mapping[str, int] = field(
        default_factory=lambda: {name: free_port() for name in _PROTOCOLS}
    )

    def address(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"


def properties(
    *,
    number: int,
    listeners: Listeners,
    voters: Mapping[int, str],
    advertised: str | None,
    certificates: Certificates,
    data: Path,
) -> dict[str, str]:
    """Settings of a broker that is a controller as well.

    ``voters`` are all nodes' controller addresses by node number, ``advertised`` is what clients of
    the PLAINTEXT listener are told instead of its address; brokers talk by INTERNAL.
    """
    copies = str(len(voters))
    settings = {
        "process.roles": "broker,controller",
        "node.id": str(number),
        "controller.quorum.voters": ",".join(f"{n}@{address}" for n, address in voters.items()),
        "listeners": _listed(listeners, tuple(_PROTOCOLS)),
        "advertised.listeners": _listed(
            listeners,
            tuple(name for name in _PROTOCOLS if name != "CONTROLLER"),
            {"PLAINTEXT": advertised} if advertised else {},
        ),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INTERNAL",
        "listener.security.protocol.map": ",".join(f"{n}:{p}" for n, p in _PROTOCOLS.items()),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificates.broker),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates.authority),
        "listener.name.mutual.ssl.client.auth": "required",
        "log.dirs": str(data),
        # Half of a small heap by default: a node that came back to many segments ran out of it.
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        # 15 s by default, for which a test would wait.
        "log.cleaner.backoff.ms": "500",
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "false",
        "group.min.session.timeout.ms": "1000",
    }
    for listener in ("secured", "open"):
        settings[f"listener.name.{listener}.sasl.enabled.mechanisms"] = ",".join(MECHANISMS)
        for mechanism in MECHANISMS:
            name = f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config"
            settings[name] = _SCRAM
    return settings


def _listed(
    listeners: Listeners, names: tuple[str, ...], instead: Mapping[str, str] | None = None
) -> str:
    instead = instead or {}
    return ",".join(f"{name}://{instead.get(name) or listeners.address(name)}" for name in names)
