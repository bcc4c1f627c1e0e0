"""``vaxel up`` as a person runs it: in a terminal, read line by line."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ivr.platform.parts import STOP_ORDER
from ivr.platform.processes import ProcessRecord
from tests.e2e.rig.platform import Platform

READY = "Växel is ready"
RESULTS = Path(__file__).resolve().parents[3] / "test-results"


class Terminal:
    """Runs ``vaxel`` commands for one installation and ends whatever they leave."""

    def __init__(self, platform: Platform) -> None:
        self.layout = platform.layout
        self.settings = platform.settings
        self.asterisk = platform.asterisk
        self._environment = platform.environment | {"COLUMNS": "120"}
        self._command = platform.command
        self.share_prompts = platform.share_prompts
        self._up: subprocess.Popen[str] | None = None
        self._ever: set[psutil.Process] = set()

    def vaxel(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._command(*arguments),
            env=self._environment | environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def up(self) -> str:
        """Start the platform and read its screen until it is ready."""
        self.share_prompts()
        self._up = subprocess.Popen(
            self._command("up"),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self._up.stdout is not None
        screen = ""
        for line in self._up.stdout:
            screen += line
            if "Stop with Ctrl-C" in line:
                self._ever |= set(psutil.Process(self._up.pid).children(recursive=True))
                return screen
        raise AssertionError(f"vaxel up ended:\n{screen}")

    def watch(self) -> tuple[str, int]:
        """What `vaxel status --watch` shows at a terminal until its second look; its exit code."""
        ours, theirs = pty.openpty()
        watching = subprocess.Popen(
            self._command("status", "--watch"),
            env=self._environment | {"TERM": "xterm", "LINES": "40"},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
        )
        os.close(theirs)
        shown = b""
        try:
            while shown.count(b"called back") < 2:
                shown += os.read(ours, 65536)
        finally:
            watching.send_signal(signal.SIGINT)
            code = watching.wait(10)
            os.close(ours)
        return shown.decode(errors="replace"), code

    def close(self) -> None:
        """Nobody reads what ``vaxel up`` says any more."""
        assert self._up is not None
        assert self._up.stdout is not None
        self._up.stdout.close()

    def signal(self, number: signal.Signals) -> int:
        """Signal ``vaxel up`` and wait for its end; its exit code."""
        assert self._up is not None
        self._up.send_signal(number)
        return self._up.wait(60)

    def hear(self, text: str) -> None:
        """Read what ``vaxel up`` says until ``text`` comes."""
        assert self._up is not None
        assert self._up.stdout is not None
        assert any(text in line for line in self._up.stdout), f"never said: {text}"

    def process(self, part: str) -> psutil.Process:
        """The process of a part that runs."""
        record = ProcessRecord.read(self.layout.record(part))
        assert record is not None
        process = psutil.Process(record.pid)
        self._ever.add(process)
        return process

    def left(self) -> list[psutil.Process]:
        """Processes of this installation that still run."""
        for part in STOP_ORDER:
            record = ProcessRecord.read(self.layout.record(part))
            if record is not None and record.alive():
                self._ever.add(psutil.Process(record.pid))
        return [p for p in self._ever if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def end(self) -> None:
        """End everything, however it stands."""
        if self._up is not None:  # first: it would start the others again
            self._up.kill()
            self._up.wait()
            assert self._up.stdout is not None
            self._up.stdout.close()
        for process in self.left():
            process.kill()

    def keep_evidence(self, name: str) -> None:
        """Copy the logs to where a person looks for them."""
        folder = RESULTS / re.sub(r"[^\w.-]+", "-", name)
        shutil.rmtree(folder, ignore_errors=True)
        for part in (self.layout.log, self.layout.asterisk_log):
            if part.is_dir():
                shutil.copytree(part, folder / part.relative_to(self.layout.state))


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """A terminal of an installation of its own; the parameter: whether with a Prometheus."""
    platform = Platform(prometheus=getattr(request, "param", False))
    terminal = Terminal(platform)
    failed_before = request.session.testsfailed
    try:
        yield terminal
        if request.session.testsfailed > failed_before:
            terminal.keep_evidence(request.node.nodeid)
    finally:
        terminal.end()
        platform.remove()
