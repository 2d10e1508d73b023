"""``copydesk resume`` says plainly what it cannot reach. (tests/pipeline/ sees it resume.)"""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.deployment import copydesk
from workers.commands import main
from workers.runtime.broker import free_port

ANSWERS = [(404, b"no such page"), (403, b'["error"]'), (200, b"welcome"), (200, b'["resumed"]')]


@pytest.fixture(params=ANSWERS)
def other_service(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of something that is no worker."""
    status, body = request.param

    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_where_nobody_answers_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(SystemExit) as ended:
        main(["resume", address])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert f"{address}: no worker answers there" in said
    assert "COPYDESK_HTTP_PORT" in said


def test_what_is_no_worker_is_told(other_service: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["resume", other_service])
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert f"copydesk resume: {other_service}: " in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.mark.parametrize("other_service", [(403, b'{"error": "not by that name"}')], indirect=True)
def test_why_a_worker_refuses_is_told(
    other_service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["resume", other_service])
    assert "answers 403 Forbidden; not by that name" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["localhost", "localhost:", ":8000", "localhost:0", "a:b"])
def test_what_is_no_address_is_told(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["resume", word])
    assert ended.value.code == 2
    assert "must be HOST:PORT" in capsys.readouterr().err


def test_a_host_that_does_not_exist_is_told_without_a_traceback() -> None:
    done = copydesk("resume", "no-such-host.invalid:8000")
    assert done.returncode == 1
    assert b"no worker answers there" in done.stderr
    assert b"Traceback" not in done.stderr
