"""Callers or agents in a process of their own, so that their telephones cost nobody else.

    python -m tests.load.calls.people callers HOST:PORT < passwords and orders
    python -m tests.load.calls.people agents HOST:PORT < passwords

The first line of the input is the accounts' passwords (JSON, by name); ``"ready"`` answers it.
Each further line is an order to the callers (``{"calls": 400, "a_second": 20}``; 0 for all at
once), answered by a line with how it went. The end of the input ends the process.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader
from collections.abc import Mapping

from ivr.softphone import Phone, Softphones
from tests.e2e.rig.short_calls import PHONES, attend, call_through


async def callers(server: str, passwords: Mapping[str, str], orders: StreamReader) -> None:
    """Call as ordered."""
    async with Softphones() as phones:
        phone = await phones.phone("caller", passwords["caller"], server, register=False)
        _say("ready")
        while order := await orders.readline():
            _say(await _storm(phone, **json.loads(order)))


async def agents(server: str, passwords: Mapping[str, str], orders: StreamReader) -> None:
    """Answer until the end."""
    async with Softphones() as phones, asyncio.TaskGroup() as group:
        seats = [
            group.create_task(attend(await phones.phone(name, passwords[name], server)))
            for name in PHONES
        ]
        _say("ready")
        await orders.readline()
        for seat in seats:
            seat.cancel()


async def _storm(phone: Phone, calls: int, a_second: float) -> dict[str, object]:
    """Make calls at even distances; how long it took to begin them all, and what failed."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    under_way = []
    for number in range(calls):
        if a_second:
            await asyncio.sleep(begin + number / a_second - loop.time())
        under_way.append(asyncio.create_task(call_through(phone)))
    seconds = loop.time() - begin
    outcomes = await asyncio.gather(*under_way, return_exceptions=True)
    failures = [repr(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]
    return {"seconds": seconds, "failures": failures}


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


async def _main(role: str, server: str) -> None:
    orders = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    passwords = json.loads(await orders.readline())
    await {"callers": callers, "agents": agents}[role](server, passwords, orders)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
