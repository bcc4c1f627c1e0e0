"""How agents are reached otherwise than by a ringing telephone, on the real Redis."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from ivr.flow.call import QueueOutcome
from ivr.ringing import AUTO_ANSWER
from tests.integration.ivr.fake_line import FakeSession
from tests.integration.ivr.test_rides import ALVA, BIRK, DEMO, answer, decline, opened

pytestmark = pytest.mark.integration


async def test_only_the_phone_of_an_agent_with_a_headset_is_asked_to_answer_by_itself(
    redis: Redis,
) -> None:
    headset = DEMO.agents[ALVA.id].model_copy(update={"auto_answer": True})
    organisation = DEMO.model_copy(update={"agents": {**DEMO.agents, ALVA.id: headset}})
    async with opened(redis, organisation) as bench:
        await bench.agents.login(ALVA, "agent1")
        await bench.agents.login(BIRK, "agent2")
        session = FakeSession(decline("NOANSWER"), answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        first, second = session.dial_options
        assert first.endswith(AUTO_ANSWER)
        assert AUTO_ANSWER not in second
