"""The test site in a process of its own, for producers that are processes too."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen


class RemoteSite:
    """A site that is told what to do over HTTP; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.feeds.site"], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.port: int = json.loads(self._process.stdout.readline())["port"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)

    def url(self, path: str, host: str = "news.example") -> str:
        """An address of one of its hosts, by the path: names lead nowhere in other processes."""
        return f"http://127.0.0.1:{self.port}/@{host}{path}"

    @property
    def settings(self) -> dict[str, str]:
        """What lets a producer ask this site, and not wait for its turn."""
        return {
            "COPYDESK_FEED_NETWORKS": "127.0.0.0/8",
            "COPYDESK_FEED_PORTS": str(self.port),
            "COPYDESK_FEED_DELAY": "0",
            "COPYDESK_FEED_SHORTEST": "1",
            "COPYDESK_FEED_LONGEST": "1",
        }

    def publish(self, host: str = "news.example", count: int = 1) -> None:
        """Publish the host's next stories."""
        self._post("publish", {"host": host, "count": count})

    def fail(self, path: str, status: int, host: str = "news.example", times: int = 1) -> None:
        """Let a path answer with a status, so many times; 0: it answers again."""
        self._post("fail", {"path": path, "status": status, "host": host, "times": times})

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        """What was asked of it."""
        with urlopen(f"http://127.0.0.1:{self.port}/-/requests?since={since}") as answer:
            asked: list[dict[str, Any]] = json.load(answer)
            return asked

    def _post(self, order: str, told: dict[str, Any]) -> None:
        request = Request(
            f"http://127.0.0.1:{self.port}/-/{order}",
            data=json.dumps(told).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request) as answer:
            answer.read()
