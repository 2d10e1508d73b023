"""Make the search index, or bring the mapping of the one that exists up to date.

``create_index.py ADDRESS INDEX TEMPLATE``: the template is stored under the index's name. A mapping
that OpenSearch cannot change in place (another type of a field) ends this with its reason; then
write the topic into a new index, see deploy/README.md.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

SECONDS = 60


class RefusedError(Exception):
    """OpenSearch did not do it; the message has its reason."""


def ask(address: str, method: str, path: str, body: Any = None) -> int:
    """Send one request; its status. RefusedError unless that is 2xx, or 404 for HEAD."""
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
        f"{address.rstrip('/')}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        if method == "HEAD" and error.code == 404:
            return 404
        said = error.read().decode("utf-8", "replace")
        raise RefusedError(f"{method} {path}: {error.code} {said}") from None
    except OSError as error:
        raise RefusedError(f"OpenSearch does not answer on {address}: {error}") from None


def create(address: str, index: str, template: Any) -> str:
    """Store the template, and make the index or extend its mapping; what was done, in words."""
    ask(address, "PUT", f"_index_template/{index}", template)
    if ask(address, "HEAD", index) == 404:
        ask(address, "PUT", index)
        return "made"
    ask(address, "PUT", f"{index}/_mapping", template["template"]["mappings"])
    return "up to date"


def main() -> int:
    """Run with the words of the command line; the process's status."""
    if len(sys.argv) != 4:
        print("usage: create_index.py ADDRESS INDEX TEMPLATE", file=sys.stderr)
        return 2
    address, index, path = sys.argv[1:]
    try:
        done = create(address, index, json.loads(Path(path).read_text("utf-8")))
    except RefusedError as error:
        print(f"create_index.py: {error}", file=sys.stderr)
        return 1
    print(f"index {index}: {done}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
