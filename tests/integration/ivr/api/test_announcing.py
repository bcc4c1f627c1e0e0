"""Announcements by the API: everybody sees them, admins switch them."""

from __future__ import annotations

import pytest

from acd.clock import system_clock
from store.events import EventType
from store.stream import BEGINNING
from tests.integration.ivr.api.site import Site

pytestmark = pytest.mark.integration

STORM = "/town/announcements/storm"
HOUR_MS = 3_600_000


async def test_an_admin_switches_an_announcement_on_and_off_and_it_is_told_by_whom(
    site: Site,
) -> None:
    wish = {"for_ms": HOUR_MS, "words": {"sv": "Bron är\nstängd."}}

    on = (await site.ask("PUT", STORM, "admin", json=wish)).body

    assert (on["on"], on["words"]) == (True, {"sv": "Bron är stängd."})
    assert abs(on["until_ms"] - system_clock() - HOUR_MS) < 60_000
    assert (await site.get("/town/announcements", "viewer"))["items"] == [on]
    off = (await site.ask("DELETE", STORM, "admin")).body
    assert off == {"name": "storm", "on": False, "until_ms": None, "words": {}, "recorded": False}
    assert (await site.get("/town/announcements", "viewer"))["items"] == [off]
    events = await site.town.stream.read(BEGINNING)
    assert [(event.type, event.fields["turn"], event.fields["who"]) for event in events] == [
        (EventType.ANNOUNCEMENT_SWITCHED, "on", "admin (API)"),
        (EventType.ANNOUNCEMENT_SWITCHED, "off", "admin (API)"),
    ]


@pytest.mark.parametrize("role", ["viewer", "supervisor"])
async def test_nobody_else_switches(site: Site, role: str) -> None:
    for method, wish in {"PUT": {"for_ms": HOUR_MS}, "DELETE": None}.items():
        assert (await site.ask(method, STORM, role, json=wish)).code == "api.role_too_low"
    assert await site.town.stream.last_id() == BEGINNING


@pytest.mark.parametrize(
    ("path", "wish", "code"),
    [
        (STORM, {}, "api.request_invalid"),
        (STORM, {"for_ms": 1000}, "api.request_invalid"),
        (STORM, {"for_ms": "3600000"}, "api.request_invalid"),
        (STORM, {"for_ms": HOUR_MS, "words": {"fi": "silta"}}, "api.request_invalid"),
        (STORM, {"for_ms": HOUR_MS, "words": {"sv": "\n"}}, "api.request_invalid"),
        (STORM, {"for_ms": HOUR_MS, "who": "somebody"}, "api.request_invalid"),
        ("/town/announcements/strom", {"for_ms": HOUR_MS}, "api.not_found"),
        ("/village/announcements/storm", {"for_ms": HOUR_MS}, "api.not_found"),
    ],
)
async def test_a_wrong_wish_switches_nothing(
    site: Site, path: str, wish: dict[str, object], code: str
) -> None:
    assert (await site.ask("PUT", path, "admin", json=wish)).code == code
    assert await site.town.stream.last_id() == BEGINNING
