"""A live run: the stack, what watches it, and what is seen of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deployment import Deployment
from tests.monitoring import configuration
from tests.monitoring.evaluate import Question, ask, questions
from tests.monitoring.incidents import Incident
from tests.monitoring.programs import Alertmanager, Prometheus, Webhook
from tests.monitoring.stack import Watched

FACTOR = 20.0
"""By how much the durations of rules are shortened: ``for: 5m`` takes 15 s."""
ANSWER_SECONDS = 240.0
CALM_SECONDS = 420.0
TOLD_SECONDS = 300.0
RESOLVED_SECONDS = 420.0


@dataclass(frozen=True)
class Came:
    """What came of an incident."""

    told_after: float
    """Seconds from the fault to the notification."""
    resolved_after: float
    """Seconds from the begin of the mending to the notification that it is over."""
    silenced: tuple[str, ...]
    receiver: str


@dataclass
class Live:
    """A watched stack."""

    watched: Watched
    prometheus: Prometheus
    alertmanager: Alertmanager
    webhook: Webhook
    factor: float

    def ask(self) -> tuple[list[Question], list[Question]]:
        """All questions, and those without an answer."""
        asked = questions(self.factor)
        return asked, ask(self.prometheus, asked, ANSWER_SECONDS)

    def suffer(self, incident: Incident) -> Came:
        """Bring an incident about, wait for its alert, mend it, and wait until that is told.

        AssertionError if anything else is told meanwhile, or what should be silenced is not.
        """
        self._until(lambda: not self.prometheus.firing(), CALM_SECONDS, "no calm before")
        before = len(self.webhook.told)
        began = time.monotonic()
        heal = incident.begin(self.watched)
        try:
            self._until(lambda: self._heard(incident, before), TOLD_SECONDS, incident.alert)
            told = time.monotonic() - began
            self._until(
                lambda: incident.silenced <= self.alertmanager.inhibited(),
                TOLD_SECONDS,
                f"{sorted(incident.silenced)} silenced",
            )
            silenced = sorted(self.alertmanager.inhibited())
            others = {one.name for one in self.webhook.told[before:]} - {incident.alert}
            assert not others, f"told beside {incident.alert}: {others}"
        finally:
            healed = time.monotonic()
            heal()
        self._until(
            lambda: self._heard(incident, before, resolved=True),
            RESOLVED_SECONDS,
            f"{incident.alert} resolved",
        )
        (receiver,) = {
            one.receiver for one in self.webhook.told[before:] if one.name == incident.alert
        }
        return Came(told, time.monotonic() - healed, tuple(silenced), receiver)

    def until_told(self, alert: str, stage: str) -> None:
        """Wait until an alert of a stage is told."""
        self._until(
            lambda: any(
                one.name == alert and one.labels.get("stage") == stage for one in self.webhook.told
            ),
            TOLD_SECONDS,
            alert,
        )

    def _heard(self, incident: Incident, since: int, *, resolved: bool = False) -> bool:
        return any(
            one.name == incident.alert
            and one.labels.get("stage") == incident.stage
            and one.resolved is resolved
            and one.annotations["runbook_url"]
            for one in self.webhook.told[since:]
        )

    def _until(self, true: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            if self.watched.failed is not None:
                raise self.watched.failed
            assert time.monotonic() < deadline, (
                f"not within {seconds:g} s: {what}; firing: {sorted(self.prometheus.firing())}, "
                f"silenced: {sorted(self.alertmanager.inhibited())}, "
                f"told: {[(one.name, one.labels.get('stage')) for one in self.webhook.told[-9:]]}"
            )
            time.sleep(0.5)


@contextmanager
def live(
    deployment: Deployment,
    folder: Path,
    groups: Sequence[tuple[str, ...]],
    *,
    seed: int,
    factor: float = FACTOR,
) -> Iterator[Live]:
    """Start everything; MissingProgramError before that if a program is not installed."""
    with ExitStack() as cleanup:
        webhook = cleanup.enter_context(Webhook())
        config = configuration.alertmanager(folder / "alertmanager", webhook.address)
        alertmanager = Alertmanager(config, folder / "alertmanager")
        cleanup.enter_context(alertmanager)
        watched = cleanup.enter_context(Watched(deployment, folder, tuple(groups), seed))
        targets = watched.targets()
        targets["alertmanager"] = [configuration.Target(alertmanager.address)]
        config = configuration.prometheus(
            folder / "prometheus", targets, alertmanager.address, factor
        )
        prometheus = cleanup.enter_context(Prometheus(config, folder / "prometheus"))
        yield Live(watched, prometheus, alertmanager, webhook, factor)
