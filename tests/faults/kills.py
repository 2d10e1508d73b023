"""Workers that die, stop, stall and come and go."""

from __future__ import annotations

import signal
import time

from tests.deployment import wait_for
from tests.faults.lab import BACK, FRONT, Lab, Recovered

ARTICLES = 240
REACHED = ARTICLES // 2
"""As many articles come to every step: three in four are new (see ``feed``)."""
STORM_STARTS = 4
LEAVING_SECONDS = 10
"""To leave the group when the batch is done, as ``stop_grace_period`` allows it."""


def killed(lab: Lab, point: str) -> Recovered:
    """A worker kills itself at a point, at a step and an article that the seed chooses."""
    step = (
        "claim"
        if point == "claimed"
        else lab.rng.choice(("fingerprint", "claim", "strip_boilerplate"))
    )
    count = lab.rng.randint(1, REACHED)
    dying, other = (BACK, FRONT) if step == "strip_boilerplate" else (FRONT, BACK)
    worker = lab.start_to_die(dying, point, step, count)
    lab.start(other)
    lab.produce(ARTICLES)
    lab.died(worker)
    lab.heal()
    lab.start(dying)
    return lab.healed()


def drained(lab: Lab) -> Recovered:
    """SIGTERM under load: exit 0 within the grace period, and nothing comes out twice."""
    workers = lab.start()
    lab.produce(ARTICLES)
    for group, worker in zip((FRONT, BACK), workers, strict=True):
        lab.until_some_come_out()
        began = time.monotonic()
        lab.stop(worker)
        took = time.monotonic() - began
        assert took < lab.settings.grace + LEAVING_SECONDS, f"{took:.0f} s until it had ended"
        lab.check_committed()
        lab.heal()
        lab.start(group)
    recovered = lab.healed()
    assert recovered.account.repeated == 0, f"{recovered.account.repeated} came out twice"
    return recovered


def storm(lab: Lab) -> Recovered:
    """Workers join and leave, some of them by SIGKILL, while the others work."""
    lab.start(FRONT, BACK)
    lab.produce(ARTICLES)
    for _ in range(STORM_STARTS):
        group = lab.rng.choice((FRONT, BACK))
        (guest,) = lab.start(group)
        lab.produce(ARTICLES // STORM_STARTS)
        if lab.rng.random() < 0.5:
            lab.kill(guest)
        else:
            lab.stop(guest)
    lab.heal()
    recovered = lab.healed()
    for worker in lab.deployment.workers:
        if worker.process.poll() is None:
            wait_for(lambda: lab.measured(worker) == lab.owned(worker), 30)  # noqa: B023
    return recovered


def zombie(lab: Lab) -> Recovered:
    """A worker sleeps past its session while another takes over, then wakes and goes on."""
    group = lab.rng.choice((FRONT, BACK))
    sleeper, *_ = lab.start(group, *(g for g in (FRONT, BACK) if g != group))
    lab.produce(ARTICLES)
    lab.until_some_come_out()
    sleeper.process.send_signal(signal.SIGSTOP)
    try:
        (heir,) = lab.start(group)
        lab.until_sole_owner(heir)
    finally:
        sleeper.process.send_signal(signal.SIGCONT)
    lab.heal()
    lab.produce(ARTICLES // 4)
    lab.check_committed()
    # It may notice that it was left behind and end, to be started again by its supervisor.
    lab.restarted_after = (2, 70)
    return lab.healed()
