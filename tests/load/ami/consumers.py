"""The consumers, each run in a process of its own.

Run as ``python -m tests.load.ami.consumers NAME PORT``; prints one JSON line. All do the same work
with every event that they get: count it by name and read two of its values, up to the last event.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.load.ami.replay import CHATTER, LAST, SHARES
from wire.ami.client import AmiClient
from wire.ami.frames import Frame
from wire.ami.settings import AmiAccount

STALL_SECONDS = 8.0
SUBSCRIBED = [name for name in SHARES if name not in CHATTER]


class Tally:
    """What a consumer has seen, and when it began and ended."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self.characters = 0
        self.began = 0.0
        self.wall = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def note(self, name: str, contact: str, queue: str) -> None:
        """The work that every consumer does with an event."""
        if not self.began:
            self.began = time.perf_counter()
        self.names[name] += 1
        self.characters += len(contact) + len(queue)
        if name == LAST:
            self.wall = time.perf_counter() - self.began
            self.done.set_result(None)


class Reference(asyncio.Protocol):
    """The least that builds an event: one decode a read, one plain dict an event, exact names.

    No answers, no lanes, no limits; a line without a colon would end it, of a repeated header it
    keeps the last value only: it is faster than anything that may be used.
    """

    def __init__(self, tally: Tally) -> None:
        self._rest = b""
        self._handlers = dict.fromkeys([*SHARES, LAST], tally.note)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"Action: Login\r\nUsername: u\r\nSecret: s\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"Asterisk Call Manager/"):
            data = data.partition(b"\r\n")[2]
        whole, mark, self._rest = (self._rest + data).rpartition(b"\r\n\r\n")
        if not mark:
            return
        for block in whole.decode("utf-8", "replace").split("\r\n\r\n"):
            event = dict([line.split(": ", 1) for line in block.split("\r\n")])
            name = event.get("Event", "")
            if (handler := self._handlers.get(name)) is not None:
                handler(name, event.get("Uniqueid", ""), event.get("Queue", ""))


async def reference(port: int, tally: Tally) -> None:
    """The yardstick."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(lambda: Reference(tally), "127.0.0.1", port)
    await tally.done
    transport.abort()


async def panoramisk(port: int, tally: Tally) -> None:
    """panoramisk as its documentation uses it."""
    from panoramisk import Manager  # noqa: PLC0415 - no other consumer shall carry its memory

    account = {"host": "127.0.0.1", "port": port, "username": "u", "secret": "s"}
    manager = Manager(loop=asyncio.get_running_loop(), **account)

    @manager.register_event("*")  # type: ignore[untyped-decorator]  # panoramisk ships no types
    def seen(_: Manager, event: Any) -> None:
        tally.note(event["Event"], event.get("Uniqueid") or "", event.get("Queue") or "")

    await manager.connect()
    await tally.done


async def _ours(
    port: int, tally: Tally, names: list[str], handler: Callable[[Frame], Awaitable[None] | None]
) -> None:
    client = AmiClient(AmiAccount("127.0.0.1", port, "u", "s"))
    for name in [*names, LAST]:
        client.subscribe(name, handler)
    async with client:
        await tally.done


def _note(tally: Tally, event: Frame) -> None:
    tally.note(event.name, event.get("Uniqueid"), event.get("Queue"))


async def ours_all(port: int, tally: Tally) -> None:
    """Every event, plain handlers."""
    await _ours(port, tally, list(SHARES), lambda event: _note(tally, event))


async def ours_subscribed(port: int, tally: Tally) -> None:
    """The events that a queue needs, plain handlers."""
    await _ours(port, tally, SUBSCRIBED, lambda event: _note(tally, event))


async def ours_waiting(port: int, tally: Tally) -> None:
    """Every event through its call's lane: the handlers are coroutines."""

    async def handler(event: Frame) -> None:
        _note(tally, event)

    await _ours(port, tally, list(SHARES), handler)


async def ours_stalled(port: int, tally: Tally) -> None:
    """Every event is written to a store that hangs at first and then takes a round trip."""
    loop = asyncio.get_running_loop()
    ready = loop.time() + STALL_SECONDS
    seen = 0
    last: list[Frame] = []

    async def handler(event: Frame) -> None:
        nonlocal seen
        await asyncio.sleep(max(0.001, ready - loop.time()))
        if event.name == LAST:  # its lane is its own: it ends before those of the calls
            last.append(event)
        else:
            seen += 1
            tally.note(event.name, event.get("Uniqueid"), event.get("Queue"))
        if last and seen == int(sys.argv[3]):
            _note(tally, last.pop())

    await _ours(port, tally, list(SHARES), handler)


CONSUMERS: dict[str, Callable[[int, Tally], Awaitable[None]]] = {
    consumer.__name__: consumer
    for consumer in (reference, panoramisk, ours_all, ours_subscribed, ours_waiting, ours_stalled)
}


def _peak_megabytes() -> float:
    """Of this process since its exec; ``ru_maxrss`` would begin with the parent's peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")
    )


async def _main(name: str, port: int) -> None:
    tally = Tally()
    await CONSUMERS[name](port, tally)
    report = {
        "events": sum(tally.names.values()) - 1,
        "characters": tally.characters,
        "seconds": tally.wall,
        "peak_mb": _peak_megabytes(),
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
