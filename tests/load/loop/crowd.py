"""People in a process of their own: twenty who call again and again, four who speak to a menu.

Three agents talk to each of the twenty for a while; the others wait meanwhile.

    python -m tests.load.loop.crowd crowd HOST:PORT < passwords and orders

The first line of the input is the accounts' passwords (JSON, by name); ``"ready"`` answers it.
Each further line is a number of seconds (JSON), answered by a line with how it went. The end of
the input ends the process.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader
from collections.abc import Callable
from pathlib import Path

from ivr.softphone import Phone, Softphones
from media.wav import RATE_HZ, read_wav
from tests.e2e.rig.short_calls import PHONES, attend, call_through

CALLERS = 20
SPEAKERS = 4
TALK_SECONDS = 2.0
SPEECH_NUMBER = "102"

_WORD = Path(__file__).resolve().parents[2] / "audio" / "speech" / "en" / "operator.wav"
_PAUSE = bytes(2 * RATE_HZ)  # the menu answers and begins anew meanwhile


async def _main(_role: str, server: str) -> None:
    orders = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    passwords = json.loads(await orders.readline())
    async with Softphones() as phones, asyncio.TaskGroup() as group:
        seats = [
            group.create_task(
                attend(await phones.phone(name, passwords[name], server), TALK_SECONDS)
            )
            for name in PHONES
        ]
        phone = await phones.phone("caller", passwords["caller"], server, register=False)
        _say("ready")
        while order := await orders.readline():
            _say(await _busy(phone, json.loads(order)))
        for seat in seats:
            seat.cancel()


async def _busy(phone: Phone, seconds: float) -> dict[str, object]:
    """Keep everybody on the telephone for so long; the calls served, and what failed."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    def goes_on() -> bool:
        return loop.time() < end

    served = await asyncio.gather(
        *(_call_again_and_again(phone, goes_on) for _ in range(CALLERS)),
        *(_speak_again_and_again(phone, goes_on) for _ in range(SPEAKERS)),
        return_exceptions=True,
    )
    failures = [repr(one) for one in served if isinstance(one, BaseException)]
    return {"calls": sum(one for one in served if isinstance(one, int)), "failures": failures}


async def _call_again_and_again(phone: Phone, goes_on: Callable[[], bool]) -> int:
    calls = 0
    while goes_on():
        await call_through(phone)
        calls += 1
    return calls


async def _speak_again_and_again(phone: Phone, goes_on: Callable[[], bool]) -> int:
    word = read_wav(_WORD)
    line = await phone.call(SPEECH_NUMBER)
    while goes_on():
        await line.play(word + _PAUSE)
    await line.hang_up()
    return 1


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
