"""What the ride asks the caller, the recorder and Asterisk for, by the queue's policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from ivr.flow.call import CallerHungUp, QueueOutcome
from ivr.flow.recording import RecordingPolicy, When
from ivr.queueing.consent import CONSENT
from media.errors import NothingSaid
from tests.integration.ivr.fake_line import FakePrompts, FakeSession
from tests.integration.ivr.rides.conftest import ALVA, DEMO, Bench, answer, opened

pytestmark = pytest.mark.integration

BASE = "/recordings/vaxel-1.1-1"
QUESTION = "en: We would like to record"


@asynccontextmanager
async def recording(redis: Redis, when: When) -> AsyncIterator[Bench]:
    policy = RecordingPolicy(when=when, keep="7 days")
    queue = DEMO.queues["support"].model_copy(update={"recording": policy})
    async with opened(redis, DEMO.model_copy(update={"queues": {"support": queue}})) as bench:
        await bench.agents.login(ALVA, "agent1")
        yield bench


def recording_option(session: FakeSession) -> str:
    """What stands behind the subroutine's name in the last ``Dial``."""
    return session.dial_options[-1].partition("U(vaxel-answered")[2].partition(")")[0]


async def test_always_begins_with_the_answer_and_is_kept_as_long_as_the_policy_says(
    redis: Redis,
) -> None:
    async with recording(redis, When.ALWAYS) as bench:
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert recording_option(session) == f"^{BASE}^now"
        (sidecar,) = bench.recorder.expected
        assert (sidecar.keep_days, sidecar.language, sidecar.on_demand) == (7, "en", False)
        assert session.played == []


async def test_never_asks_neither_recorder_nor_asterisk(redis: Redis) -> None:
    async with recording(redis, When.NEVER) as bench:
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert recording_option(session) == ""
        assert bench.recorder.expected == []
        assert bench.recorder.finished == []


async def test_on_demand_is_made_ready_and_not_begun(redis: Redis) -> None:
    async with recording(redis, When.ON_DEMAND) as bench:
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert recording_option(session) == f"^{BASE}"
        assert [sidecar.on_demand for sidecar in bench.recorder.expected] == [True]
        assert bench.recorder.finished == ["vaxel-1.1-1"]


@pytest.mark.parametrize(
    ("keys", "said", "option"),
    [("1", "yes", f"^{BASE}^now"), ("2", "no", ""), ("*", "no", ""), ("", "no", "")],
)
async def test_only_key_1_is_consent(redis: Redis, keys: str, said: str, option: str) -> None:
    async with recording(redis, When.CONSENT) as bench:
        session = FakeSession(answer, keys=keys)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.played[0].startswith(QUESTION)
        assert session.variables[CONSENT] == said
        assert recording_option(session) == option


@pytest.mark.parametrize(("said", "option"), [("yes", f"^{BASE}^now"), ("no", "")])
async def test_who_was_asked_by_an_earlier_controller_or_queue_is_not_asked_again(
    redis: Redis, said: str, option: str
) -> None:
    async with recording(redis, When.CONSENT) as bench:
        session = FakeSession(answer)
        session.variables[CONSENT] = said
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert session.played == []
        assert recording_option(session) == option


async def test_who_hangs_up_at_the_question_was_never_in_line(redis: Redis) -> None:
    async with recording(redis, When.CONSENT) as bench:
        session = FakeSession()
        session.hang_up_now()
        with pytest.raises(CallerHungUp):
            await bench.ride(session)
        assert await bench.happened() == []


async def test_a_question_that_cannot_be_spoken_is_a_no(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dumb(_self: FakePrompts, _text: str, _language: str) -> str:
        raise NothingSaid

    async with recording(redis, When.CONSENT) as bench:
        monkeypatch.setattr(FakePrompts, "path", dumb)
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert recording_option(session) == ""


async def test_a_full_disk_costs_the_recording_and_not_the_conversation(redis: Redis) -> None:
    async with recording(redis, When.ALWAYS) as bench:
        bench.recorder.full = True
        session = FakeSession(answer)
        assert await bench.ride(session) is QueueOutcome.TALKED
        assert recording_option(session) == ""
        assert bench.recorder.missed == ["vaxel-1.1-1"]
        assert bench.recorder.finished == []
