"""A supervisor's way to an agent, and who hears whom."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from ivr.softphone import RATE_HZ, Line
from media.tones import tone
from tests.e2e.rig.listening import tone_share
from tests.e2e.rig.phones import BEGINNING, ENTER_PIN, Ears

CODE = "*20"
ENTER_SUPERVISOR = "Ange ditt nummer som arbetsledare och avsluta med fyrkant."
ENTER_AGENT = "Ange agentens nummer och avsluta med fyrkant."
MENU = "För att lyssna, tryck 1."
OVER = "Samtalet är slut."
PRIVACY = "I den kön får ingen annan vara med i samtalen."
NOT_ALLOWED = "Det har du inte behörighet till."
JOINED = "En arbetsledare är med i samtalet."
MOVE_TO = "Ange numret på kön som det ska flyttas till och avsluta med fyrkant."
MOVED = "Samtalet är flyttat."
AFTER_CALL = "Det gäller när samtalet är slut."

_LEAST = 0.15
"""Of the energy, for each tone that is heard: two voices are not equally loud everywhere."""


async def choose(line: Line, ears: Ears, pins: Mapping[str, str], who: str, agent: str) -> None:
    """Say who one is, and which agent it is about; the menu comes next."""
    for question, keys in (
        (ENTER_SUPERVISOR, who),
        (ENTER_PIN, pins[who]),
        (ENTER_AGENT, agent),
    ):
        await ears.hear(line, question, first=BEGINNING)
        await line.press(f"{keys}#")
    await ears.hear(line, MENU, first=BEGINNING)


def speak(line: Line, hz: float, seconds: float = 60) -> None:
    """Say a tone from now on, as one speaks without a pause."""
    line.start_playing(tone(hz, seconds))


async def wait_until_hears_just(
    line: Line, tones: Collection[float], *, length: float = 0.5, seconds: float = 15
) -> None:
    """Wait until what ``line`` heard last is exactly these tones, each well to be heard.

    Raises:
        AssertionError: It is not in time, or the line is closed.
    """
    span = 2 * round(length * RATE_HZ)
    shares: dict[float, float] = {}
    try:
        async with asyncio.timeout(seconds):
            since = len(line.heard)
            while not line.is_closed:
                if len(line.heard) - since >= span:
                    heard = bytes(line.heard[-span:])
                    shares = {hz: tone_share(heard, hz) for hz in tones}
                    if sum(shares.values()) > 0.9 and min(shares.values()) > _LEAST:
                        return
                await line.wait_news()
    except TimeoutError:
        pass
    raise AssertionError(f"these tones are not what is heard: {shares}")
