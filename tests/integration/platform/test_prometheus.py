"""The platform's own Prometheus: one of its parts, and nobody's crutch."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.integration.platform.conftest import Terminal

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(300),  # a whole platform starts, and gives way to those that have calls
    pytest.mark.parametrize("terminal", [True], indirect=True),
]


def test_it_runs_beside_the_others_and_neither_its_damage_nor_its_death_disturbs_them(
    terminal: Terminal,
) -> None:
    data = terminal.layout.prometheus_data
    data.mkdir(parents=True)
    (data / "wal").write_text("no folder")

    screen = terminal.up()

    assert "Prometheus ended while starting" in screen
    assert "Calls are taken without it." in screen
    assert f"http://127.0.0.1:{terminal.settings.prometheus.port}" in screen
    told = terminal.vaxel("status")
    assert told.returncode == 1
    assert "Prometheus does not run" in told.stdout

    (data / "wal").unlink()
    while terminal.vaxel("status").returncode:  # it is started again and again by itself
        pass
    prometheus = terminal.process("prometheus")
    listening = {c.laddr.ip for c in prometheus.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    others = [terminal.process(name) for name in ("redis", "asterisk", "controller")]

    prometheus.kill()
    terminal.hear("Prometheus ended unexpectedly (code -9); it is started again")

    assert all(process.is_running() for process in others)
    assert terminal.signal(signal.SIGTERM) == 0
    assert not terminal.left()
