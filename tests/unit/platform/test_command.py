from __future__ import annotations

import pytest
from typer.testing import CliRunner

from acd.errors import AcdUnavailable
from ivr import cli
from ivr.platform.errors import PortTaken

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("error", [PortTaken("Port 1 is taken."), AcdUnavailable("refused")])
def test_an_error_of_any_room_is_one_sentence_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)

    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert capsys.readouterr().err == f"{error}\n"


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "app", fail)

    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_the_help_names_every_command_and_where_to_begin() -> None:
    told = CliRunner().invoke(cli.app, ["--help"]).output

    assert all(f" {name} " in told for name in ("up", "down", "status", "check", "call"))
    assert "Växel" in told


@pytest.mark.parametrize("name", ["up", "down", "status"])
def test_each_command_says_what_it_does_in_its_own_help(name: str) -> None:
    told = CliRunner().invoke(cli.app, [name, "--help"])

    assert told.exit_code == 0
    assert len(told.output.split()) > 15
