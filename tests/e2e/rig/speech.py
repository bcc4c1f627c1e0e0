"""People who speak to menus: their words, the demo's menu in English, and who listens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from ivr.softphone import RATE_HZ, Line
from media.wav import read_wav
from tests.e2e.rig.phones import BEGINNING, Ears, Handset
from tests.e2e.rig.reception import CHOOSE_SWEDISH, MENU_ENGLISH, WELCOME

AUDIO = Path(__file__).resolve().parents[2] / "audio" / "speech" / "en"

RECEPTION = "100"
NOBODY = "There is nobody here right now to take your call."
OPENING_HOURS = "The switchboard is open around the clock."
UNCLEAR = "Sorry, we did not understand what you said."


def words(name: str) -> bytes:
    """Somebody saying something in English; the file's name without its ending."""
    return read_wav(AUDIO / f"{name}.wav")


def noise(seconds: float, level_dbfs: float = -20) -> bytes:
    """A rush with nothing in it, from the street or a bad line."""
    samples = np.random.default_rng(1).normal(0, 10 ** (level_dbfs / 20), round(seconds * RATE_HZ))
    return bytes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())


async def walk_to_english_menu(caller: Handset, ears: Ears) -> tuple[Line, float]:
    """Call, choose English and hear the menu begin; the line, and where the menu begins on it."""
    line = await caller.call(RECEPTION)
    await ears.hear(line, WELCOME)
    await ears.hear(line, CHOOSE_SWEDISH, first=BEGINNING)
    await line.press("3")
    return line, await ears.hear(line, MENU_ENGLISH, "en", first=BEGINNING)


async def stats(port: int) -> Mapping[str, Any] | None:
    """What the speech server says of itself, ``None`` when it does not answer."""
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/stats") as answer,
        ):
            found: Mapping[str, Any] = await answer.json()
            return found
    except aiohttp.ClientError:
        return None
