"""``copydesk doctor``: what is wrong with this installation, and what to type."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics import catalog
from topics.records import Article
from workers import pipeline, settings
from workers.commands.interruptible import run_interruptibly
from workers.outcome import Passed

if TYPE_CHECKING:
    from workers.runtime.topic_admin import AdminClient

WRONG = 1
MARKS = {True: "[green]ok[/green]   ", False: "[red]wrong[/red]", None: "[yellow]?[/yellow]    "}
_HARM = {
    "cleanup.policy=compact": (
        "verdicts are deleted by age, and what they are about is taken for new again"
    ),
    "cleanup.policy=delete": (
        "of several records with one key all but the last may go before they are read"
    ),
    "message.timestamp.type=LogAppendTime": (
        "records have their producers' times: one clock ahead can empty the window of the claims, "
        "one behind has records deleted early"
    ),
}
"""What happens where a topic lacks a setting that it needs."""


@dataclass(frozen=True)
class Finding:
    """One check's result; ``advice`` says what to type where it failed."""

    subject: str
    fine: bool | None
    """None: it could not be checked, which is not wrong by itself."""
    detail: str
    advice: str = ""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")
    parser.add_argument(
        "--no-broker", action="store_true", help="only what can be checked without Kafka"
    )
    parser.add_argument("--settings", action="store_true", help="list every setting and its value")


def run(arguments: argparse.Namespace) -> int:
    """Print one line per check; 1 if any of them failed."""
    from rich.console import Console

    console = Console()
    wrong = 0

    def show(finding: Finding) -> None:
        nonlocal wrong
        mark = MARKS[finding.fine]
        console.print(f"{mark} {finding.subject}: ", end="", highlight=False)
        console.print(finding.detail, highlight=False, markup=False, soft_wrap=True)
        wrong += finding.fine is False
        if not finding.fine:
            console.print(
                f"      → {finding.advice}", highlight=False, markup=False, soft_wrap=True
            )

    try:
        chosen = settings.load(bootstrap=arguments.bootstrap)
    except settings.SettingsError as error:
        show(Finding("settings", False, str(error), "change or unset that variable"))
        return WRONG
    here = ", ".join(settings.set_here()) or "none of them"
    show(Finding("settings", True, f"valid; set in the environment: {here}"))
    if arguments.settings:
        for name, value, expects, help in settings.described(chosen):
            console.print(f"      {name}={value}", highlight=False, markup=False)
            console.print(f"        {help}: {expects}", style="dim", highlight=False, markup=False)
    for check in (_python, _models):
        for finding in check(chosen):
            show(finding)
    if not arguments.no_broker:
        from workers.runtime import logs

        logs.configure(chosen, quiet=True)
        run_interruptibly(_show_all(_kafka(chosen), show))
    return WRONG if wrong else 0


async def _show_all(findings: AsyncIterator[Finding], show: Callable[[Finding], None]) -> None:
    async for finding in findings:
        show(finding)


