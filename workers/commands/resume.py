"""``copydesk resume``: end the pause of workers that stopped because too much failed."""

from __future__ import annotations

import argparse
import http.client
import json
import sys
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from workers.commands import CommandError
from workers.setting_rules import host_and_port
from workers.settings import variable

SECONDS = 10.0
FAILED = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "addresses",
        nargs="+",
        metavar="HOST:PORT",
        help="where the worker serves its metrics and health; it tells so when it starts",
    )


def run(arguments: argparse.Namespace) -> int:
    """Tell each worker to go on; 1 if one of them could not be told."""
    for address in arguments.addresses:
        _check(address)
    failed = False
    for address in arguments.addresses:
        try:
            resumed = _resume(address)
        except CommandError as error:
            failed = True
            print(f"copydesk resume: {address}: {error}", file=sys.stderr)
            continue
        for stage, why in resumed.items():
            print(f"{address}: {stage} goes on; it was {why}")
        if not resumed:
            print(f"{address}: nothing to resume")
    return FAILED if failed else 0


def _check(address: str) -> None:
    try:
        host_and_port(address)
    except ValueError:
        raise CommandError(f"{address!r} is no address of a worker; it must be HOST:PORT") from None


def _resume(address: str) -> dict[str, str]:
    from workers.runtime.http import RESUME

    request = Request(
        f"http://{address}{RESUME}",
        data=b"{}",
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        # Workers are in the operator's own network, where a proxy is in the way.
        with build_opener(ProxyHandler({})).open(request, timeout=SECONDS) as answer:
            told: dict[str, str] = json.load(answer)["resumed"]
            return told
    except HTTPError as error:
        hint = _told(error) or "is this the address of a worker's metrics?"
        raise CommandError(f"answers {error.code} {error.reason}; {hint}") from None
    except (URLError, OSError, http.client.HTTPException) as error:
        why = error.reason if isinstance(error, URLError) else error
        raise CommandError(
            f"no worker answers there: {why}; the log line `worker starts` and "
            f"{variable('http_host')} and {variable('http_port')} say where it serves its metrics"
        ) from None
    except (ValueError, TypeError, KeyError):
        raise CommandError("the answer is not a worker's; is it another service?") from None


def _told(error: HTTPError) -> str:
    """What a worker says why it refuses; empty if it is none."""
    try:
        told: str = json.load(error)["error"]
        return told if isinstance(told, str) else ""
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        return ""
