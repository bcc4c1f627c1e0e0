from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli.trees import register
from ivr.platform.errors import SettingsInvalid
from tests.unit.flow.trees import DEMO, END, ORGANISATION, write

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _plain_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(DEMO))


def vaxel(*arguments: str, typed: str | None = None) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, arguments, input=typed)


def test_check_of_right_trees_ends_with_0() -> None:
    files = [file for file in DEMO.rglob("*.yaml") if not file.name.endswith(".test.yaml")]
    result = vaxel("check")
    assert (result.exit_code, result.output) == (
        0,
        f"0 errors, 0 warnings in {len(files)} files\n",
    )


def test_check_tells_each_problem_and_ends_with_1(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    nodes = "  b: {hang_up: }\n"
    write(tmp_path / "town", "t.yaml", f"numbers: ['1']\nstart: edn\nnodes:\n{END}{nodes}")
    result = vaxel("check", str(tmp_path))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{tmp_path}/town/t.yaml:2:8: error: no node is named “edn”",
        "    start: edn",
        "           ^",
        "    did you mean “end”?",
        "1 error, 0 warnings in 2 files",
    ]


def test_check_of_warnings_alone_ends_with_0(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", ORGANISATION)
    write(
        tmp_path / "town", "t.yaml", f"numbers: ['1']\nstart: end\nnodes:\n{END}  b: {{hang_up: }}"
    )
    result = vaxel("check", str(tmp_path))
    assert result.exit_code == 0
    assert "5:3: warning: no way leads to the node “b”" in result.output


def test_check_of_no_folder_ends_with_2(tmp_path: Path) -> None:
    result = vaxel("check", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "is not a folder" in result.output


@pytest.mark.parametrize("command", [("check",), ("call", "100"), ("call", "100", "--sip")])
def test_a_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("VAXEL_AGI__PORT", "many")
    result = vaxel(*command)
    assert isinstance(result.exception, SettingsInvalid)  # which the command line tells
    assert str(result.exception).startswith("The setting agi.port is wrong: ")


def test_a_call_by_script_tells_all_that_is_heard() -> None:
    result = vaxel("call", "100", "--keys", "3,,1,n,")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[1] == "sv  Välkommen till Exempelstad."
    assert "    6 s of silence" in lines
    waits = lines.index("    waits in the queue “support”, language en")
    assert lines[waits + 1 : waits + 3] == [
        "    requires: language: en",
        "    requires after 60 s: anybody of the queue",
    ]
    assert "    nobody is logged in" in lines
    assert "    no message" in lines
    assert lines[-2] == "en  Thank you for calling. Goodbye."
    assert lines[-1] == (
        "the call tree hung up; the way was: welcome → choose_language → opening → main → "
        "support → nobody → message → goodbye"
    )


def test_a_call_at_a_given_time_meets_the_opening_hours() -> None:
    closed = vaxel("call", "101", "--keys", "", "--at", "2026-12-24T10:00")
    assert "Kontoret har stängt." in closed.output
    assert "office, Thu 2026-12-24 10:00" in closed.output
    opened = vaxel("call", "101", "--keys", "a", "--at", "2026-12-23T10:00")
    assert "Välkommen till kontoret" in opened.output


def test_a_call_by_hand_asks_at_each_turn() -> None:
    result = vaxel("call", "08-465 004 00", typed="x\n2\nhvad\nåbningstider\n\n1\nt\nhej\n")
    assert result.exit_code == 0
    assert "a telephone has the keys 0–9, * and #" in result.output
    assert "said “hvad”; listened for: borgerservice, åbningstider" in result.output
    assert "da  Vi forstod ikke, hvad du sagde." in result.output
    assert "da  Omstillingen har åbent døgnet rundt." in result.output
    assert "t = wait 900 s in vain" in result.output
    assert "da  Alle vores medarbejdere er desværre stadig optaget." in result.output
    assert "a message of 8 s" in result.output


def test_in_the_queue_other_letters_are_asked_again() -> None:
    result = vaxel("call", "100", typed="2\n1\nz\n\n")
    assert "that cannot happen here" in result.output
    assert "an agent answers, talks and hangs up" in result.output


@pytest.mark.parametrize("typed", ["h\n", ""])
def test_h_and_the_end_of_input_hang_up(typed: str) -> None:
    result = vaxel("call", "100", typed=typed)
    assert result.exit_code == 0
    assert result.output.endswith("the caller hung up; the way was: welcome → choose_language\n")


def test_a_number_of_nobody_names_those_of_somebody() -> None:
    result = vaxel("call", "999")
    assert result.exit_code == 2
    assert "Nobody answers the number 999." in result.output
    assert "+46 8 465 004 00, 100" in result.output


def test_a_call_into_trees_with_errors_tells_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "town", "organisation.yaml", "[")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path))
    result = vaxel("call", "100")
    assert result.exit_code == 1
    assert "organisation.yaml:1:2: error: this is not YAML" in result.output


@pytest.mark.parametrize(
    "options", [["--keys", "x"], ["--play", "a.wav"], ["--sip", "--at", "2026-01-01"]]
)
def test_options_that_make_no_sense_are_refused(options: list[str]) -> None:
    result = vaxel("call", "100", *options)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_real_call_is_handed_to_the_sip_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[tuple[str, str, Path | None, Path | None, float]] = []

    async def place(
        number: str, *, keys: str, play: Path | None, record: Path | None, seconds: float
    ) -> int:
        placed.append((number, keys, play, record, seconds))
        return 1

    monkeypatch.setattr("ivr.softphone_call.place", place)
    result = vaxel("call", "100", "--sip", "--keys", "1", "--record", "heard.wav", "--seconds", "9")
    assert placed == [("100", "1", None, Path("heard.wav"), 9)]
    assert result.exit_code == 1
