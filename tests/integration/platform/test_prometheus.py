"""The platform's own Prometheus: one of its parts, and nobody's crutch."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.integration.platform.conftest import Terminal

pytestmark = [
    pytest.mark.integration,
    pytest.mark.parametrize("terminal", [True], indirect=True),
]


def test_it_runs_beside_the_others_and_its_death_disturbs_nobody(terminal: Terminal) -> None:
    screen = terminal.up()
    assert f"http://127.0.0.1:{terminal.settings.prometheus.port}" in screen
    assert "prometheus" in terminal.vaxel("status").stdout
    others = [terminal.process(name) for name in ("redis", "asterisk", "controller")]
    first = terminal.process("prometheus")
    listening = {c.laddr.ip for c in first.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}

    first.kill()
    terminal.hear("Prometheus ended unexpectedly (code -9); it is started again at once")

    assert all(process.is_running() for process in others)
    assert terminal.signal(signal.SIGTERM) == 0
    assert not terminal.left()


def test_damaged_data_keep_it_from_its_work_and_nobody_else(terminal: Terminal) -> None:
    terminal.layout.prometheus_data.mkdir(parents=True)
    (terminal.layout.prometheus_data / "wal").write_text("no folder")

    screen = terminal.up()

    assert "Prometheus ended while starting" in screen
    assert "Calls are taken without it." in screen
    told = terminal.vaxel("status")
    assert told.returncode == 1
    assert "The prometheus does not run" in told.stdout
