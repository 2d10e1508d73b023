"""``copydesk explain`` as a user calls it, for files and addresses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.deployment import copydesk, raw
from workers.commands import CommandError, main
from workers.commands.explain import kind_of

STORY = (
    "The mayor of Paris, Anne Example, opened a bridge over the river on Monday. "
    "Officials said that the work had taken three years and cost less than the 12 million planned. "
    "A second bridge will follow in the spring, and a third one is being talked about in the town."
)
CUT = STORY.partition(" A second")[0]
PAGE = f"""<!doctype html><html lang="en"><head><title>A bridge opens</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/w">World news</a></li></ul></nav>
<article><h1>A bridge opens</h1><p>{STORY}</p><p>{"More was said about it. " * 8}</p></article>
<footer><p>© All rights reserved by us</p></footer></body></html>"""


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    lines = [
        raw("first", STORY, headline="A bridge opens", source="Wire"),
        b"",
        raw("other", "A short text about another thing entirely."),
        raw("copy", CUT, headline="Bridge", source="Post"),
        b"not JSON",
    ]
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture
def site() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/bridge"
        finally:
            server.shutdown()
            thread.join()


def said(*arguments: str) -> str:
    done = copydesk("explain", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_a_page_as_a_file_with_its_cuts_in_place(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    out = tmp_path / "out.html"
    shown = json.loads(said(str(tmp_path / "page.html"), "--html", str(out), "--json"))
    assert shown["topic"] == "articles.enriched"
    html = out.read_text("utf-8")
    removed = shown["value"]["removed"]
    assert {"• World news", "© All rights reserved by us"} <= {r["text"].strip() for r in removed}
    assert html.index("World news") < html.index("Anne Example") < html.index("© All rights")
    assert "Paris<small>place</small>" in html
    assert "outside_main_text" in html
    assert "English (en)" in html


def test_a_copy_in_a_file_is_told_with_the_line_of_its_original(jsonl: Path) -> None:
    shown = said(str(jsonl), "--line", "4")
    for fact in (
        *("this is line 4", "the 2 articles before it were claimed first", "near_content"),
        *("first, version 1", f"{jsonl}:1", "A bridge opens", "Wire", "word triples in both"),
        *("it would not have been enriched", "Anne Example"),
    ):
        assert fact in shown, fact


def test_the_first_line_is_explained_if_none_is_named(jsonl: Path) -> None:
    shown = said(str(jsonl))
    assert "this is line 1; --line N explains another one" in shown
    assert "an original: no earlier article has this text" in shown


def test_a_bad_line_of_standard_input_on_standard_output(jsonl: Path) -> None:
    done = copydesk("explain", "-", "--line", "5", "--html", "-", input=jsonl.read_bytes())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"<!doctype html>")
    assert b"Dead letter: undecodable in fingerprint" in done.stdout


def test_a_page_from_the_web(site: str, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    done = copydesk("explain", site, "--html", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    html = out.read_text("utf-8")
    for fact in (site, "fetched 20", "Anne Example", "World news", "A bridge opens"):
        assert fact in html, fact


def test_standard_input_and_standard_output() -> None:
    done = copydesk("explain", "-", "--html", "-", input=raw("a", STORY) + b"\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"<!doctype html>")


def test_what_a_word_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nr-3").touch()
    words = {
        "nr-3": "file",
        "nr-4": "id",
        "missing.html": "file",
        "-": "file",
        "HTTPS://a.example": "url",
        "articles.raw/0/5": "id",
        "urn:a:b": "id",
        "x" * 5000: "id",
        "a\0b": "id",
    }
    assert {word: kind_of(word) for word in words} == words
    with pytest.raises(CommandError, match="only http:// and https://"):
        kind_of("ftp://a.example/b")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{}/missing.html"], "missing.html: no such file or folder"),
        (["{}"], "is a folder; name a file in it"),
        (["{}/a.jsonl", "--line", "2"], "has no article in line 2; the last one is"),
        (["{}/a.jsonl", "--line", "99"], "has no article in line 99; the last one is"),
        (["{}/a.txt", "--line", "2"], "is one article and has no lines"),
        (["{}/empty.jsonl"], "holds no article"),
        (["http://127.0.0.1:1/"], "http://127.0.0.1:1/ cannot be fetched"),
        (["file:///etc/passwd"], "only http:// and https://"),
        (["nr-3", "--line", "2"], "--line is for files, and nr-3 is taken for an id"),
        (["{}/a.txt", "--html", "{}/no/such.html"], "cannot be written: No such file"),
    ],
)
def test_a_wrong_word_is_told(
    arguments: list[str],
    told: str,
    jsonl: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (jsonl.parent / "a.txt").write_text(STORY, "utf-8")
    (jsonl.parent / "empty.jsonl").touch()
    with pytest.raises(SystemExit) as ended:
        main(["explain", *(word.replace("{}", str(jsonl.parent)) for word in arguments)])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_the_help_says_that_an_address_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    assert "request from this machine" in " ".join(capsys.readouterr().out.split())
