"""Whether anybody listens, as the calls see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ivr.calls import speech_server
from ivr.calls.speech_server import PAUSE_S, SpeechServer

pytestmark = pytest.mark.unit

GOOD = '{"languages": {"en": "pocketsphinx"}, "streams": 0}'


class Peer:
    """A speech server whose next answer a test decides."""

    def __init__(self) -> None:
        self.text = GOOD
        self.status = 200
        self.asked = 0
        self.silent = False

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.silent:
            await asyncio.Event().wait()
        return web.Response(text=self.text, status=self.status, content_type="application/json")


@asynccontextmanager
async def serving(peer: Peer, clock: Callable[[], float]) -> AsyncIterator[SpeechServer]:
    app = web.Application()
    app.router.add_get("/stats", peer.answer)
    async with TestServer(app) as server, SpeechServer(str(server.make_url("/")), clock) as speech:
        yield speech


async def test_a_language_with_an_engine_is_listened_to_and_no_other() -> None:
    async with serving(Peer(), lambda: 0) as speech:
        assert speech.known_engine("en") == ""
        assert await speech.listens("en")
        assert not await speech.listens("sv")
        assert speech.known_engine("en") == "pocketsphinx"
        assert speech.known_engine("sv") == ""


@pytest.mark.parametrize(
    ("text", "status"), [(GOOD, 503), ("nonsense", 200), ("{}", 200), ('{"languages": 7}', 200)]
)
async def test_a_server_that_is_unwell_is_away_and_its_engine_still_known(
    text: str, status: int
) -> None:
    peer = Peer()
    now = [0.0]
    async with serving(peer, lambda: now[0]) as speech:
        await speech.listens("en")
        peer.text, peer.status = text, status
        assert not await speech.listens("en")
        assert speech.known_engine("en") == "pocketsphinx"
        peer.text, peer.status = GOOD, 200
        now[0] = PAUSE_S
        assert await speech.listens("en")


async def test_a_server_that_hangs_costs_one_caller_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speech_server, "ANSWER_S", 0.5)  # the question must have come
    peer = Peer()
    peer.silent = True
    async with serving(peer, lambda: 0) as speech:
        assert not await speech.listens("en")
        assert not await speech.listens("en")
        assert peer.asked == 1


async def test_an_outage_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    peer = Peer()
    now = [0.0]
    async with serving(peer, lambda: now[0]) as speech:
        for _ in range(3):
            now[0] += PAUSE_S
            speech.failed("it was lost")
        now[0] += PAUSE_S
        assert await speech.listens("en")
        assert await speech.listens("en")
    assert [r.message for r in caplog.records if r.name == speech_server.__name__] == [
        "Speech is away; menus listen to keys alone",
        "Speech is back",
    ]
