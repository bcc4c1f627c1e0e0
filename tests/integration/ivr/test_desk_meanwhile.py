"""What happens to an agent while they are at the desk: at any word, any key, they may be gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from acd.model.agent import AgentState
from tests.integration.ivr.desk_floor import Floor, a_floor
from tests.integration.ivr.fake_line import FakeSession
from tests.unit.flow.trees import ORGANISATION
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

pytestmark = pytest.mark.integration

KEYS = {
    "*10": "",
    "*11": "4001#2468#",
    "*12": "",
    "*13": "1",
    "*14": "",
    "*15": "",
    "*16": "22#",
}


BECOMES = {
    "*11": AgentState.READY,
    "*12": AgentState.LOGGED_OUT,
    "*13": AgentState.PAUSED,
}
"""What whoever wraps up does after a code that has done its work."""

DONE_BEFORE = {"*13": "paused", "*16": "result_given"}
"""What the last words may be: somebody was quicker only after these had begun."""


@pytest.fixture
def floor(redis: Redis, tmp_path: Path) -> Floor:
    return a_floor(redis, tmp_path)


class Watched(FakeSession):
    """A line on which something happens before one of the steps that are taken on it."""

    def __init__(self, code: str, step: int, happens: Callable[[Watched], Awaitable[None]]) -> None:
        fields = {"agi_channel": "PJSIP/agent1-0000002a", "agi_extension": code}
        super().__init__(environment=Environment(fields), keys=KEYS[code])
        self._left = step
        self._happens = happens

    async def stream_file(self, name: str, *, interrupt: str = "") -> str:
        await self._step()
        return await super().stream_file(name, interrupt=interrupt)

    async def wait_for_digit(self, wait_s: float) -> str:
        await self._step()
        return await super().wait_for_digit(wait_s)

    @property
    def reached(self) -> bool:
        return self._left < 0

    async def _step(self) -> None:
        self._left -= 1
        if self._left == -1:
            await self._happens(self)


async def dial(
    floor: Floor, code: str, step: int, happens: Callable[[Watched], Awaitable[None]]
) -> Watched:
    session = Watched(code, step, happens)
    await floor.desk.serve(cast(AgiSession, session))
    return session


def said(session: FakeSession) -> list[str]:
    return [one.removeprefix("sv: ").removesuffix(" sv") for one in session.played]


async def owes(floor: Floor) -> None:
    """Agent 4001 wraps up and owes a result."""
    await floor.talk("cases")
    await floor.hang_up()


@pytest.mark.parametrize("code", KEYS)
async def test_who_hangs_up_at_any_word_or_key_has_changed_all_or_nothing(
    floor: Floor, code: str
) -> None:
    async def hang_up(session: Watched) -> None:
        session.hang_up_now()

    step = 0
    while True:
        await floor.redis.flushdb()
        await owes(floor)
        session = await dial(floor, code, step, hang_up)
        assert session.variables == ({} if session.reached else {"VAXEL_DONE": "1"})
        if not session.reached:
            break
        step += 1
        assert (await floor.agent()).state in {AgentState.WRAPUP, BECOMES.get(code)}
    assert step > 0


@pytest.mark.parametrize("code", ["*10", "*13", "*15", "*16"])
async def test_who_is_logged_out_meanwhile_is_told_so_or_what_they_asked_for(
    floor: Floor, code: str
) -> None:
    async def log_out(_session: Watched) -> None:
        await floor.office.agents.logout("4001", by="4900")

    step = 0
    while True:
        await owes(floor)
        session = await dial(floor, code, step, log_out)
        assert session.variables == {"VAXEL_DONE": "1"}, "nothing broke"
        if not session.reached:
            break
        step += 1
        assert (await floor.agent()).state is AgentState.LOGGED_OUT
        if code in {"*13", "*16"}:
            assert said(session)[-1] in {"not_logged_in", DONE_BEFORE[code]}
    assert step > 0


async def test_a_result_that_the_file_has_lost_keeps_nobody_from_being_ready(
    floor: Floor, tmp_path: Path
) -> None:
    await owes(floor)
    await floor.office.agents.pause("4001", "lunch")  # whose end no clock brings
    results, texts = ORGANISATION.index("results:\n"), ORGANISATION.index("texts:\n")
    after = a_floor(floor.redis, tmp_path, ORGANISATION[:results] + ORGANISATION[texts:])
    assert await after.dial("*16") == ["no_results"]
    assert await after.dial("*14") == ["ready"]
    status = await after.agent()
    assert (status.state, status.last is not None and status.last.owed) == (AgentState.READY, False)
