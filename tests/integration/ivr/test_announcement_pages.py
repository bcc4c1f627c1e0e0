"""Announcements switched by HTTP, on a small organisation and a real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from redis.asyncio import Redis

from ivr.announcement_pages import announcement_pages
from ivr.announcements import Announcements, SwitchedOn
from ivr.flow.load import load_organisation
from store.events import EventType
from store.stream import BEGINNING, EventStream, connect
from tests.unit.flow.trees import write
from tests.unit.flow.worldly import WORLDLY

pytestmark = pytest.mark.integration

NOW = 1_795_000_000_000
HOUR_MS = 3_600_000
STORM = "/announcements/town/storm"


@pytest.fixture
async def site(redis: Redis, tmp_path: Path) -> AsyncIterator[str]:
    """Address of a controller with the pages."""
    write(tmp_path / "town", "organisation.yaml", WORLDLY)
    organisations = {"town": load_organisation(tmp_path / "town")}
    app = web.Application()
    app.add_routes(announcement_pages(lambda: organisations, lambda org: kept(redis, org)))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def kept(redis: Redis, org: str = "town") -> Announcements:
    return Announcements(redis, org, lambda: NOW)


async def ask(site: str, method: str, path: str, body: object = None) -> tuple[int, str]:
    async with ClientSession() as http, http.request(method, site + path, json=body) as answer:
        return answer.status, await answer.text()


async def told(site: str) -> Any:
    async with ClientSession() as http, http.get(f"{site}/announcements") as answer:
        return await answer.json()


async def test_an_announcement_is_switched_on_with_its_words_told_and_switched_off(
    site: str, redis: Redis
) -> None:
    words = {"sv": "Bron är\nstängd."}

    status, answer = await ask(site, "PUT", STORM, {"for": "2 h", "words": words, "who": "alva"})

    assert (status, '"on": true' in answer) == (200, True)
    assert await kept(redis).on("storm") == SwitchedOn({"sv": "Bron är stängd."}, NOW + 2 * HOUR_MS)
    assert (await told(site))["town"]["storm"]["until"] == "2026-11-18T13:06:40+00:00"
    assert await ask(site, "DELETE", STORM, {"who": "alva"}) == (200, '{"on": false}')
    assert await kept(redis).on("storm") is None
    events = await EventStream(redis, "town").read(BEGINNING)
    assert [(one.type, one.fields["turn"], one.fields["who"]) for one in events] == [
        (EventType.ANNOUNCEMENT_SWITCHED, "on", "alva"),
        (EventType.ANNOUNCEMENT_SWITCHED, "off", "alva"),
    ]


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        (("PUT", STORM, []), 400, "Send an object"),
        (("PUT", STORM, {}), 400, "for: Field required"),
        (("PUT", STORM, {"for": "1 s"}), 400, "allowed is 1 min to 744 h"),
        (("PUT", STORM, {"for": 7200}), 400, "for: "),
        (("PUT", STORM, {"for": "2 h", "words": {"sv": "\n"}}), 400, "words.sv: "),
        (("PUT", STORM, {"for": "2 h", "words": {"sv": "a" * 2001}}), 400, "words.sv: "),
        (("PUT", STORM, {"for": "2 h", "words": {"fi": "silta"}}), 400, "town speaks sv, en"),
        (("PUT", STORM, {"for": "2 h", "who": 7}), 400, "name as text"),
        (("PUT", STORM, {"for": "2 h", "loud": True}), 400, "loud"),
        (("PUT", "/announcements/town/strom", {"for": "2 h"}), 404, "Announcements of town are: "),
        (("PUT", "/announcements/twon/storm", {"for": "2 h"}), 404, "Organisations are: town."),
        (("DELETE", "/announcements/town/strom", {}), 404, "Announcements of town are: "),
    ],
)
async def test_what_is_wrong_is_told_in_a_sentence_and_switches_nothing(
    site: str, redis: Redis, asked: tuple[str, str, object], status: int, sentence: str
) -> None:
    got, text = await ask(site, *asked)

    assert got == status
    assert sentence in text
    assert await kept(redis).on("storm") is None
    assert await EventStream(redis, "town").read(BEGINNING) == []


async def test_a_page_in_a_browser_switches_nothing(site: str, redis: Redis) -> None:
    async with ClientSession() as http, http.put(site + STORM, data='{"for": "2 h"}') as answer:
        assert answer.status == 415
    assert await kept(redis).on("storm") is None


async def test_without_redis_it_is_told_what_to_do(tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", WORLDLY)
    organisations = {"town": load_organisation(tmp_path / "town")}
    app = web.Application()
    async with connect(f"unix://{tmp_path}/nobody.sock") as away:
        app.add_routes(announcement_pages(lambda: organisations, lambda org: kept(away, org)))
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site = f"http://127.0.0.1:{runner.addresses[0][1]}"
        for method, path in (("GET", "/announcements"), ("PUT", STORM), ("DELETE", STORM)):
            status, text = await ask(site, method, path, {"for": "2 h"} if method == "PUT" else {})
            assert (status, "vaxel status" in text) == (503, True)
        await runner.cleanup()
