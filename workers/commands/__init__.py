"""The ``copydesk`` command line: one module per command, imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

COMMANDS = {
    "run": "the whole pipeline in one command: broker, topics, workers, producer, summary",
    "enrich": "standard input JSONL to standard output JSONL through the same stages, no broker",
    "worker": "one worker process with the named stages",
    "lag": "how far each stage is behind, by Kafka's own word; --serve tells it to Prometheus",
    "resume": "end the pause of workers that stopped because too much failed",
    "produce": "files, folders, JSONL and feeds into articles.raw; --watch follows feeds",
    "feeds": "how each feed is doing: state, last item, items a day, next poll, error",
    "topics": "create, list and describe the topics",
    "tail": "follow a topic, with simple filters",
    "dead-letters": "list and show what could not be processed, and replay it",
    "trace": "every record of one article, over all topics",
    "explain": "one article: what was kept and removed and why, language, duplicates, entities",
    "reprocess": "send articles that came out through a newer stage once more",
    "forget": "take an article down: tombstones, its claims dropped, what is still held where",
    "compare": "what differs between two files of outcomes: an upgrade before it is deployed",
    "doctor": "check settings, models, broker, topics and rights; say what to type",
}
USAGE_ERROR = 2
INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot do what was asked; the message says what, where and what to do."""

    @classmethod
    def no_kafka(cls, bootstrap: str, error: Exception) -> CommandError:
        """The broker did not answer."""
        return cls(f"no Kafka answers at {bootstrap}: {error}; see: copydesk doctor")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status."""
    parser = argparse.ArgumentParser(
        prog="copydesk",
        description="Streaming enrichment of news over Kafka.",
        epilog="Settings are COPYDESK_* variables; `copydesk doctor` lists them all.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    words = list(sys.argv[1:] if arguments is None else arguments)
    named = next((word for word in words if word in COMMANDS), None)
    for name, text in COMMANDS.items():
        # Only the called command's module is imported: models and clients are slow to load.
        subparser = subparsers.add_parser(name, help=text, description=text)
        if name == named:
            _module(name).declare(subparser)
    parsed = parser.parse_args(words)
    if parsed.version:
        from workers import __version__

        print(f"copydesk {__version__}")
        sys.exit(0)
    if parsed.command is None:
        parser.print_help()
        sys.exit(USAGE_ERROR)
    sys.exit(_call(parsed))


def _module(name: str) -> Any:
    return importlib.import_module(f"workers.commands.{name.replace('-', '_')}")


def _call(parsed: argparse.Namespace) -> int:
    from workers.runtime.unreachable import UnreachableError
    from workers.settings import SettingsError
    from workers.sources import SourceError

    try:
        status: int = _module(parsed.command).run(parsed)
    except (CommandError, SettingsError, SourceError, UnreachableError) as error:
        print(f"copydesk {parsed.command}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        # What the command started has ended with it. Python itself would still wait for threads,
        # one of which may be waiting for a line that never comes.
        sys.stdout.flush()
        os._exit(INTERRUPTED)
    except BrokenPipeError:
        return 0
    return status


if __name__ == "__main__":
    main()
