"""``make kafka``: run an Apache Kafka node on loopback until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading

from tests.kafka.access import scram
from tests.kafka.jars import KafkaUnavailableError
from tests.kafka.node import Node


def main() -> int:
    """Run until SIGINT or SIGTERM; the data is temporary."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with Node() as node:
            print(f"Apache Kafka answers on {node.address}; try:")
            print(f"  copydesk run --bootstrap {node.address}")
            print(f"and with TLS and a password, made for this run, on {node.sasl_ssl}:")
            password = node.folder / "password"  # the folder is ours alone
            password.write_text(node.password, "ascii")
            for name, value in scram(node, password_file=password).items():
                print(f"  export {name}={value}")
            print("  copydesk run --bootstrap $COPYDESK_BOOTSTRAP")
            print(f"(user {node.user}, password {node.password}); with a client certificate on")
            print(f"{node.mutual_ssl}: {node.certificates.client} and its .key")
            print("Ctrl-C ends it and deletes its data.", flush=True)
            stop.wait()
    except KafkaUnavailableError as error:
        print(f"make kafka: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
