"""One platform, one set of telephones and one event loop for all tests of this folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from acd.keys import Keys
from ivr.softphone import Softphones
from media.espeak import Espeak
from media.prompts import PromptStore
from store.forgetting import organisations
from tests.contract import breaches_in
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.handover import BACK, COLLEAGUE
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.phones import DEMO_QUEUES, AgentHandset, Cast, Ears, Handset
from tests.e2e.rig.platform import Platform
from tests.e2e.rig.privacy import personal_lines

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
AGENT = "4001"

RESERVED, TALKING = 2, 3
"""The scores of such agents in ``states`` (acd/scripts/shared/keys.lua)."""

GIVEN_UP_SECONDS = 40.0
"""A caller may vanish before acknowledging the answer, which is repeated for 32 s (RFC 3261)."""

_outcomes = pytest.StashKey[dict[str, bool]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash.setdefault(_outcomes, {})[report.when or ""] = report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform() -> AsyncIterator[Platform]:
    """A running platform, discreet to its end, and each of its events as the contract has it.

    Of all its calls nothing is left. A failed start leaves its logs behind too.
    """
    it = Platform(one_of_two=True)
    try:
        await it.start()
        yield it
        await until_nothing_is_left(it)
        assert await leftovers(it) == {}
        assert not list(personal_lines(it)), "no log tells who called"
        assert await breaches_in(it.redis) == []
    except AssertionError:
        it.keep_evidence(fresh_folder("platform"))
        raise
    finally:
        try:
            await it.stop()
        finally:
            it.remove()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def softphones() -> AsyncIterator[Softphones]:
    async with Softphones(headers=("From", "Call-Info", "Alert-Info", "Answer-Mode")) as it:
        yield it


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ears(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ears]:
    async with PromptStore(tmp_path_factory.mktemp("sounds"), await Espeak.find()) as prompts:
        yield Ears(prompts)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def everybody(platform: Platform, softphones: Softphones) -> Cast:
    return Cast(softphones, platform)


@pytest_asyncio.fixture(loop_scope="session")
async def cast(
    everybody: Cast, platform: Platform, request: pytest.FixtureRequest
) -> AsyncIterator[Cast]:
    """The telephones; after the test nothing of its calls is left, or the test has failed."""
    yield everybody
    failed = request.node.stash.get(_outcomes, {}).get("call", True)
    if failed:
        folder = fresh_folder(request.node.nodeid)
        everybody.keep_evidence(folder)
        platform.keep_evidence(folder)
    await everybody.clear()
    if not failed:
        await until_nothing_is_left(platform)


@pytest_asyncio.fixture(loop_scope="session")
async def journal(platform: Platform) -> Journal:
    return await Journal.from_now(platform.redis)


@pytest_asyncio.fixture(loop_scope="session")
async def caller(cast: Cast) -> Handset:
    return await cast.caller()


@pytest.fixture
def queues() -> tuple[str, ...]:
    """Those that the agent serves; a file of tests about others has a fixture of this name."""
    return DEMO_QUEUES


@pytest_asyncio.fixture(loop_scope="session")
async def agent(
    cast: Cast, platform: Platform, queues: tuple[str, ...]
) -> AsyncIterator[AgentHandset]:
    """An agent who is ready, on the telephone ``agent1``."""
    handset = await cast.agent(1)
    await handset.sit_down(AGENT, platform.redis, queues)
    yield handset
    await cast.hang_up()
    await handset.stand_up(AGENT, platform.redis)


@pytest_asyncio.fixture(loop_scope="session")
async def colleague(cast: Cast, platform: Platform) -> AsyncIterator[AgentHandset]:
    """A second agent, of another queue, so that no caller is offered to them."""
    handset = await cast.agent(2)
    await handset.sit_down(COLLEAGUE, platform.redis, (BACK,))
    yield handset
    await cast.hang_up()
    await handset.stand_up(COLLEAGUE, platform.redis)


async def until_nothing_is_left(platform: Platform) -> None:
    """Wait until no trace of a call is left in Asterisk, Redis and the controller.

    Raises:
        AssertionError: Something stayed.
    """

    async def no_channel() -> bool:
        return await platform.channels() == 0

    async def no_contact() -> bool:
        return await platform.contacts_in_redis() == 0

    async def no_session() -> bool:
        return await platform.metric("vaxel_agi_sessions") == 0

    await eventually(no_channel, seconds=GIVEN_UP_SECONDS, why="Asterisk has no channel")
    await eventually(no_contact, seconds=GIVEN_UP_SECONDS, why="Redis has no contact")
    await eventually(no_session, seconds=GIVEN_UP_SECONDS, why="the controller has no AGI session")


async def leftovers(platform: Platform) -> dict[str, object]:
    """What Asterisk and the queues of all organisations keep of calls that are over."""
    found: dict[str, object] = {}
    _, *bridges = (await platform.asterisk("bridge show all")).strip().splitlines()
    if bridges:
        found["bridges"] = bridges
    redis = platform.redis
    for org in await organisations(redis):
        keys = {key.split(":")[-1]: key for key in Keys(org).all}
        kept: dict[str, object] = {
            "contacts": await redis.hgetall(keys["contacts"]),
            "owned": await redis.zrange(keys["owned"], 0, -1),
            "arrivals": await redis.zrange(keys["arrivals"], 0, -1),
            "waiting": await redis.zrange(keys["waiting"], 0, -1),
            "callbacks": await redis.zrange(keys["callbacks"], 0, -1),
            "numbers": await redis.hgetall(keys["numbers"]),
            "adrift": await redis.smembers(keys["adrift"]),
            "agents": await redis.zrangebyscore(keys["states"], RESERVED, TALKING),
            "due": [one for one in await redis.zrange(keys["due"], 0, -1) if of_a_call(str(one))],
        }
        found |= {f"{org} {name}": what for name, what in kept.items() if what}
    return found


def of_a_call(due: str) -> bool:
    """Whether what time alone will change is a call's (acd/scripts/shared/keys.lua)."""
    return due.partition("|")[0] in {"offer", "orphan", "callback", "relax"}


def fresh_folder(name: str) -> Path:
    """A folder for evidence, empty."""
    folder = RESULTS / re.sub(r"[^\w.-]+", "-", name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
