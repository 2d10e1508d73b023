"""Services of docker-compose.yml as plain processes on loopback.

What an engine would do is done by hand: a service's address becomes a free port here, what is
mounted becomes a copy with such addresses in it, a volume becomes a folder. Command, environment
and health check stay the service's own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.composed import ROOT, Service, mounts
from workers.runtime.broker import die_with_parent, free_port

HERE = ("127.0.0.1", "0.0.0.0")
COPIED = (".yml", ".yaml", ".toml", ".json", ".py")


class Addresses:
    """Which port on loopback stands for which service's port."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._ports: dict[tuple[str, int], int] = {}
        self._published: dict[tuple[str, int], int] = {}
        for name, service in services.items():
            for line in service.get("ports", []):
                _, outer, inner = line.split(":")
                self._published[name, int(outer)] = int(inner)
        names = "|".join(map(re.escape, (*services, *HERE)))
        self._pattern = re.compile(rf"(?<![\w.-])({names}):(\d+)\b")

    def port(self, name: str, port: int) -> int:
        """The port here of a service's own port."""
        if (name, port) not in self._ports:
            self._ports[name, port] = free_port()
        return self._ports[name, port]

    def rewrite(self, text: str, name: str) -> str:
        """The text, seen from inside this service, with addresses of here."""

        def replaced(match: re.Match[str]) -> str:
            owner, port = match[1], int(match[2])
            if owner == "127.0.0.1":  # as the machine knows it, where that is another one
                port = self._published.get((name, port), port)
            return f"127.0.0.1:{self.port(name if owner in HERE else owner, port)}"

        return self._pattern.sub(replaced, text)


@dataclass
class Plain:
    """One service as a process in a folder of its own."""

    name: str
    service: Service
    addresses: Addresses
    folder: Path
    paths: dict[str, Path] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        for number, (source, target, _) in enumerate(mounts(self.service)):
            mine = self.folder / f"mount-{number}" / Path(target).name
            mine.parent.mkdir()
            if source.startswith("."):
                self._copy(ROOT / source, mine)
            else:
                mine.mkdir()
            self.paths[target] = mine

    def rewrite(self, text: str) -> str:
        """A text of this service's with the paths and addresses of here."""
        if self.paths:
            # All at once: a path of here may hold one of the service's again.
            targets = "|".join(map(re.escape, sorted(self.paths, reverse=True)))
            pattern = rf"(?<![\w./-])({targets})(?![\w.-])"
            text = re.sub(pattern, lambda match: str(self.paths[match[1]]), text)
        return self.addresses.rewrite(text, self.name)

    def command(self) -> list[str]:
        """The service's command."""
        return [self.rewrite(word) for word in self.service.get("command", [])]

    def environment(self) -> dict[str, str]:
        """The service's environment."""
        told = {
            key: self.rewrite(str(value))
            for key, value in self.service.get("environment", {}).items()
        }
        if "COPYDESK_HTTP_PORT" in told:
            port = self.addresses.port(self.name, int(told["COPYDESK_HTTP_PORT"]))
            told |= {"COPYDESK_HTTP_HOST": "127.0.0.1", "COPYDESK_HTTP_PORT": str(port)}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **told}

    def start(self, words: Iterable[str], *, user: int | None = None) -> None:
        """Run these words with the service's environment, in an empty folder."""
        work = self.folder / "work"
        work.mkdir()
        if user is not None:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user, user)
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                list(words),
                env=self.environment(),
                cwd=work,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=user,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )

    def said(self) -> str:
        """The end of its log."""
        return (self.folder / "log").read_text("utf-8", "replace")[-3000:]

    def check(self, programs: Mapping[str, list[str]]) -> bool:
        """Run the service's own health check; ``programs`` are the image's, as they are here."""
        kind, program, *words = self.service["healthcheck"]["test"]
        assert kind == "CMD", self.name
        done = subprocess.run(
            [*programs.get(program, [program]), *map(self.rewrite, words)],
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.returncode == 0

    def until_healthy(self, programs: Mapping[str, list[str]], seconds: float = 240.0) -> float:
        """Wait for the first health check that succeeds; how long that took, in seconds."""
        began = time.monotonic()
        while not self.check(programs):
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() - began > seconds:
                raise AssertionError(f"{self.name} is not healthy: {self.said()}")
            time.sleep(0.5)
        return time.monotonic() - began

    def until_done(self, seconds: float = 120.0) -> float:
        """Wait until a one-shot service ends with 0; how long that took, in seconds."""
        began = time.monotonic()
        assert self.process is not None
        if self.process.wait(seconds) != 0:
            raise AssertionError(f"{self.name} failed: {self.said()}")
        return time.monotonic() - began

    def stop(self) -> int:
        """SIGTERM, and the time that compose gives; its status. TimeoutExpired if that passes."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(int(self.service["stop_grace_period"].removesuffix("s")))

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _copy(self, source: Path, target: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
        for path in [target, *target.rglob("*")]:
            if path.suffix in COPIED and path.is_file():
                path.write_text(self.addresses.rewrite(path.read_text("utf-8"), self.name), "utf-8")
