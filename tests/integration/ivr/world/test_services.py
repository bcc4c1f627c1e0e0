"""What a tree asks of services: web requests, what is known of callers, announcements, texts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from redis.asyncio import Redis

from ivr.flow.call import CallerHungUp
from ivr.flow.hosts import Host
from ivr.flow.world import Announced, TextMessage, WebRequest
from ivr.office import Office
from ivr.world.text_messages import FileSender, HttpSender, TextNotSent
from ivr.world.web_request import WebServices
from store.events import EventType
from store.stream import BEGINNING, EventStream
from tests.integration.ivr.fake_office import no_secret
from tests.integration.ivr.world.conftest import CALLER, E164, calling, session

pytestmark = pytest.mark.integration


@pytest.fixture
async def silent() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A service that never answers: its port, and the moment in which it is asked."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def hang(_: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        await over.wait()
        return web.Response()

    runner = web.ServerRunner(web.Server(hang), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1], asked
    over.set()
    await runner.cleanup()


async def test_a_hang_up_ends_a_request_at_once(
    office: Office, silent: tuple[int, asyncio.Event]
) -> None:
    port, asked = silent
    around = replace(office.around, web=WebServices([Host.parse(f"127.0.0.1:{port}")], no_secret))
    line = session()
    world = around.of(calling(office, line))
    request = WebRequest("GET", f"http://127.0.0.1:{port}/", seconds=60)
    fetching = asyncio.create_task(world.fetch(request))
    await asked.wait()
    line.hang_up_now()
    with pytest.raises(CallerHungUp):
        async with asyncio.timeout(5):
            await fetching


async def test_a_caller_is_known_in_the_next_call_and_not_in_this_one(office: Office) -> None:
    world = calling(office, session()).world
    assert not (await world.recall()).known
    assert not (await world.recall()).known
    assert await world.remember_language("en")
    assert (await world.recall()).language == "en"
    again = await calling(office, session()).world.recall()
    assert (again.known, again.language) == (True, "en")


async def test_an_announcement_switched_by_telephone_names_the_contact(
    office: Office, redis: Redis
) -> None:
    world = calling(office, session()).world
    assert await world.announcement("storm") is None
    assert await world.switch_announcement("storm", 3600)
    assert await world.announcement("storm") == Announced()
    assert await world.switch_announcement("storm", None)
    assert await world.announcement("storm") is None
    on, off = await EventStream(redis, "demo").read(BEGINNING)
    assert (on.type, on.contact, on.fields["turn"]) == (
        EventType.ANNOUNCEMENT_SWITCHED,
        "vaxel-1.1",
        "on",
    )
    assert off.fields == {"name": "storm", "turn": "off"}


async def test_a_text_message_goes_into_the_file_of_the_settings(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "texts.jsonl"
    around = replace(office.around, texts=FileSender(file))
    world = around.of(calling(office, session()))
    assert await world.send_text(TextMessage(CALLER, "Hej å\nhttps://x"))
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"org": "demo", "to": E164, "text": "Hej å\nhttps://x"}
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", ["+1 212 555 01 00", "+46 900 123 45 67", "100", "x"])
async def test_no_text_message_goes_where_nobody_is_called(
    office: Office, tmp_path: Path, number: str
) -> None:
    file = tmp_path / "texts.jsonl"
    world = replace(office.around, texts=FileSender(file)).of(calling(office, session()))
    assert not await world.send_text(TextMessage(number, "Hej"))
    assert not file.exists()


async def test_without_a_sender_no_text_message_goes(office: Office) -> None:
    assert not await calling(office, session()).world.send_text(TextMessage(CALLER, "Hej"))


@pytest.mark.parametrize("status", [202, 500])
async def test_a_gateway_gets_the_message_and_may_refuse_it(status: int) -> None:
    got: list[tuple[str, object]] = []

    async def take(request: web.BaseRequest) -> web.StreamResponse:
        got.append((request.headers["Authorization"], json.loads(await request.read())))
        return web.Response(status=status)

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sender = HttpSender(f"http://127.0.0.1:{runner.addresses[0][1]}/sms", "key", "")
    try:
        if status == 202:
            await sender.send(TextMessage(E164, "Hej"), "demo")
        else:
            with pytest.raises(TextNotSent, match="500"):
                await sender.send(TextMessage(E164, "Hej"), "demo")
    finally:
        await runner.cleanup()
    assert got == [("Bearer key", {"from": "demo", "to": E164, "text": "Hej"})]
