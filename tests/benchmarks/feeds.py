"""Two thousand feeds in one producer: memory, CPU, how late polls are, and what they cost the web.

The true producer, in a process of its own, follows feeds on as many hosts of the test site, into
the embedded broker: at first all of them at once, then each at its interval while a few publish.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.benchmarks import report
from tests.benchmarks.processes import MB, cpu_seconds, tree
from tests.deployment import READY_SECONDS, RunningWorker, wait_for
from tests.feeds.site.remote import RemoteSite
from workers.runtime import broker, topic_admin
from workers.runtime.broker import free_port
from workers.settings import embedded, environment, load

STORIES = 3
PUBLISHING = 20
"""One in so many feeds publishes something while polls are measured."""


def producer() -> int:
    """Run the producer, in a child process: the site's names lead to loopback here."""
    from workers.feeds.subscriptions import read_subscriptions
    from workers.runtime import logs
    from workers.runtime.feed_producer import FeedProducer

    async def resolve(host: str) -> Sequence[str]:
        return ["127.0.0.1"]

    settings = load()
    logs.configure(settings)
    asyncio.run(FeedProducer(settings, read_subscriptions([sys.argv[2]]), resolve=resolve).run())
    return 0


def measure(feeds: int, every: float, seconds: float) -> None:
    """Print what a producer with so many feeds costs."""
    console = report.console(100)
    with (
        RemoteSite() as site,
        broker.embedded() as address,
        tempfile.TemporaryDirectory(prefix="copydesk-feeds-") as folder,
    ):
        settings = embedded(load({}), address)
        asyncio.run(topic_admin.create(settings))
        hosts = [f"h{number}.example" for number in range(feeds)]
        for host in hosts:
            site.publish(host, STORIES)
        listed = Path(folder, "feeds.toml")
        listed.write_text(
            "".join(
                f'[[feed]]\nurl = "http://{host}:{site.port}/rss.xml"\nevery = "{every:g}s"\n'
                for host in hosts
            )
        )
        port = free_port()
        chosen = environment(settings, http_port=port, feed_state=str(Path(folder, "feeds.sqlite")))
        log = Path(folder, "log")
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.feeds", "--producer", str(listed)],
                env=chosen | site.settings | {"PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=stream,
                stderr=stream,
            )
        worker = RunningWorker((), process, port, log)
        try:
            wait_for(worker.ready_or_ended, READY_SECONDS, worker.said)
            began, before = time.monotonic(), cpu_seconds(tree(process.pid, "producer"))
            wait_for(
                lambda: _count(worker, "news_feed_articles_produced_total") >= feeds * STORIES,
                1800,
                worker.said,
            )
            first = time.monotonic() - began
            cpu = cpu_seconds(tree(process.pid, "producer")) - before
            console.print(
                f"{feeds} feeds, all at once: {feeds * STORIES} articles in Kafka after "
                f"{first:.1f} s ({cpu:.1f} s of CPU, pool included)",
                highlight=False,
            )
            _steady(console, worker, site, hosts, every, seconds)
        finally:
            if process.poll() is None:
                worker.stop()


def _steady(
    console: Console,
    worker: RunningWorker,
    site: RemoteSite,
    hosts: Sequence[str],
    every: float,
    seconds: float,
) -> None:
    time.sleep(every)  # until every feed has had its second poll, and none is due of the first
    asked = len(site.requests())
    late = _lateness(worker)
    before = cpu_seconds(tree(worker.process.pid, "producer"))
    for host in hosts[::PUBLISHING]:
        site.publish(host)
    time.sleep(seconds)
    usages = tree(worker.process.pid, "producer")
    cpu = cpu_seconds(usages) - before
    requests = site.requests(since=asked)
    polls = [one for one in requests if one["path"] == "/rss.xml"]
    unchanged = sum(one["status"] == 304 for one in polls)
    worst = {bound: _lateness(worker)[bound] - late[bound] for bound in late}
    own = sum(one.own for one in usages if one.role == "producer") / MB
    pool = sum(one.own for one in usages if one.role != "producer") / MB
    console.print(
        f"then every {every:g} s, for {seconds:g} s: {len(polls)} polls "
        f"({len(polls) / seconds:.1f} a second), {unchanged} of them answered by 304, "
        f"{len(polls) - unchanged} bodies for {len(hosts[::PUBLISHING])} new stories; "
        f"{len(requests) - len(polls)} other requests (robots.txt)",
        highlight=False,
    )
    console.print(
        f"CPU {100 * cpu / seconds:.0f} % of a core ({1000 * cpu / max(len(polls), 1):.1f} ms a "
        f"poll); memory (proportional) {own:.0f} MB, and {pool:.0f} MB of its pool",
        highlight=False,
    )
    total = worst["+Inf"]
    for bound in ("0.5", "1.0", "5.0", "15.0"):
        console.print(
            f"  {100 * worst[bound] / max(total, 1):6.2f} % of polls began at most "
            f"{float(bound):g} s late",
            highlight=False,
        )


def _count(worker: RunningWorker, name: str) -> float:
    return sum(sample.value for sample in worker.samples(name))


def _lateness(worker: RunningWorker) -> dict[str, float]:
    name = "news_feed_poll_lateness_seconds_bucket"
    return {sample.labels["le"]: sample.value for sample in worker.samples(name)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.feeds", description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between polls of a feed")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long is measured")
    parser.add_argument("--producer", metavar="FILE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.producer:
        sys.exit(producer())
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()}))
    measure(arguments.feeds, arguments.every, arguments.seconds)


if __name__ == "__main__":
    main()
