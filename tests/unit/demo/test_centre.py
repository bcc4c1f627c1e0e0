"""What keeps the demo from being played, and what is said when something goes wrong in it."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr import cli
from ivr.demo import centre
from ivr.demo.errors import AlreadyPlayed
from ivr.demo.script import Script
from ivr.platform.paths import Layout
from ivr.platform.secrets import Secrets
from ivr.settings import CHECKOUT, Settings

pytestmark = pytest.mark.unit


async def test_a_second_demo_on_the_same_telephones_is_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.run.mkdir()
    Secrets.load_or_create(layout.secrets, ())
    settings = Settings(state=tmp_path, trees=CHECKOUT / "dialplans")

    with (layout.run / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(AlreadyPlayed, match="end that one with Ctrl-C"):
            await centre.play(settings, layout, Script(1, 6), asyncio.Event(), lambda _: None)


def test_what_goes_wrong_below_is_told_as_the_fault_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    async def play(*_: object) -> None:
        fault = {"fault": "Redis cannot be used."}
        logging.getLogger("store.following").warning("consumer waits for its stores", extra=fault)

    monkeypatch.setattr(centre, "play", play)
    told = CliRunner().invoke(cli.application("demo"), ["demo"])

    assert told.exit_code == 0
    assert "  Redis cannot be used.\n" in told.output
