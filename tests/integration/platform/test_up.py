"""The whole platform on this machine, as two commands start and stop it."""

from __future__ import annotations

import re
import signal
import socket
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from ivr.platform.processes import ProcessRecord
from ivr.platform.secrets import PHONES, Secrets
from ivr.platform.succession import spare_waits
from tests.integration.platform.conftest import Terminal

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(300),  # whole platforms start, and give way to those that have calls
]


def test_it_starts_shows_what_a_first_call_needs_stops_in_order_and_starts_beside_a_broken_file(
    terminal: Terminal,
) -> None:
    screen = terminal.up()

    secrets = Secrets.load_or_create(terminal.layout.secrets, ())
    assert all(name in screen and secrets.phones[name] in screen for name in PHONES)
    assert all(pin in screen for pin in secrets.pins.values())
    assert str(terminal.settings.asterisk.sip_port) in screen
    assert f":{terminal.settings.http.port}/metrics" in screen
    assert "100" in screen

    shown, code = terminal.watch()  # waits until the figures can be read
    assert "demo/support" in shown
    assert code == 0
    told = terminal.vaxel("status")
    assert told.returncode == 0, told.stdout
    assert "not well" not in told.stdout
    assert "demo/support" in told.stdout
    assert re.search(r"agents of demo: \d+ logged out", told.stdout)

    second = terminal.vaxel("up")
    assert second.returncode == 2
    assert "already runs" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1

    assert terminal.signal(signal.SIGINT) == 0
    assert not terminal.left()
    assert terminal.vaxel("status").returncode == 1

    log = (terminal.layout.asterisk_log / "messages").read_text()
    assert not re.findall(r".*(?:WARNING|ERROR).*", log)
    assert "modules will be loaded" in log

    passwords, spoken = terminal.layout.secrets.read_text(), _spoken(terminal)
    assert spoken
    tree = terminal.settings.trees / "demo" / "reception.yaml"
    tree.write_text(tree.read_text().replace("start:", "begin:"))

    screen = terminal.up()

    assert re.search(r"demo gets version 1, .*reception\.yaml:\d+:\d+: error: ", screen)
    terminal.hear("demo gets version 1, its files cannot be used: ")  # again, below the screen
    terminal.watch()  # as above
    told = terminal.vaxel("status")
    assert "newer ones of demo are refused: " in told.stdout
    assert "demo/support" in told.stdout
    assert terminal.layout.secrets.read_text() == passwords
    assert spoken.items() <= _spoken(terminal).items()  # other tests' platforms speak there too
    assert terminal.vaxel("down").stdout == "Växel is stopped.\n"
    assert not terminal.left()


def test_a_controller_that_is_killed_comes_back_by_itself_and_others_are_run_anew(
    terminal: Terminal,
) -> None:
    terminal.up()
    asterisk, spare = terminal.process("asterisk"), terminal.process("spare")
    while not spare_waits(terminal.layout):
        time.sleep(0.05)
    assert spare.net_connections("all") == [], "it knows neither Redis nor Asterisk"
    assert {Path(file.path).name for file in spare.open_files()} == {
        *("controller.log", "controller.lock", "spare.lock")
    }, "nor the database"
    spare.send_signal(signal.SIGHUP)  # new call trees are for the one that serves
    assert "spare: waits yes" in terminal.vaxel("status").stdout

    terminal.process("controller").kill()
    terminal.hear("Controller ended unexpectedly (code -9); its spare takes its place")

    assert terminal.process("controller") == spare
    while not (figures := _page(terminal, "metrics")):
        time.sleep(0.05)
    assert "vaxel_controller_spare 0.0" in figures, "the next one is not started yet"
    assert terminal.vaxel("trees", "reload").returncode == 0

    anew = terminal.vaxel("restart")
    assert anew.returncode == 0, anew.stdout + anew.stderr
    assert anew.stdout.endswith("The new controller takes calls.\n")
    terminal.hear("Controller was told to stop and ")  # and has ended perhaps: it had no call
    assert terminal.process("controller") != spare
    assert _page(terminal, "readyz")
    assert asterisk.is_running()
    assert terminal.signal(signal.SIGTERM) == 0
    assert not terminal.left()


