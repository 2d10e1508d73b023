"""Logs: structlog on top of the standard library, as JSON lines or for reading on a terminal."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from workers.settings import Settings

_NOISY = (
    "aiokafka",
    "faust",
    "mode",
    "asyncio",
    "trafilatura",
    "htmldate",
    "courlan",
    "charset_normalizer",
)


def configure(settings: Settings, *, quiet: bool = False) -> None:
    """Send every log record of the process to standard error in one format.

    ``quiet`` is for commands that report a client's errors in their own words.
    """
    pretty = settings.log_format == "pretty" or (
        settings.log_format == "auto" and sys.stderr.isatty()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # Its own choice of traceback shows local variables, and a client's hold the password.
    plain = structlog.dev.plain_traceback
    final: list[Any] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
        if pretty
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # Their unshown debug calls cost an eighth of a pass-through worker's time.
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL if quiet else logging.ERROR)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> Any:
    """A logger; context (stage, topic, partition, offset, origin, id) is given by keyword."""
    return structlog.get_logger(name)


def of_faust(part: str) -> logging.Logger:
    """The logger for a class derived from one of Faust's, as quiet as Faust's own.

    Unless it is told, such a class logs everything under the name of the module that it is in.
    """
    return logging.getLogger(f"faust.{part}")
