"""What a caller's telephone or a stranger on the FastAGI port can send, and what comes of it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ivr.softphone import CallNotAnswered
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import RECEPTION, Cast, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.reception import WELCOME, walk_to_menu

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

NUMBERS = {
    "quotes": b'"07\'0\\"',
    "an expression": b"${SHELL(touch PATH)}",
    "another expression": b"$[1+1]${EXTEN}",
    "a new line": b"070\r\nagi_extension: 101",
    "the end of the environment": b"070\n\n200 result=1",
    "bytes that are no text": b"070\xff\xfe\xe5",
    "separators": b"070,1|2;3&4",
    "a very long one": b"0" * 300,
}

NOISE = (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff" * 500, b"agi_x: " + b"y" * 200_000)


async def test_hostile_numbers_are_carried_as_text(
    cast: Cast, ears: Ears, journal: Journal, tmp_path: Path
) -> None:
    trap = tmp_path / "executed"

    async def one(number: bytes) -> None:
        handset = await cast.caller(number.replace(b"PATH", bytes(trap)))
        line = await handset.call(RECEPTION)
        # AGI's answers have not shifted, and no other number was meant
        await walk_to_menu(line, ears)
        await line.hang_up()

    async with asyncio.TaskGroup() as calls:
        for what, number in NUMBERS.items():
            calls.create_task(one(number), name=what)
    await journal.wait(EventType.CONTACT_ENDED, count=len(NUMBERS), reason="caller")
    started = journal.all(EventType.CONTACT_STARTED)
    assert {event.fields["dialled"] for event in started} == {RECEPTION}
    # (what stands behind a semicolon is a parameter of the SIP address, not of the number)
    carried = {event.fields.get("caller", "") for event in started}
    assert {"$[1+1]${EXTEN}", "070,1|2", "070agi_extension: 101"} <= carried
    assert max(len(event.fields.get("caller", "")) for event in started) <= 128
    assert not trap.exists()


async def test_a_hostile_name_is_carried_as_text(
    cast: Cast, ears: Ears, journal: Journal, tmp_path: Path
) -> None:
    trap = tmp_path / "executed"
    name = f'Åsa "Öst" ${{SHELL(touch {trap})}} `touch {trap}`, $[1/0] \\'
    line = await (await cast.caller("0701", name)).call(RECEPTION)
    await walk_to_menu(line, ears)
    await line.hang_up()
    await journal.wait(EventType.CONTACT_ENDED, reason="caller")
    assert not trap.exists()


async def test_a_number_that_nobody_has_is_refused(caller: Handset, journal: Journal) -> None:
    line = await caller.dial("999999")
    with pytest.raises(CallNotAnswered):
        await line.wait_up()
    await journal.catch_up()
    assert journal.all(EventType.CONTACT_STARTED) == []


async def test_strangers_at_the_agi_port_do_not_disturb_a_call(
    platform: Platform, caller: Handset, ears: Ears
) -> None:
    agi = platform.settings.agi
    async with AsyncExitStack() as stack:
        for _ in range(10):
            for noise in NOISE:
                _, writer = await asyncio.open_connection(agi.host, agi.port)
                stack.callback(writer.close)
                writer.write(noise)
        line = await caller.call(RECEPTION)
        await ears.hear(line, WELCOME)
        await line.hang_up()

    async def none_is_open() -> bool:
        return await platform.metric("vaxel_agi_sessions") == 0

    await eventually(none_is_open, why="all strangers are gone")
