"""The agent's codes: what is asked of the recording, and when the dialplan must see to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ivr.conversations.recording_codes import RecordingCodes
from ivr.flow.load import load_organisation
from ivr.office import Office
from recorder.pauses import Cause, Pauses
from tests.unit.recorder.test_sidecar import SIDECAR
from wire.agi.session import AgiSession
from wire.ami.errors import AmiError, AmiNotConnected

pytestmark = pytest.mark.unit

TOWN = load_organisation(Path(__file__).parents[4] / "dialplans" / "demo")
PAUSED, GOES_ON = "Inspelningen är pausad.", "Inspelningen fortsätter."
BEGINS, NOT_RECORDED = "Inspelningen börjar.", "Samtalet spelas inte in."


class FakeDesk:
    """An agent's channel and the recording on it; all that happens, in its order."""

    def __init__(self, folder: Path, code: str, tape: str) -> None:
        sidecar = replace(SIDECAR, org="town")
        sidecar.write(folder)
        self.environment = SimpleNamespace(extension=code, channel="PJSIP/agent1-2")
        self.variables = {"VAXEL_RECORDING": str(folder / sidecar.base), "VAXEL_TAPE": tape}
        self.happened: list[str] = []
        self.away = False

    async def get_variable(self, name: str) -> str | None:
        return self.variables.get(name)

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value

    async def stream_file(self, name: str, *, interrupt: str = "") -> str:
        self.happened.append(name)
        return ""

    def of(self, organisation: str) -> FakeDesk:
        assert organisation == TOWN.id
        return self

    async def path(self, text: str, _language: str) -> str:
        return text

    async def pause(self, _channel: str, cause: Cause) -> None:
        self._step(f"paused for {cause}")

    async def resume(self, _channel: str, cause: Cause) -> None:
        self._step(f"resumed for {cause}")

    def _step(self, step: str) -> None:
        if self.away:
            raise AmiNotConnected("away")
        self.happened.append(step)

    async def serve(self) -> None:
        office = cast(Office, SimpleNamespace(organisation=TOWN))
        codes = RecordingCodes({"town": office}, cast(Pauses, self), self)
        await codes.serve(cast(AgiSession, self))

    @property
    def served(self) -> bool:
        """Whether the dialplan has nothing left to do."""
        return self.variables.get("VAXEL_DONE") == "1"


@pytest.mark.parametrize(
    ("code", "tape", "happened"),
    [
        ("pause", "on", ["paused for agent", PAUSED]),
        ("resume", "on", [GOES_ON, "resumed for agent"]),
        ("resume", "", [BEGINS]),
        ("pause", "", [NOT_RECORDED]),
        ("pause", "cut", [NOT_RECORDED]),
        ("resume", "cut", [NOT_RECORDED]),
    ],
)
async def test_what_the_agent_hears_is_said_in_silence_and_true(
    tmp_path: Path, code: str, tape: str, happened: list[str]
) -> None:
    desk = FakeDesk(tmp_path, code, tape)
    await desk.serve()
    assert desk.happened == happened
    assert desk.served


@pytest.mark.parametrize("code", ["pause", "resume"])
async def test_while_asterisk_cannot_be_asked_the_dialplan_does_what_it_can(
    tmp_path: Path, code: str
) -> None:
    desk = FakeDesk(tmp_path, code, "on")
    desk.away = True
    with pytest.raises(AmiError):
        await desk.serve()
    assert not desk.served
    assert PAUSED not in desk.happened


async def test_a_recording_that_nobody_knows_is_left_to_the_dialplan(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path, "pause", "on")
    desk.variables["VAXEL_RECORDING"] = str(tmp_path / "nothing")
    await desk.serve()
    assert not desk.served
    assert desk.happened == []
