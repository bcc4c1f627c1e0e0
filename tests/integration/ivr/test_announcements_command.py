"""``vaxel announcements`` on a small organisation and a real Redis."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from typer.testing import CliRunner

from acd.clock import system_clock
from ivr import cli
from ivr.world.announcements import Announcements, SwitchedOn
from recorder.audit import system_user
from store.events import Event, EventType
from store.stream import BEGINNING, EventStream, connect
from tests.unit.flow.trees import write
from tests.unit.flow.worldly import WORLDLY

pytestmark = pytest.mark.integration

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, redis_url: str, tmp_path: Path) -> None:
    write(tmp_path / "town", "organisation.yaml", WORLDLY)
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(tmp_path))
    monkeypatch.setenv("VAXEL_REDIS_URL", redis_url)
    with BlockingRedis.from_url(redis_url) as redis:
        redis.flushdb()


def vaxel(*arguments: str, code: int = 0) -> str:
    told = CliRunner().invoke(cli.application("announcements"), ["announcements", *arguments])
    assert told.exit_code == code, told.output
    return told.output


def switched(redis_url: str) -> SwitchedOn | None:
    async def look(redis: Redis) -> SwitchedOn | None:
        async with redis:
            return await Announcements(redis, "town", system_clock).on("storm")

    return asyncio.run(look(connect(redis_url)))


def events(redis_url: str) -> list[Event]:
    async def read(redis: Redis) -> list[Event]:
        async with redis:
            return await EventStream(redis, "town").read(BEGINNING)

    return asyncio.run(read(connect(redis_url)))


def test_an_announcement_is_on_for_its_time_with_its_words_and_leaves_a_trace(
    redis_url: str,
) -> None:
    said = vaxel("on", "town", "storm", "--for", "2h", "--text", "sv=Bron är\nstängd {{ x }}.")
    ends = datetime.now(ZoneInfo("Europe/Stockholm")) + timedelta(hours=2)
    assert f"storm is on until {ends:%Y-%m-%d}" in said
    on = switched(redis_url)
    assert on is not None
    assert on.words == {"sv": "Bron är stängd {{ x }}."}
    assert 0 < on.ends_ms - system_clock() <= 2 * HOUR_MS
    listed = vaxel("list", "town")
    assert f"{ends:%Y-%m-%d}" in listed
    assert "sv: Bron är stängd {{ x }}. / en: There is a storm." in listed

    assert vaxel("off", "town", "storm") == "storm is off.\n"
    assert switched(redis_url) is None
    assert "sv: Det stormar." in vaxel("list", "town")
    turned_on, turned_off = events(redis_url)
    assert {turned_on.type, turned_off.type} == {EventType.ANNOUNCEMENT_SWITCHED}
    assert turned_on.fields == {
        "name": "storm",
        "turn": "on",
        "who": system_user(),
        "until": str(on.ends_ms),
    }
    assert turned_off.fields == {"name": "storm", "turn": "off", "who": system_user()}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("on", "city", "storm", "--for", "2h"), "no organisation is named “city”; known: town"),
        (("on", "town", "strom", "--for", "2h"), "“strom”; did you mean “storm”?"),
        (("on", "town", "storm", "--for", "2"), "not a length of time"),
        (("on", "town", "storm", "--for", "2000h"), "is too long"),
        (("on", "town", "storm", "--for", "2h", "--text", "Hej"), "write a language"),
        (
            ("on", "town", "storm", "--for", "2h", "--text", "da=Hej"),
            "no language is named “da”; known: en, sv",
        ),
        (("off", "town", "strom"), "“strom”; did you mean “storm”?"),
    ],
)
def test_what_cannot_be_switched_is_told(
    redis_url: str, arguments: tuple[str, ...], told: str
) -> None:
    output = " ".join(vaxel(*arguments, code=2).replace("│", " ").split())
    assert told in output
    assert events(redis_url) == []


def test_it_ends_by_itself(redis_url: str) -> None:
    vaxel("on", "town", "storm", "--for", "1min")
    with BlockingRedis.from_url(redis_url) as redis:
        (key,) = redis.scan_iter("vaxel:{town}:announcement:*")
        assert 0 < redis.pttl(key) <= 60_000
