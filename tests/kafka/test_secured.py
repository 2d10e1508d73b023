"""Kafka over TLS with passwords and client certificates, through the true command line.

Everything runs at COPYDESK_LOG_LEVEL=debug, and what any command says is searched for the password.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.deployment import Deployment, copydesk, raw, wait_for
from tests.kafka import access
from tests.kafka.node import Node
from topics import catalog
from workers.settings import load

pytestmark = pytest.mark.kafka

WRONG_PASSWORD = "not-the-one-of-this-user"
Variables = Mapping[str, str]
Ways = Callable[[Node], Variables]


@dataclass
class Desk:
    """The command line on the node, with what a user would set."""

    node: Node
    prefix: str

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command; its output may hold no password."""
        done = copydesk(
            *arguments,
            input=None,
            COPYDESK_LOG_LEVEL="debug",
            COPYDESK_TOPIC_PREFIX=self.prefix,
            COPYDESK_PROCESSES="1",
            COLUMNS="1000",
            **variables,
        )
        said = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )
        without_secrets(self.node, said.stdout + said.stderr)
        assert "Traceback" not in said.stdout + said.stderr, said.stderr
        return said


def without_secrets(node: Node, text: str) -> None:
    """Fail if a password is in a text, plain or in the forms in which it travels."""
    for password in (node.password, WRONG_PASSWORD):
        token = f"\0{node.user}\0{password}"
        forms = [password, quote(password), repr(password.encode())[2:-1]]
        forms += [
            base64.b64encode(word.encode()).decode().rstrip("=")[:-1] for word in (password, token)
        ]
        forms += [password.encode().hex()]
        assert not [form for form in forms if form in text]


@pytest.fixture
def desk(kafka: Node, tmp_path: Path) -> Desk:
    return Desk(kafka, f"{tmp_path.name.replace('_', '-')}.")


