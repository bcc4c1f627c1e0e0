"""``vaxel call NUMBER --sip``: a real call from the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.wav import read_wav
from tests.e2e.rig.listening import hears_prompt
from tests.e2e.rig.phones import RECEPTION, Cast, Ears
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.reception import WELCOME

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.usefixtures("cast")
async def test_a_call_from_the_terminal_is_heard_and_told(
    platform: Platform, ears: Ears, tmp_path: Path
) -> None:
    heard = tmp_path / "heard.wav"
    code, told = await platform.vaxel(
        "call",
        RECEPTION,
        "--sip",
        "--keys",
        ",1",
        "--record",
        str(heard),
        "--seconds",
        "6",
    )
    assert code == 0, told
    assert "answered" in told
    assert "pressed 1" in told
    assert hears_prompt(read_wav(heard), await ears.sound(WELCOME))


@pytest.mark.usefixtures("cast")
async def test_a_number_that_nobody_has_ends_with_one(platform: Platform) -> None:
    code, told = await platform.vaxel("call", "999999", "--sip")
    assert code == 1
    assert "not answered" in told


async def test_status_tells_that_all_is_well(platform: Platform, cast: Cast) -> None:
    code, told = await platform.vaxel("status")
    assert code == 0, told
