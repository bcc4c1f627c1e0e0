"""A controller asked about its call trees by HTTP."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from ivr.live.ask import reload, retire, trees_standing
from ivr.live.pages import pages
from ivr.platform.errors import RetirementRefused
from ivr.settings import HttpSettings, Settings
from tests.unit.ivr.live.house import House

pytestmark = pytest.mark.integration


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return House(tmp_path, north="100", south="200")


@pytest.fixture
async def settings(house: House) -> AsyncIterator[Settings]:
    """Those of an installation whose controller has the pages of ``house``."""
    app = web.Application()
    app.add_routes(pages(house.trees))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Settings(http=HttpSettings(port=runner.addresses[0][1]))
    await runner.cleanup()


async def test_a_reload_tells_what_calls_get_and_what_is_refused(
    house: House, settings: Settings
) -> None:
    house.say("north", "good evening", "100")
    house.spoil("south")

    answer = await reload(settings, "alva")

    assert answer is not None
    assert (answer.outcome, set(answer.changed)) == ("refused", {"north"})
    assert "tree.yaml:4:" in answer.refused["south"]
    changed = house.book.entries[-2].event
    assert changed is not None
    assert (changed.fields["who"], changed.fields["how"]) == ("alva", "asked")


async def test_an_organisation_is_retired_or_it_is_told_why_not(
    house: House, settings: Settings
) -> None:
    with pytest.raises(RetirementRefused, match="move them away first"):
        await retire(settings, "south", "alva")
    shutil.rmtree(house.root / "south")
    answer = await retire(settings, "south", "alva")
    assert answer is not None
    assert answer.refused == {}
    assert set(house.trees.served) == {"north"}
    assert await retire(Settings(http=HttpSettings(port=9)), "south", "alva") is None


async def test_how_the_trees_stand_is_told_by_organisation(
    house: House, settings: Settings
) -> None:
    house.spoil("south")
    await house.trees.glance()

    told = await trees_standing(settings)

    assert told is not None
    north, south = told
    assert (north.org, north.version) == ("north", house.tree("100").version[:12])
    assert (north.since, north.refused) == ("2026-11-18T11:06:40+00:00", "")
    assert "no node is named “edn”" in south.refused


async def test_where_no_controller_is_nobody_answers() -> None:
    nowhere = Settings(http=HttpSettings(port=9))
    assert await reload(nowhere, "alva") is None
    assert await trees_standing(nowhere) is None


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
async def test_who_asks_through_a_proxy_is_not_on_this_machine(
    settings: Settings, header: str
) -> None:
    url = f"http://127.0.0.1:{settings.http.port}/trees/reload"
    async with (
        ClientSession() as http,
        http.post(url, json={}, headers={header: "192.0.2.7"}) as answer,
    ):
        assert answer.status == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),  # all that a page in a browser may send elsewhere
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"who": 1}', "application/json", 400),
        (b'{"who": ' + b"1" * 5000 + b"}", "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b"{}", "application/json; charset=klingon", 400),
        (b"{}", "application/json", 200),
    ],
)
async def test_a_reload_wants_an_object_in_json(
    settings: Settings, body: bytes, kind: str, status: int
) -> None:
    url = f"http://127.0.0.1:{settings.http.port}/trees/reload"
    async with (
        ClientSession() as http,
        http.post(url, data=body, headers={"Content-Type": kind}) as answer,
    ):
        assert answer.status == status