@pytest.fixture
def password_file(kafka: Node, tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "password"
    file.write_text(kafka.password + "\n")
    yield file
    file.unlink()


def scram_512(node: Node) -> Variables:
    return access.scram(node, "SCRAM-SHA-512")


def scram_256(node: Node) -> Variables:
    return access.scram(node, "SCRAM-SHA-256")


@pytest.mark.parametrize("way", [scram_512, scram_256, access.mutual])
def test_the_whole_pipeline(way: Ways, desk: Desk, tmp_path: Path) -> None:
    variables = dict(way(desk.node))
    address = variables.pop("COPYDESK_BOOTSTRAP")
    source, output = tmp_path / "articles.jsonl", tmp_path / "enriched.jsonl"
    source.write_bytes(
        b"\n".join(raw(f"a{number}", f"The ferry {number} left on time.") for number in range(3))
    )
    created = desk("topics", "create", "--bootstrap", address, **variables)
    assert created.returncode == 0, created.stderr
    assert created.stdout.count("created") == len(catalog.TOPICS)
    ran = desk(*("run", str(source), "--bootstrap", address, "--output", str(output)), **variables)
    assert ran.returncode == 0, ran.stderr
    written = [json.loads(line)["id"] for line in output.read_text().splitlines()]
    assert sorted(written) == ["a0", "a1", "a2"]
    found = desk("doctor", "--settings", "--bootstrap", address, **variables)
    assert found.returncode == 0, found.stdout
    assert f"answers at {address} ({variables['COPYDESK_SECURITY_PROTOCOL']})" in found.stdout
    assert "right to write" in found.stdout


def test_a_worker_with_its_password_from_a_file_says_it_nowhere(
    desk: Desk, password_file: Path
) -> None:
    variables = access.scram(desk.node, password_file=password_file)
    settings = load(
        {
            **variables,
            "COPYDESK_TOPIC_PREFIX": desk.prefix,
            "COPYDESK_PROCESSES": "1",
            "COPYDESK_LOG_LEVEL": "debug",
            "COPYDESK_INSTANCE": "a",
        }
    )
    assert settings.sasl_password == desk.node.password
    with Deployment(settings) as deployment:
        worker = deployment.start("deduplicate")
        (arrival,) = deployment.produce([raw("a", "The ferry left on time.")])
        wait_for(lambda: bool(deployment.read(catalog.UNIQUE)[catalog.UNIQUE.name]), 120)
        answers = [worker.metrics(), *(json.dumps(worker.health(p)) for p in ("live", "ready"))]
        # One more with its name ends it with everything that it has to say.
        other = deployment.start("deduplicate", wait=False)
        assert worker.process.wait(120) == 70
        assert "PlaceLostError" in worker.said()
        deployment.until_ready(other)
        assert other.stop() == 0
        for text in (*answers, worker.said(), other.said()):
            without_secrets(desk.node, text)
    assert arrival.topic == settings.topic(catalog.RAW.name)


def wrong_password(node: Node) -> Variables:
    return {**access.scram(node), "COPYDESK_SASL_PASSWORD": WRONG_PASSWORD}


def wrong_mechanism(node: Node) -> Variables:
    return access.scram(node, "PLAIN")


def unknown_authority(node: Node) -> Variables:
    return {**access.scram(node), "COPYDESK_SSL_CA": str(node.certificates.unknown_authority)}


def wrong_host_name(node: Node) -> Variables:
    at = f"localhost:{node.listeners.ports['SECURED']}"
    return {**access.scram(node), "COPYDESK_BOOTSTRAP": at}


def no_client_certificate(node: Node) -> Variables:
    return {
        **access.mutual(node),
        "COPYDESK_SSL_CERTIFICATE": "",
        "COPYDESK_SSL_KEY": "",
    }


def certificate_of_a_stranger(node: Node) -> Variables:
    return {
        **access.mutual(node),
        "COPYDESK_SSL_CERTIFICATE": str(node.certificates.stranger),
        "COPYDESK_SSL_KEY": str(node.certificates.stranger_key),
    }


def no_tls(node: Node) -> Variables:
    return {"COPYDESK_BOOTSTRAP": node.sasl_ssl}


def tls_without_a_password(node: Node) -> Variables:
    return {**access.mutual(node), "COPYDESK_BOOTSTRAP": node.sasl_ssl}


def password_in_the_clear(node: Node) -> Variables:
    return access.open_password(node)


@pytest.mark.parametrize(
    ("way", "what", "advice"),
    [
        (wrong_password, "refused user 'desk' with this password", "COPYDESK_SASL_PASSWORD"),
        (wrong_mechanism, "does not take passwords by PLAIN", "COPYDESK_SASL_MECHANISM"),
        (unknown_authority, "is not trusted", "COPYDESK_SSL_CA"),
        (wrong_host_name, "is not for that name", "COPYDESK_BOOTSTRAP"),
        # Where the broker hangs up before its reason is read, both are thought of.
        (no_client_certificate, "", "COPYDESK_SSL_CERTIFICATE"),
        (certificate_of_a_stranger, "", "COPYDESK_SSL_CERTIFICATE"),
        (no_tls, "closed the connection when we spoke PLAINTEXT", "it may want TLS"),
        (tls_without_a_password, "closed the connection when we spoke SSL", "want a password"),
        (password_in_the_clear, "without TLS", "COPYDESK_ALLOW_PLAIN_PASSWORD=true"),
    ],
)
def test_who_is_not_let_in_is_told_what_where_and_what_to_do(
    way: Ways, what: str, advice: str, desk: Desk
) -> None:
    variables = way(desk.node)
    done = desk("topics", "list", **variables)
    assert done.returncode == 2
    assert what in done.stderr
    assert advice in done.stderr
    if way is not password_in_the_clear:
        assert variables["COPYDESK_BOOTSTRAP"] in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        ("topics", "create"),
        ("worker", "claim"),
        ("produce", "--samples"),
        ("run",),
        ("tail", "enriched"),
        ("dead-letters", "list"),
        ("dead-letters", "replay"),
        ("trace", "a"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_every_command_tells_of_a_refused_password(command: tuple[str, ...], desk: Desk) -> None:
    # Without an address on the command line, run would start a broker of its own.
    named = ("--bootstrap", desk.node.sasl_ssl) if command == ("run",) else ()
    done = desk(*command, *named, **wrong_password(desk.node))
    assert done.returncode == (1 if command == ("doctor",) else 2)
    said = done.stdout + done.stderr
    assert f"{desk.node.sasl_ssl} refused user 'desk' with this password" in said
    assert "COPYDESK_SASL_PASSWORD" in said


def test_a_password_in_the_clear_is_sent_only_where_that_is_allowed(desk: Desk) -> None:
    variables = access.open_password(desk.node)
    refused = desk("worker", "claim", **variables)
    assert refused.returncode == 2
    assert "sends the password without TLS" in refused.stderr
    allowed = desk("topics", "create", COPYDESK_ALLOW_PLAIN_PASSWORD="true", **variables)
    assert allowed.returncode == 0, allowed.stderr