def test_a_terminal_that_is_closed_ends_no_supervision(terminal: Terminal) -> None:
    terminal.up()
    terminal.close()
    note = terminal.layout.record("controller")
    killed = ProcessRecord.read(note)

    terminal.process("controller").kill()
    while (again := ProcessRecord.read(note)) == killed:
        time.sleep(0.05)

    assert again is not None
    assert again.alive()
    assert terminal.signal(signal.SIGHUP) == 0
    assert not terminal.left()


def test_what_a_killed_supervisor_leaves_is_told_and_ended_by_the_next_start_or_by_hand(
    terminal: Terminal,
) -> None:
    terminal.up()
    terminal.signal(signal.SIGKILL)
    left = {process.pid for process in terminal.left()}

    told = terminal.vaxel("status")
    assert told.returncode == 1
    assert "left processes behind" in told.stdout

    screen = terminal.up()
    # the controller, its spare, the speech server, Asterisk and Redis
    assert screen.count("left from before") == 5
    assert len(left) >= 5
    assert not left & {process.pid for process in terminal.left()}

    terminal.signal(signal.SIGKILL)
    assert terminal.left()
    assert terminal.vaxel("down").returncode == 0
    assert not terminal.left()
    assert terminal.vaxel("down").stdout == "Växel does not run.\n"


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", terminal.settings.agi.port)):
        refused = terminal.vaxel("up")

    assert refused.returncode == 2
    assert f"Port {terminal.settings.agi.port}" in refused.stderr
    assert "setting agi.port" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not list(terminal.layout.run.glob("*.json"))


def test_a_state_that_cannot_be_written_is_one_sentence(terminal: Terminal) -> None:
    terminal.layout.prometheus_config.mkdir(parents=True)

    refused = terminal.vaxel("up")

    assert refused.returncode == 2
    assert f"{terminal.layout.prometheus_config} cannot be written" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_first_start_with_an_error_in_what_all_share_is_refused(terminal: Terminal) -> None:
    base = terminal.settings.trees / "base.yaml"
    base.write_text("texts: [\n")

    refused = terminal.vaxel("up")

    assert refused.returncode == 2
    assert re.search(r"base\.yaml:\d+:\d+", refused.stderr)
    assert not terminal.layout.state.exists()


def test_a_controller_that_cannot_start_takes_the_others_with_it(terminal: Terminal) -> None:
    terminal.share_prompts()

    refused = terminal.vaxel("up", VAXEL_DATABASE_URL="sqlite+aiosqlite:////dev/null/no.db")

    assert refused.returncode == 2
    assert "Controller ended while starting" in refused.stderr
    assert not terminal.left()
    assert not list(terminal.layout.run.glob("*.json"))


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_a_wrong_setting_is_one_sentence_for_every_command(
    terminal: Terminal, command: str
) -> None:
    refused = terminal.vaxel(command, VAXEL_AGI__PORT="many")

    assert refused.returncode == 2
    assert "agi.port is wrong" in refused.stderr
    assert "Traceback" not in refused.stderr


def _page(terminal: Terminal, name: str) -> str:
    """A page of the controller; nothing while none serves, or not all of it."""
    with suppress(OSError):
        http = terminal.settings.http
        with urllib.request.urlopen(f"http://{http.host}:{http.port}/{name}", timeout=10) as page:
            return str(page.read().decode())
    return ""


def _spoken(terminal: Terminal) -> dict[str, int]:
    """The prompts and when each was written."""
    files = (file for file in terminal.layout.prompts.rglob("*.*") if file.is_file())
    return {str(file): file.stat().st_mtime_ns for file in files}
