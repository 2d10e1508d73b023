"""What a command says when Kafka does not answer it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workers.commands import CommandError


@contextmanager
def kafka_answers(bootstrap: str) -> Iterator[None]:
    """Whatever goes wrong between a command and Kafka within becomes a ``CommandError``.

    That whoever reads the output has left is none of it, though it is an OSError too.
    """
    from aiokafka.errors import KafkaError

    try:
        yield
    except BrokenPipeError:
        raise
    except (KafkaError, OSError) as error:
        raise CommandError.no_kafka(bootstrap, error) from None