def _python(chosen: settings.Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", sys.version_info >= (3, 11), version, "install Python 3.11 or later")


def _models(chosen: settings.Settings) -> Iterator[Finding]:
    """Load every stage and run it once, as a worker would."""
    options = pipeline.StageOptions(chosen.language_engine, chosen.html_spans, chosen.entity_models)
    article = Article(
        id="doctor",
        content="The mayor of Paris, Anne Example, opened a bridge over the river on Monday.",
        text="The mayor of Paris, Anne Example, opened a bridge over the river on Monday.",
        language="en",
    )
    for stage in pipeline.ENRICHMENTS:
        try:
            loaded = stage.load(options)
            outcome = loaded(article)
        except Exception as error:
            yield Finding(
                f"stage {stage.name}",
                False,
                f"{type(error).__name__}: {error}",
                "install again: make install, or pip install --require-hashes -r requirements.lock",
            )
            continue
        worked = isinstance(outcome, Passed) and outcome.status == "ok"
        yield Finding(
            f"stage {stage.name}",
            worked,
            f"version {stage.version} works" if worked else f"did not work on a sample: {outcome}",
            "install again: make install",
        )
        for warning in getattr(loaded, "warnings", ()):
            advice = f"see COPYDESK_ENTITY_MODELS; until then {stage.name} skips these languages"
            yield Finding(f"stage {stage.name}", False, warning, advice)


async def _kafka(chosen: settings.Settings) -> AsyncIterator[Finding]:
    from aiokafka.errors import KafkaError

    from workers.runtime import rights, topic_admin
    from workers.runtime.unreachable import UnreachableError

    try:
        async with topic_admin.admin(chosen) as client:
            existing = await topic_admin.partition_counts(client)
            layouts = [finding async for finding in _layouts(chosen, client, existing)]
    except UnreachableError as error:
        advice = f"{error.advice}; to try copydesk without Kafka: copydesk run"
        yield Finding("kafka", False, error.what, advice)
        return
    except (KafkaError, OSError, settings.SettingsError) as error:
        yield Finding("kafka", False, f"{chosen.bootstrap}: {error}", "mend that, and ask again")
        return
    yield Finding("kafka", True, f"answers at {chosen.bootstrap} ({chosen.security_protocol})")
    complete = True
    for topic in catalog.TOPICS:
        name = chosen.topic(topic.name)
        if name not in existing:
            complete = False
            yield Finding(
                f"topic {name}",
                False,
                "missing",
                f"copydesk topics create --bootstrap {chosen.bootstrap}",
            )
        elif topic.partitions is not None and existing[name] != topic.partitions:
            complete = False
            yield Finding(
                f"topic {name}",
                False,
                f"has {existing[name]} partitions and needs exactly {topic.partitions}",
                "delete it and create it again: copydesk topics create",
            )
        else:
            yield Finding(f"topic {name}", True, f"{existing[name]} partitions")
    for finding in layouts:
        yield finding
    if complete:
        yield await _right(
            "right to read",
            rights.may_read(chosen),
            f"grant READ and DESCRIBE on topics and groups with the prefix {chosen.topic_prefix!r}",
        )
        yield await _right(
            "right to write",
            rights.may_write(chosen),
            f"grant WRITE and DESCRIBE on topics with the prefix {chosen.topic_prefix!r}, and "
            "check min.insync.replicas against the brokers that are up",
        )


async def _layouts(
    chosen: settings.Settings, client: AdminClient, existing: Mapping[str, int]
) -> AsyncIterator[Finding]:
    """What topics lack that were made or changed by something else than ``topics create``."""
    from workers.runtime import topic_admin

    there = [topic for topic in catalog.TOPICS if chosen.topic(topic.name) in existing]
    wanted = {chosen.topic(topic.name): list(topic.needed) for topic in there}
    subject = "settings of the topics"
    try:
        found = await topic_admin.configurations(client, wanted) if wanted else {}
    except topic_admin.TopicError as error:
        advice = (
            "if they were made by hand, look at them yourself, or grant DESCRIBE_CONFIGS on topics "
            f"with the prefix {chosen.topic_prefix!r}"
        )
        yield Finding(subject, None, str(error), advice)
        return
    fine = bool(there)
    login = "" if chosen.security_protocol == "PLAINTEXT" else " --command-config FILE"
    for topic in there:
        name = chosen.topic(topic.name)
        for setting, needed in topic.needed.items():
            if (value := found.get(name, {}).get(setting)) in (needed, None):
                continue
            fine = False
            yield Finding(
                f"settings of {name}",
                False,
                f"{setting}={value}, must be {needed}: {_HARM[f'{setting}={needed}']}",
                f"kafka-configs.sh --bootstrap-server {chosen.bootstrap}{login} --alter "
                f"--entity-type topics --entity-name {name} --add-config {setting}={needed}",
            )
    if fine:
        yield Finding(subject, True, "clean-up and times of records are as they must be")


async def _right(subject: str, trying: Awaitable[str], advice: str) -> Finding:
    from workers.runtime.rights import RefusedError

    try:
        return Finding(subject, True, await trying)
    except RefusedError as error:
        return Finding(subject, False, str(error), advice)
