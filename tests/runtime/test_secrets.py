"""A password is in no text that is made of the objects that hold it, nor in a logged traceback."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from workers.pipeline import FINGERPRINT
from workers.runtime import logs
from workers.runtime.connection import client_arguments
from workers.runtime.consume import Consumption
from workers.runtime.delivery import Delivery
from workers.runtime.hops import FingerprintHop
from workers.runtime.metrics import Metrics
from workers.runtime.worker import Worker
from workers.settings import Settings, load

SECRET = "correct-horse-battery"


@pytest.fixture
def secured(tmp_path: Path) -> Settings:
    file = tmp_path / "password"
    file.write_text(SECRET)
    return load(
        {
            "COPYDESK_SECURITY_PROTOCOL": "SASL_SSL",
            "COPYDESK_SASL_USERNAME": "desk",
            "COPYDESK_SASL_PASSWORD_FILE": str(file),
        }
    )


def test_the_password_is_in_no_text_of_what_holds_it(secured: Settings) -> None:
    async def texts() -> list[str]:
        hop = FingerprintHop.__new__(FingerprintHop)  # only its names are read
        hop.batch = 16
        consumption = Consumption(secured, hop, Metrics((FINGERPRINT,)), lambda error: None)
        app = consumption.app
        credentials: Any = app.conf.broker_credentials
        assert credentials.password == SECRET
        holders = [secured, credentials, app, app.conf, app.transport, app.consumer, consumption]
        holders += [Delivery(secured), Worker(secured, (FINGERPRINT,))]
        return [form(item) for item in holders for form in (repr, str)]

    assert client_arguments(secured)["sasl_plain_password"] == SECRET
    assert not [text for text in asyncio.run(texts()) if SECRET in text]


@pytest.mark.parametrize("form", ["pretty", "json"])
def test_a_traceback_shows_no_local_variables(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.configure(load({"COPYDESK_LOG_FORMAT": form, "COPYDESK_LOG_LEVEL": "debug"}))
        try:
            _fail_with(SECRET)
        except ValueError:
            logging.getLogger("aiokafka").error("of a library", exc_info=True)
            logs.get("workers").error("of our own", exc_info=sys.exc_info())
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = capsys.readouterr().err
    assert said.count("ValueError: it did not work") == 2
    assert SECRET not in said


def _fail_with(password: str) -> None:
    arguments = {"sasl_plain_password": password}
    raise ValueError("it did not work" if arguments else "")
