"""What a worker answers to Prometheus and to whoever looks after it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from workers.runtime.http import HttpServer, PortTakenError
from workers.runtime.metrics import Metrics
from workers.settings import Settings, load

Answer = tuple[int, str, bytes]


def served(
    *paths: str, live: Callable[[], list[str]] = list, ready: Callable[[], list[str]] = list
) -> list[Answer]:
    async def run() -> list[Answer]:
        server = HttpServer(load({}), Metrics(), live=live, ready=ready)
        await server.start()
        try:
            return [await asyncio.to_thread(get, server.address, path) for path in paths]
        finally:
            await server.stop()

    return asyncio.run(run())


def get(address: str, path: str) -> Answer:
    return answered(Request(f"http://{address}{path}"))


def answered(request: Request) -> Answer:
    try:
        with urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def test_green() -> None:
    for status, _, body in served("/health/live", "/health/ready"):
        assert (status, json.loads(body)) == (200, {"status": "green", "wrong": []})


def test_red_says_what_is_wrong() -> None:
    wrong = ["t/0 has stood at offset 5"]
    live, ready = served("/health/live", "/health/ready", ready=lambda: wrong)
    assert live[0] == 200
    assert (ready[0], json.loads(ready[2])) == (503, {"status": "red", "wrong": wrong})


def test_metrics_are_prometheus_text() -> None:
    ((status, kind, body),) = served("/metrics")
    assert status == 200
    assert kind.startswith("text/plain; version=0.0.4")
    assert b"news_build_info" in body


def test_a_pause_is_ended_by_posting_json() -> None:
    assert closed("POST", "application/json") == (200, {"resumed": {"claim": "paused"}})


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_what_a_form_on_a_web_page_can_send_ends_no_pause(kind: str) -> None:
    status, told = closed("POST", kind)
    assert status == 415
    assert "application/json" in told["error"]


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_method_ends_a_pause(method: str) -> None:
    assert closed(method, "application/json")[0] == 405


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{}", "localhost:{}", "LOCALHOST", "[::1]:{}", "desk.localhost:{}"]
)
def test_loopback_is_called_by_its_own_names(host: str) -> None:
    assert closed("POST", "application/json", Host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "desk.example:{}",
        "desk.example",
        "10.0.0.1:{}",
        "127.0.0.1.desk.example:{}",
        "localhost.x",
        "",
    ],
)
def test_a_page_whose_name_leads_to_loopback_ends_no_pause(host: str) -> None:
    status, told = closed("POST", "application/json", Host=host)
    assert status == 403
    assert "127.0.0.1 or localhost" in told["error"]


def test_on_a_network_any_name_will_do_but_no_page() -> None:
    settings = load({"COPYDESK_HTTP_HOST": "0.0.0.0"})
    assert closed("POST", "application/json", settings, Host="claim.desk.svc:{}")[0] == 200
    page = {"Host": "claim.desk.svc:{}", "Origin": "http://claim.desk.svc"}
    assert closed("POST", "application/json", settings, **page)[0] == 403


def test_a_page_from_loopback_itself_ends_no_pause() -> None:
    status, told = closed("POST", "application/json", Origin="http://127.0.0.1:8080")
    assert status == 403
    assert "browser" in told["error"]


def closed(
    method: str, kind: str, settings: Settings | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and answer of a request to end all pauses; green only if that ended one."""
    ended: list[str] = []

    def resume() -> dict[str, str]:
        ended.append("claim")
        return {"claim": "paused"}

    async def run() -> Answer:
        server = HttpServer(settings or load({}), Metrics(), live=list, ready=list, resume=resume)
        await server.start()
        try:
            port = server.address.rpartition(":")[2]
            told = {name: value.format(port) for name, value in headers.items()}
            url = f"http://127.0.0.1:{port}/breaker/close"
            request = Request(url, b"{}", {"Content-Type": kind} | told, method=method)
            return await asyncio.to_thread(answered, request)
        finally:
            await server.stop()

    status, _, body = asyncio.run(run())
    assert bool(ended) == (status == 200)
    return status, json.loads(body) if status != 405 else {}


def test_nothing_else_is_served() -> None:
    assert [status for status, *_ in served("/", "/metrics/../etc", "/health")] == [404] * 3


def test_a_taken_port_is_told_with_the_settings_to_change() -> None:
    async def run() -> None:
        first = HttpServer(load({}), Metrics(), live=list, ready=list)
        await first.start()
        port = first.address.rpartition(":")[2]
        settings: Any = load({"COPYDESK_HTTP_PORT": port})
        try:
            with pytest.raises(PortTakenError, match=f"127.0.0.1:{port}.*COPYDESK_HTTP_PORT"):
                await HttpServer(settings, Metrics(), live=list, ready=list).start()
        finally:
            await first.stop()

    asyncio.run(run())


def test_the_default_binds_loopback_only() -> None:
    async def run() -> str:
        server = HttpServer(load({}), Metrics(), live=list, ready=list)
        await server.start()
        await server.stop()
        return server.address

    assert asyncio.run(run()).startswith("127.0.0.1:")
