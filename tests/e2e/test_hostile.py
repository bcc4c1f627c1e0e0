"""What a caller's telephone or a stranger on the FastAGI port can send, and what comes of it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ivr.softphone import CallNotAnswered
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import RECEPTION, Cast, Ears, Handset
from tests.e2e.rig.platform import Platform, eventually
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


@pytest.mark.parametrize("what", NUMBERS)
async def test_a_hostile_number_is_carried_as_text(
    *, cast: Cast, ears: Ears, journal: Journal, tmp_path: Path, what: str
) -> None:
    trap = tmp_path / "executed"
    handset = await cast.caller(NUMBERS[what].replace(b"PATH", bytes(trap)))
    line = await handset.call(RECEPTION)
    await walk_to_menu(line, ears)  # AGI's answers have not shifted, and no other number was meant
    await line.hang_up()
    started = await journal.wait(EventType.CONTACT_STARTED)
    assert started.fields["dialled"] == RECEPTION
    assert len(started.fields.get("caller", "")) <= 128
    await journal.wait(EventType.CONTACT_ENDED, contact=started.contact, reason="caller")
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


@pytest.mark.parametrize(
    "greeting",
    [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff" * 500, b"agi_x: " + b"y" * 200_000],
    ids=["nothing", "HTTP", "bytes", "an endless line"],
)
async def test_strangers_at_the_agi_port_do_not_disturb_a_call(
    platform: Platform, caller: Handset, ears: Ears, greeting: bytes
) -> None:
    agi = platform.settings.agi
    async with AsyncExitStack() as stack:
        for _ in range(20):
            _, writer = await asyncio.open_connection(agi.host, agi.port)
            stack.callback(writer.close)
            writer.write(greeting)
        line = await caller.call(RECEPTION)
        await ears.hear(line, WELCOME)
        await line.hang_up()

    async def none_is_open() -> bool:
        return await platform.metric("vaxel_agi_sessions") == 0

    await eventually(none_is_open, why="all strangers are gone")
