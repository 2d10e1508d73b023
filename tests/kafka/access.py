"""The settings with which a client gets into a test node, as environment variables."""

from __future__ import annotations

from pathlib import Path

from tests.kafka.node import Node


def scram(
    node: Node, mechanism: str = "SCRAM-SHA-512", *, password_file: Path | None = None
) -> dict[str, str]:
    """SASL_SSL with the node's user; the password itself, or the file that holds it."""
    password = (
        {"COPYDESK_SASL_PASSWORD": node.password}
        if password_file is None
        else {"COPYDESK_SASL_PASSWORD_FILE": str(password_file)}
    )
    return {
        "COPYDESK_BOOTSTRAP": node.sasl_ssl,
        "COPYDESK_SECURITY_PROTOCOL": "SASL_SSL",
        "COPYDESK_SASL_MECHANISM": mechanism,
        "COPYDESK_SASL_USERNAME": node.user,
        **password,
        "COPYDESK_SSL_CA": str(node.certificates.authority),
    }


def mutual(node: Node) -> dict[str, str]:
    """SSL with a client certificate."""
    return {
        "COPYDESK_BOOTSTRAP": node.mutual_ssl,
        "COPYDESK_SECURITY_PROTOCOL": "SSL",
        "COPYDESK_SSL_CA": str(node.certificates.authority),
        "COPYDESK_SSL_CERTIFICATE": str(node.certificates.client),
        "COPYDESK_SSL_KEY": str(node.certificates.client_key),
    }


def open_password(node: Node) -> dict[str, str]:
    """SASL_PLAINTEXT: the password without TLS."""
    return {
        "COPYDESK_BOOTSTRAP": node.sasl_plaintext,
        "COPYDESK_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "COPYDESK_SASL_USERNAME": node.user,
        "COPYDESK_SASL_PASSWORD": node.password,
    }
