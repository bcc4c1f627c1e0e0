from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from acd.errors import AcdUnavailable
from ivr import cli
from ivr.platform.errors import PortTaken

pytestmark = pytest.mark.unit


def fails_with(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [PortTaken("Port 1 is taken."), AcdUnavailable("refused")])
def test_an_error_of_any_room_is_one_sentence_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    monkeypatch.setattr(cli, "application", lambda _: fails_with(error))

    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert capsys.readouterr().err == f"{error}\n"


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "application", lambda _: fails_with(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_the_help_names_every_command_and_where_to_begin() -> None:
    told = CliRunner().invoke(cli.application(), ["--help"]).output

    assert all(f" {name} " in told for name in cli.MODULES)
    assert "Växel" in told


@pytest.mark.parametrize("name", cli.MODULES)
def test_each_command_says_what_it_does_in_its_own_help(name: str) -> None:
    told = CliRunner().invoke(cli.application(name), [name, "--help"])

    assert told.exit_code == 0
    assert f"vaxel {name} " in told.output
    assert len(told.output.split()) > 15


def test_a_word_that_is_no_command_is_answered_with_the_nearest() -> None:
    told = CliRunner().invoke(cli.application("reprot"), ["reprot"])

    assert told.exit_code == 2
    assert "report" in told.output


def test_what_stops_the_platform_reads_neither_call_trees_nor_the_record() -> None:
    reads = "from ivr.cli import application; application('down'); import sys; print(*sys.modules)"

    read = subprocess.run([sys.executable, "-c", reads], capture_output=True, text=True, check=True)

    assert "ivr.cli.platform" in read.stdout.split()
    assert not {"ivr.flow.load", "sqlalchemy", "matplotlib"} & {*read.stdout.split()}
