"""``python -m tests.deploy.search``: the search index on a real OpenSearch node.

The samples go through ``copydesk enrich``; what comes out is written as the indexer of
deploy/search/indexer.yaml writes it (its mapping is repeated in Python here, as its own program
cannot be had), and is found again by text, person, place, distance and language.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.deploy import opensearch
from tests.deploy.composed import ROOT
from tests.deploy.programs import UNPRIVILEGED, entry_point
from tests.kafka.jars import KafkaUnavailableError
from workers import samples
from workers.runtime.broker import die_with_parent, free_port

SEARCH = ROOT / "deploy" / "search"
START_SECONDS = 240.0
LONGEST_NAME = 512
"""Bytes of a document's name in OpenSearch."""


class Node:
    """OpenSearch until the end of the ``with`` block."""

    def __init__(self, folder: Path) -> None:
        port, transport = free_port(), free_port()
        self.address = f"http://127.0.0.1:{port}"
        settings = {"discovery.type": "single-node", "action.auto_create_index": "false"}
        words = opensearch.command(folder / "node", port, transport, settings)
        user = UNPRIVILEGED if os.getuid() == 0 else None
        if user is not None:
            folder.chmod(0o755)
            for path in (folder / "node", *(folder / "node").rglob("*")):
                os.chown(path, user, user)
        self._log = folder / "node.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                words, stdout=log, stderr=log, cwd=folder / "node", user=user, preexec_fn=tied()
            )

    def __enter__(self) -> Node:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.ask("GET", "_cluster/health?wait_for_status=yellow&timeout=3s")
                return self
            except OSError:
                time.sleep(0.5)
        self.__exit__()
        raise AssertionError(f"no OpenSearch: {self._log.read_text('utf-8', 'replace')[-3000:]}")

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(60)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the answer's JSON. HTTPError (an OSError) unless it is 2xx."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}/{path}",
            method=method,
            data=data,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def found(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """The documents that a query finds."""
        answer = self.ask("POST", "articles/_search", {"query": query, "size": 100})
        return [hit["_source"] for hit in answer["hits"]["hits"]]


def tied() -> Any:
    """End the node with this process, where that is possible."""
    return die_with_parent if sys.platform == "linux" else None


def main() -> int:
    """Check everything; 0 also where OpenSearch cannot be had, with a word of it."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="copydesk-search-") as name:
        try:
            node = Node(Path(name))
        except KafkaUnavailableError as error:
            console.print(f"deploy/search: not run: {error}")
            return 0
        try:
            with node:
                check(node, console)
        except (AssertionError, urllib.error.HTTPError) as error:
            said = error.read().decode() if isinstance(error, urllib.error.HTTPError) else ""
            console.print(f"deploy/search: {error} {said}", style="red", markup=False)
            return 1
    return 0


def check(node: Node, console: Console) -> None:
    """Make the index, fill it, ask it, delete from it."""
    assert create(node) == "index articles: made"
    assert create(node) == "index articles: up to date"
    records = list(enriched())
    write(node, [(record["id"], record) for record in records])
    assert len(node.found({"match_all": {}})) == len(records)
    # The same again, as after a redelivery, changes nothing.
    write(node, [(record["id"], record) for record in records])
    assert len(node.found({"match_all": {}})) == len(records)
    told = [asked(node, records, kind) for kind in ("person", "place")]
    told += [by_text(node, records), by_language(node, records), by_distance(node, records)]
    gone = records[0]["id"]
    assert write(node, [(gone, None)]) == [200]
    assert not node.found({"term": {"id": gone}})
    # Forgotten again: the status that indexer.yaml takes for done.
    assert write(node, [(gone, None)]) == [404]
    long = {**records[1], "id": "і" * 400}
    write(node, [(long["id"], long)])
    assert len(node.found({"term": {"id": long["id"]}})) == 1
    # A time that is none keeps no article out.
    odd = {**records[2], "id": "odd", "published_at": "yesterday"}
    write(node, [("odd", odd)])
    assert len(node.found({"term": {"id": "odd"}})) == 1
    console.print(f"deploy/search on OpenSearch {opensearch.version()}: {len(records)} articles")
    console.print(f"found by {', '.join(told)}; a tombstone deleted one")


def create(node: Node) -> str:
    """Run the program that makes the index; what it said."""
    program, template = (str(SEARCH / name) for name in ("create_index.py", "index-template.json"))
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, program, node.address, "articles", template],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def enriched() -> Iterator[dict[str, Any]]:
    """The enriched records of the samples."""
    lines = b"".join(path.read_bytes() for path in samples.paths() if path.suffix == ".jsonl")
    environment = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir()}
    done = subprocess.run(
        [*entry_point(), "enrich"], input=lines, stdout=subprocess.PIPE, env=environment, check=True
    )
    newest: dict[str, dict[str, Any]] = {}
    for line in done.stdout.splitlines():
        outcome = json.loads(line)
        if outcome["topic"] == "articles.enriched":
            newest[outcome["value"]["id"]] = outcome["value"]
    yield from newest.values()


def document(record: dict[str, Any]) -> dict[str, Any]:
    """What the indexer makes of a record."""
    links = [(entity["name"], entity["link"]) for entity in record.get("entities", [])]
    places = [
        {"name": name, "at": {"lat": link["latitude"], "lon": link["longitude"]}}
        for name, link in links
        if link is not None and link["latitude"] is not None
    ]
    return {**record, "places": places}


def write(node: Node, records: list[tuple[str, dict[str, Any] | None]]) -> list[int]:
    """One bulk request, as the indexer sends it; None stands for a tombstone. The statuses."""
    lines: list[dict[str, Any]] = []
    for key, record in records:
        encoded = key.encode()
        name = key
        if len(encoded) > LONGEST_NAME:
            name = f"sha256-{hashlib.sha256(encoded).hexdigest()}"
        action = "delete" if record is None else "index"
        lines.append({action: {"_index": "articles", "_id": name}})
        if record is not None:
            lines.append(document(record))
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    answer = node.ask("POST", "_bulk?refresh=true", body)
    assert not answer["errors"], answer
    return [done["status"] for item in answer["items"] for done in item.values()]


def asked(node: Node, records: list[dict[str, Any]], kind: str) -> str:
    """Search by the name of the entity that most articles have; what was found, in words."""
    names = [
        entity["name"]
        for record in records
        for entity in {e["name"]: e for e in record.get("entities", [])}.values()
        if entity["type"] == kind
    ]
    name = max(sorted(set(names)), key=names.count)
    terms = [{"term": {"entities.type": kind}}, {"term": {"entities.name.exact": name}}]
    nested = {"nested": {"path": "entities", "query": {"bool": {"filter": terms}}}}
    found = node.found(nested)
    assert len(found) == names.count(name), f"{kind} {name}: {len(found)}"
    return f"{kind} {name} ({len(found)})"


def by_text(node: Node, records: list[dict[str, Any]]) -> str:
    """Search by the words of a headline."""
    record = next(record for record in records if record.get("headline"))
    found = node.found({"match": {"headline": record["headline"]}})
    assert found[0]["id"] == record["id"]
    return "headline"


def by_language(node: Node, records: list[dict[str, Any]]) -> str:
    """Search by language."""
    found = node.found({"term": {"language": "uk"}})
    assert len(found) == sum(record["language"] == "uk" for record in records)
    assert found
    return f"language uk ({len(found)})"


def by_distance(node: Node, records: list[dict[str, Any]]) -> str:
    """Search around a place."""
    places = [place for record in records for place in document(record)["places"]]
    at = places[0]["at"]
    found = node.found({"geo_distance": {"distance": "50km", "places.at": at}})
    assert any(place["at"] == at for record in found for place in document(record)["places"])
    return f"50 km around {places[0]['name']} ({len(found)})"


if __name__ == "__main__":
    sys.exit(main())
