"""The README's commands do what it says, in its order, on a platform of their own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ivr.settings import CHECKOUT
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.platform import UP_SECONDS, Platform

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(600),
]

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")

HEAVY = {
    "make test": "/pytest",  # runs this very test
    "make bench": "-m tests.load",  # minutes on both cores
    "make load": "test_collisions.py tests/load",  # likewise
    "make soak": "-m tests.load.soak",  # ten minutes
    "make images-test": "pytest tests/images",  # builds whole machines
}
"""Commands that are not run from here, each with what its recipe must hold."""

TERMINAL = {".venv/bin/vaxel call 100"}
"""Commands that a person types into; here the caller hangs up at once."""

DEMO = "make demo"
"""Runs beside the commands behind it."""

FILES = ("heard.wav", "conversation.wav", "agents.html", "calls.svg", "reception.svg")

LIVELY_SECONDS = 240
"""From the start of the demo until each of its commands has something to show.

Two minutes where nothing else runs; other tests beside it take their share of the machine.
"""


def commands() -> list[str]:
    """Every command line of the README's shell blocks, without its comment."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize(("command", "recipe"), HEAVY.items())
async def test_a_command_too_heavy_to_run_here_exists(command: str, recipe: str) -> None:
    assert command in commands()
    plan = await asyncio.create_subprocess_exec(
        *command.split(), "--dry-run", cwd=CHECKOUT, stdout=subprocess.PIPE
    )
    said, _ = await plan.communicate()
    assert recipe in said.decode()


async def test_every_other_command_works(tmp_path: Path) -> None:
    platform = Platform(lambda _: CHECKOUT / "dialplans", prometheus=True)
    platform.share_prompts()
    up = await asyncio.create_subprocess_exec(
        "make", "up", cwd=CHECKOUT, env=platform.environment, stdout=subprocess.DEVNULL
    )
    demo: asyncio.subprocess.Process | None = None
    until = 0.0
    try:
        await eventually(lambda: "well" in _said(platform, "make status"), seconds=UP_SECONDS)
        for command in commands():
            if command in HEAVY or command == "make up":
                continue
            if command == DEMO:
                demo = await asyncio.create_subprocess_shell(
                    command,
                    cwd=CHECKOUT,
                    env=platform.environment,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
                until = time.monotonic() + LIVELY_SECONDS
                continue
            if command == "make down" and demo is not None:
                os.killpg(demo.pid, signal.SIGINT)  # as Ctrl-C does
                await asyncio.wait_for(demo.wait(), 60)
            await _until_it_works(platform, command, tmp_path, until)
        assert set(FILES) <= set(os.listdir(tmp_path))
        assert await asyncio.wait_for(up.wait(), 60) == 0  # `make down` has ended it
    finally:
        if demo is not None and demo.returncode is None:
            os.killpg(demo.pid, signal.SIGKILL)
        if up.returncode is None:
            up.send_signal(signal.SIGINT)
            await up.wait()
        platform.remove()


async def _until_it_works(platform: Platform, command: str, folder: Path, until: float) -> None:
    """Run a command; a lively house may take its time until there is something to see."""
    while True:
        code, said = await _run(platform, command, folder)
        if code == 0 or time.monotonic() > until:
            assert code == 0, f"{command}: {said}"
            return
        await asyncio.sleep(1)


def _said(platform: Platform, command: str) -> str:
    done = subprocess.run(
        command.split(),
        cwd=CHECKOUT,
        env=platform.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else ""


async def _run(platform: Platform, command: str, folder: Path) -> tuple[int, str]:
    """Run a README command as typed; files that it names appear in ``folder``."""
    typed = " ".join(str(folder / word) if word in FILES else word for word in command.split())
    process = await asyncio.create_subprocess_shell(
        typed,
        cwd=CHECKOUT,
        env=platform.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate(b"h\n" if command in TERMINAL else b"")
    return process.returncode or 0, said.decode()
