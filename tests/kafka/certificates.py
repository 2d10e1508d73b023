"""Throw-away certificates for the listeners of a test node, made with the ``openssl`` command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.kafka.jars import KafkaUnavailableError

DAYS = "2"
EXTENSIONS = """
[req]
distinguished_name = subject
prompt = no
[subject]
CN = copydesk test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[broker]
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Certificates:
    """An authority, a broker named only 127.0.0.1, a client; and an authority of nobody here."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            raise KafkaUnavailableError("openssl is not installed (it makes the certificates)")
        folder.mkdir(mode=0o700)
        self._folder = folder
        self._extensions = folder / "extensions.cnf"
        self._extensions.write_text(EXTENSIONS, "ascii")
        self.authority = self._self_signed("authority")
        self.unknown_authority = self._self_signed("unknown-authority")
        self.client, self.client_key = self._signed("client", self.authority)
        self.stranger, self.stranger_key = self._signed(
            "stranger", self.unknown_authority, kind="client"
        )
        self.broker = folder / "broker-chain.pem"
        """The broker's key and certificate in one file, as Kafka wants them."""
        certificate, key = self._signed("broker", self.authority)
        self.broker.write_bytes(key.read_bytes() + certificate.read_bytes())

    def locked_key(self, key: Path, passphrase: str) -> Path:
        """A copy of a key that only its passphrase opens."""
        locked = key.with_suffix(".locked.key")
        self._openssl(
            *("pkey", "-in", str(key), "-out", str(locked)),
            *("-aes256", "-passout", f"pass:{passphrase}"),
        )
        return locked

    def _self_signed(self, name: str) -> Path:
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        self._openssl(
            *("req", "-x509", "-days", DAYS, "-extensions", "authority"),
            *_new_key(key, name),
            *("-config", str(self._extensions), "-out", str(certificate)),
        )
        return certificate

    def _signed(self, name: str, authority: Path, kind: str = "") -> tuple[Path, Path]:
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        request = self._folder / f"{name}.csr"
        self._openssl(
            *("req", "-new", *_new_key(key, name)),
            *("-config", str(self._extensions), "-out", str(request)),
        )
        self._openssl(
            *("x509", "-req", "-days", DAYS, "-in", str(request), "-out", str(certificate)),
            *("-CA", str(authority), "-CAkey", str(authority.with_suffix(".key"))),
            "-CAcreateserial",
            *("-extfile", str(self._extensions), "-extensions", kind or name),
        )
        return certificate, key

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode('utf-8', 'replace')}")


def _new_key(key: Path, name: str) -> tuple[str, ...]:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    return (*curve, "-nodes", "-keyout", str(key), "-subj", f"/CN=copydesk test {name}")
