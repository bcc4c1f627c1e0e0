"""``vaxel callbacks`` on the demo's organisation and a real Redis."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from ruamel.yaml import YAML
from typer.testing import CliRunner

from acd.agents import Agents
from acd.callbacks import Callbacks
from acd.clock import system_clock
from acd.distributor import Distributor
from acd.model.agent import Agent
from acd.model.callback import Callback
from ivr import cli
from ivr.flow.load import load_organisation
from store.stream import connect
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.integration

ORG = "demo"
NUMBER = "+46701740605"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def _working_day() -> date:
    """A day in some weeks on which the demo's office is open."""
    office = load_organisation(DEMO / ORG).hours["office"]
    today = datetime.now(STOCKHOLM).date()
    days = (today + timedelta(days=ahead) for ahead in range(14, 60))
    return next(day for day in days if office.open_at(_at(day, 10), STOCKHOLM))


def _clocks_forward() -> date:
    """The next last Sunday of March that is not tomorrow."""
    soon = datetime.now(STOCKHOLM).date() + timedelta(days=2)
    marches = (date(year, 3, 31) for year in (soon.year, soon.year + 1))
    sundays = (day - timedelta(days=(day.weekday() + 1) % 7) for day in marches)
    return next(day for day in sundays if day >= soon)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), STOCKHOLM)


OPEN = _working_day()
IN_HOURS = f"{OPEN}T10:00"
OUT_OF_HOURS = f"{OPEN}T03:00"
LEFT_OUT = f"{_clocks_forward()}T02:30"


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's organisation with office hours for callbacks, and a queue that has none."""
    folder = tmp_path_factory.mktemp("trees")
    shutil.copytree(DEMO / ORG, folder / ORG)
    shutil.copy(DEMO / "base.yaml", folder)
    described = folder / ORG / "organisation.yaml"
    organisation = YAML().load(described)
    organisation["queues"]["support"] = {"callback": {"hours": "office"}}
    organisation["queues"]["operator"] = {}
    YAML().dump(organisation, described)
    return folder


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch, redis_url: str, trees: Path) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")
    monkeypatch.setenv("VAXEL_TREES", str(trees))
    monkeypatch.setenv("VAXEL_REDIS_URL", redis_url)
    monkeypatch.setenv("COLUMNS", "200")
    with BlockingRedis.from_url(redis_url) as redis:
        redis.flushdb()


def vaxel(*arguments: str, code: int = 0) -> str:
    """What the command says."""
    result = CliRunner().invoke(cli.application("callbacks"), ["callbacks", *arguments])
    assert result.exit_code == code, result.output
    return result.output


async def ring(redis: Redis, contact: str) -> None:
    """An agent is held, and the person's phone rings."""
    agents = Agents(redis, ORG, system_clock)
    distributor = Distributor(redis, ORG, system_clock, "here")
    await agents.login(Agent("4001", "Alva", ("support",)), "agent1")
    offer = await distributor.match_agent("4001")
    assert offer is not None
    assert offer.contact == contact
    await Callbacks(redis, ORG, system_clock).dialled(offer)


def open_callbacks(url: str) -> tuple[Callback, ...]:
    async def ask() -> tuple[Callback, ...]:
        async with connect(url) as redis:
            return await Callbacks(redis, ORG, system_clock).open()

    return asyncio.run(ask())


def test_a_callback_is_added_listed_explained_and_cancelled(redis_url: str) -> None:
    assert vaxel("list") == "Nobody is to be called back.\n"
    added = vaxel("add", "070-174 06 05", "--queue", "support")
    (callback,) = open_callbacks(redis_url)
    assert added == f"{callback.contact} will be called back.\n"
    assert (callback.number, callback.queue, callback.language) == (NUMBER, "support", "sv")

    heading, row = vaxel("list").splitlines()
    assert heading.startswith("contact")
    contact, queue, place, _day, _time, due, *attempt, state, number = row.split()
    assert (contact, queue, place, due) == (callback.contact, "support", "1", "-")
    assert (attempt, state, number) == (["0", "of", "3"], "waiting", "…605")
    assert NUMBER in vaxel("list", "--show-numbers")

    told = vaxel("explain", callback.contact).splitlines()
    assert told[0].startswith(f"{callback.contact} stands in the queue support")
    assert told[1:] == [
        "It is number 1 of 1 in line.",
        "No agent of this queue is logged in.",
    ]
    assert vaxel("cancel", callback.contact) == f"{callback.contact} is cancelled.\n"
    assert open_callbacks(redis_url) == ()


def test_who_is_being_called_is_not_called_once_more(redis_url: str) -> None:
    vaxel("add", NUMBER, "--queue", "support")
    (callback,) = open_callbacks(redis_url)

    async def rings() -> None:
        async with connect(redis_url) as redis:
            await ring(redis, callback.contact)

    asyncio.run(rings())
    assert vaxel("cancel", callback.contact) == (
        f"{callback.contact} is being called; if nobody answers, not once more.\n"
    )


def test_a_time_is_taken_by_the_organisations_clock(redis_url: str) -> None:
    vaxel("add", NUMBER, "--queue", "support", "--at", IN_HOURS, "--language", "da")
    (callback,) = open_callbacks(redis_url)
    assert datetime.fromtimestamp(callback.due_ms / 1000, UTC) == _at(OPEN, 10)
    assert callback.language == "da"
    assert f"{OPEN} 10:00" in vaxel("list")
    assert f"Nobody calls before {OPEN} 10:00." in vaxel("explain", callback.contact)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--queue", "support", "--at", OUT_OF_HOURS], "outside the opening hours"),
        (["--queue", "support", "--at", "2020-01-01T10:00"], "this time is over"),
        (["--queue", "support", "--at", "0001-01-01T00:00"], "this time is over"),
        (["--queue", "support", "--at", "9999-12-31T23:59"], "more than 400 days ahead"),
        (["--queue", "support", "--at", LEFT_OUT], "the clocks are put forward"),
        (["--queue", "nowhere"], "no queue is named “nowhere”; known"),
        (["--queue", "operator"], "calls nobody back"),
        (
            ["--queue", "support", "--language", "tlh"],
            "no language is named “tlh”; known: da, en, sv",
        ),
        (["--queue", "support", "--org", "moon"], "no organisation is named “moon”; known: demo"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_and_said(
    redis_url: str, arguments: list[str], said: str
) -> None:
    assert said in vaxel("add", NUMBER, *arguments, code=2)
    assert open_callbacks(redis_url) == ()


def test_an_installation_that_calls_nobody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXEL_OUTGOING__ENDPOINT", "")
    assert "calls nobody" in vaxel("add", NUMBER, "--queue", "support", code=2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "112", "--queue", "support"], "number"),
        (["add", NUMBER, "--queue", "support"], "is to be called back already"),
        (["cancel", "cb-none"], "There is no open callback cb-none."),
        (["explain", "cb-none"], "There is no open callback cb-none."),
        (["explain", "no name"], "There is no open callback no name."),
    ],
)
def test_what_is_refused_further_in_is_one_sentence_and_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    vaxel("add", NUMBER, "--queue", "support")
    monkeypatch.setattr("sys.argv", ["vaxel", "callbacks", *arguments])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    said = capsys.readouterr().err
    assert sentence in said
    assert NUMBER not in said


def test_without_redis_it_says_how_to_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("VAXEL_REDIS_URL", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("sys.argv", ["vaxel", "callbacks", "list"])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert "Redis cannot be used" in capsys.readouterr().err
