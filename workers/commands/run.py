"""``copydesk run``: the main job in one command."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from topics import catalog, headers
from topics.records import Origin
from workers import pipeline, settings, sources
from workers.commands import CommandError
from workers.commands.interruptible import run_interruptibly
from workers.commands.progress import Progress
from workers.commands.summary import Summary

if TYPE_CHECKING:
    from workers.runtime.processes import Workers
    from workers.runtime.reader import TopicReader
    from workers.runtime.tally import Place, Tally

UNACCOUNTED = 1
SHOWN = 20
QUIET_SECONDS = 180.0
"""Without any outcome for so long, what is missing is reported as unaccounted for."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="a JSONL, JSON, HTML, text or WARC file, a folder of them, or - for JSONL on standard "
        "input; the bundled samples if there is none",
    )
    parser.add_argument("--output", metavar="FILE", help="write the enriched records (JSONL)")
    parser.add_argument(
        "--bootstrap", metavar="HOST:PORT", help="use this Kafka; default: an embedded broker"
    )
    parser.add_argument(
        "--topology",
        choices=("fused", "split"),
        default="fused",
        help="one worker process with all stages, or one per step (default: %(default)s)",
    )
    parser.add_argument(
        "--follow", action="store_true", help="stay up for what others produce, until Ctrl-C"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until every arrival has come out; 1 if one is unaccounted for."""
    from aiokafka.errors import KafkaError

    from workers.runtime import broker, logs
    from workers.runtime.delivery import DeliveryError
    from workers.runtime.topic_admin import TopicError

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    named = list(arguments.sources) or ([] if arguments.follow else _samples())
    sources.check(named)
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        if arguments.bootstrap is None:
            console.print("starting the embedded broker (in memory, for trying out)")
            try:
                address = stack.enter_context(broker.embedded())
            except broker.BrokerError as error:
                raise CommandError(str(error)) from None
            chosen = settings.embedded(chosen, address)
            if arguments.follow:
                console.print(f"for other commands: export COPYDESK_BOOTSTRAP={address}")
        output = stack.enter_context(_output(arguments.output))
        try:
            return run_interruptibly(_Run(chosen, arguments, named, console, output).run())
        except (KafkaError, DeliveryError, TopicError, OSError) as error:
            raise CommandError(f"Kafka at {chosen.bootstrap}: {error}") from None


class _Run:
    """One run: what it counts, and the order in which its parts start and end."""

    def __init__(
        self,
        chosen: settings.Settings,
        arguments: argparse.Namespace,
        named: list[str],
        console: Console,
        output: IO[bytes] | None,
    ) -> None:
        self._settings = chosen
        self._arguments = arguments
        self._named = named
        self._console = console
        self._output = output
        self._stop = asyncio.Event()
        self._early: dict[Place, list[tuple[str, Any]]] = {}
        self._produced = False
        self._moved = time.monotonic()

    async def run(self) -> int:
        from workers.runtime import topic_admin
        from workers.runtime.processes import Workers
        from workers.runtime.reader import TopicReader
        from workers.runtime.tally import OUTPUTS, Tally

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        began = time.monotonic()
        await topic_admin.create(self._settings)
        tally, summary = Tally(), Summary()

        outputs = TopicReader(
            self._settings, OUTPUTS, from_beginning=self._arguments.bootstrap is None
        )
        await outputs.start()
        chosen = self._settings if self._arguments.follow else _unpaused(self._settings)
        groups = pipeline.FUSED if self._arguments.topology == "fused" else pipeline.SPLIT
        progress = Progress(self._console, tally)
        with Workers(_shared_out(chosen, len(groups)), groups) as workers, progress:
            try:
                await self._work(workers, outputs, tally, summary, progress)
                times = await summary.stage_times([w.address for w in workers.processes])
                problems = workers.problems()
            finally:
                await outputs.stop()
        if self._output is not None:
            try:
                self._output.flush()
            except OSError as error:
                raise _unwritable(self._arguments.output, error) from None
        summary.show(self._console, tally, times, seconds=time.monotonic() - began)
        return self._verdict(tally, problems)

    async def _work(
        self,
        workers: Workers,
        outputs: TopicReader,
        tally: Tally,
        summary: Summary,
        progress: Progress,
    ) -> None:
        producing = asyncio.create_task(self._produce(tally, summary))
        try:
            while not self._stop.is_set():
                for message in await outputs.read():
                    self._take(outputs.names[message.topic], message, tally, summary)
                progress.update()
                if producing.done():
                    producing.result()
                if workers.problems():
                    return
                if self._produced and tally.done and not self._arguments.follow:
                    return
                if self._produced and not self._arguments.follow and self._quiet():
                    return
        finally:
            producing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await producing

    def _take(self, topic: str, message: Any, tally: Tally, summary: Summary) -> None:
        told = headers.read(message.headers)
        if headers.REPROCESSED in told:
            return  # it came out before: should it fail this time, that stands
        try:
            origin = Origin.parse(told.get(headers.ORIGIN, ""))
        except ValueError:
            return  # not written by a worker
        if origin[:3] not in tally.arrived and not self._arguments.follow:
            # Ours and not yet noted, or what others have sent through the same Kafka.
            self._early.setdefault(origin[:3], []).append((topic, message))
            return
        self._moved = time.monotonic()
        if origin[:3] not in tally.arrived:
            tally.arrive(origin, "another producer")
        if tally.end(origin, topic):
            summary.add(topic, message)
            if topic == catalog.ENRICHED.name and self._output is not None:
                self._write(message.value + b"\n")

    def _write(self, line: bytes) -> None:
        assert self._output is not None
        try:
            self._output.write(line)
        except OSError as error:
            raise _unwritable(self._arguments.output, error) from None

    def _quiet(self) -> bool:
        return time.monotonic() - self._moved > QUIET_SECONDS

    async def _produce(self, tally: Tally, summary: Summary) -> None:
        from workers.runtime.delivery import Delivery
        from workers.runtime.produce import produce

        delivery = Delivery(self._settings)
        await delivery.start()
        try:
            found = sources.read(self._named, self._told)
            async for item in produce(self._settings, delivery, found):
                tally.arrive(item.origin, item.where)
                self._moved = time.monotonic()
                for topic, message in self._early.pop(item.origin[:3], ()):
                    self._take(topic, message, tally, summary)
            self._produced = True
        finally:
            await delivery.stop()

    def _told(self, line: str) -> None:
        self._console.print(escape(line), highlight=False)

    def _verdict(self, tally: Tally, problems: list[str]) -> int:
        for problem in problems:
            self._console.print(f"[red]{escape(problem)}[/red]", highlight=False)
        for contradiction in tally.contradictions:
            told = escape(contradiction)
            self._console.print(f"[red]in two topics:[/red] {told}", highlight=False)
        missing = tally.missing()
        if missing or not self._produced:
            state = "" if self._produced else " (the producer was still reading)"
            self._console.print(f"[red]{len(missing)} arrivals are unaccounted for{state}[/red]")
            for (topic, partition, offset), where in missing[:SHOWN]:
                name = escape(f"{where} ({topic}/{partition}/{offset})")
                self._console.print(f"  {name}", highlight=False)
            if len(missing) > SHOWN:
                self._console.print(f"  … and {len(missing) - SHOWN} more")
        follows_until_told = self._arguments.follow and self._stop.is_set()
        if tally.contradictions or problems:
            return UNACCOUNTED
        return UNACCOUNTED if (missing or not self._produced) and not follows_until_told else 0


def _samples() -> list[str]:
    from workers import samples

    return [str(path) for path in samples.paths()]


def _shared_out(chosen: settings.Settings, groups: int) -> settings.Settings:
    """The machine's processes shared out among several workers."""
    return chosen if groups == 1 else dataclasses.replace(chosen, processes=1)


def _unpaused(chosen: settings.Settings) -> settings.Settings:
    """Without the limits at which workers pause, but for those that were asked for.

    Whoever runs a file of bad articles wants to see them all told, and the command to end.
    """
    given = settings.set_here()
    limits = ("breaker_run", "breaker_share")
    off: dict[str, Any] = {
        name: 0
        for name in limits
        if not {settings.variable(name), settings.variable(name) + settings.FILE_SUFFIX} & {*given}
    }
    return dataclasses.replace(chosen, **off)


@contextlib.contextmanager
def _output(name: str | None) -> Iterator[IO[bytes] | None]:
    if name is None:
        yield None
        return
    try:
        stream = Path(name).open("wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise _unwritable(name, error) from None
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):  # what could not be written has been told by then
            stream.close()


def _unwritable(name: str, error: OSError) -> CommandError:
    return CommandError(f"--output {name}: cannot be written: {error.strerror}")
