"""One page from the web, within limits: every server here is on loopback."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workers.runtime.fetch import USER_AGENT, Fetched, FetchError, fetch

PAGE = "<html><body><p>Der Stadtrat hat die Brücke beschlossen.</p></body></html>"
HTML = {"Content-Type": "text/html"}
LIMIT = 4096
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/page": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode()),
    "/latin": (200, {"Content-Type": "text/html; charset=iso-8859-1"}, PAGE.encode("cp1252")),
    "/text": (200, {"Content-Type": "text/plain"}, b"A text."),
    "/untold": (200, {}, PAGE.encode()),
    "/moved": (302, {"Location": "/page"}, b""),
    "/round": (302, {"Location": "/round"}, b""),
    "/away": (302, {"Location": "ftp://127.0.0.1/page"}, b""),
    "/inside": (302, {"Location": "file:///etc/passwd"}, b""),
    "/gone": (404, HTML, PAGE.encode()),
    "/image": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    "/binary": (200, HTML, b"\x00\x01\x02" * 100),
    "/large": (200, HTML, b"x" * (LIMIT + 1)),
    "/bomb": (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(b"x" * 50 * LIMIT)),
    "/broken": (200, {**HTML, "Content-Encoding": "gzip"}, b"no gzip at all"),
}


class Handler(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]]
    release: threading.Event

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["User-Agent"]))
        if self.path == "/slow":
            self.release.wait(30)
            return
        status, told, body = ANSWERS[self.path]
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Handler.asked, Handler.release = [], threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            Handler.release.set()
            server.shutdown()
            thread.join()


def get(url: str, *, seconds: float = 10.0) -> Fetched:
    return asyncio.run(fetch(url, limit=LIMIT, seconds=seconds))


def test_a_page_is_asked_for_once_under_our_name(site: str) -> None:
    found = get(f"{site}/page")
    assert (found.url, found.content, found.media_type) == (f"{site}/page", PAGE, "text/html")
    assert not found.redirected
    assert found.fetched_at.endswith("Z")
    assert Handler.asked == [("/page", USER_AGENT)]
    assert USER_AGENT.startswith("copydesk/")


def test_what_the_server_says_of_the_text_is_believed(site: str) -> None:
    assert get(f"{site}/latin").content == PAGE
    assert get(f"{site}/text").media_type == "text/plain"
    assert get(f"{site}/untold").media_type is None


def test_a_page_that_has_moved_has_its_new_address(site: str) -> None:
    found = get(f"{site}/moved")
    assert (found.url, found.redirected) == (f"{site}/page", True)


def test_a_password_in_the_address_does_not_go_on(site: str) -> None:
    found = get(f"{site.replace('://', '://desk:secret@')}/page")
    assert found.url == f"{site}/page"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/round", "more than 5 times"),
        ("/away", "leads to ftp://127.0.0.1/page"),
        ("/inside", "leads to file:///etc/passwd"),
        ("/gone", "status 404 Not Found"),
        ("/image", "no page but image/png"),
        ("/binary", "are no text"),
        ("/large", "more than 4,096 bytes"),
        ("/bomb", "more than 4,096 bytes"),
        ("/broken", "cannot be fetched"),
    ],
)
def test_what_is_no_page_is_told(site: str, path: str, said: str) -> None:
    with pytest.raises(FetchError) as told:
        get(site + path)
    assert said in str(told.value)
    assert f"{site}{path}" in str(told.value)


def test_a_server_that_does_not_answer_is_not_waited_for(site: str) -> None:
    with pytest.raises(FetchError, match=r"took longer than 0\.2 s"):
        get(f"{site}/slow", seconds=0.2)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/a", "http://", "file:///etc/passwd", "http://[::"]
)
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(FetchError, match="only http"):
        get(url)


def test_nobody_there_is_told(site: str) -> None:
    with pytest.raises(FetchError, match="cannot be fetched"):
        get("http://127.0.0.1:1/")
