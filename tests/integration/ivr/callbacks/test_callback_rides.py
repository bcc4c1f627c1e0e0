"""Callers in the queue who would rather be called back, or are going to be, on the real Redis."""

from __future__ import annotations

import pytest

from acd.model.queue import Queue
from ivr.flow.call import QueueOutcome
from store.events import EventType
from tests.e2e.rig.eventually import eventually
from tests.integration.ivr.callbacks.conftest import (
    CONTACT,
    NUMBER,
    OTHER,
    TAKE_OVER,
    Bench,
    a_moment,
    answer,
    heard,
    in_line,
    keep_the_place,
)
from tests.integration.ivr.fake_line import FakeSession

pytestmark = pytest.mark.integration


async def test_a_caller_who_keeps_the_place_has_not_abandoned_and_is_kept_whole(
    bench: Bench,
) -> None:
    await bench.agent_is_away()
    session = FakeSession()
    assert await (await keep_the_place(bench, session)) is QueueOutcome.CALLED_BACK
    assert "en: To be called back instead, press 1. You keep your place in the queue." in (
        session.played
    )
    assert session.played[-1].endswith("when it is your turn. Goodbye.")
    assert session.variables["VAXEL_DONE"] == "1"
    (kept,) = await bench.office.callbacks.open()
    assert (kept.contact, kept.number, kept.language) == (CONTACT, NUMBER, "en")
    assert kept.answers == {"main": "support"}
    (left,) = await bench.events(EventType.CALL_LEFT)
    assert left.fields["reason"] == "callback"
    assert not await bench.events(EventType.CALL_ABANDONED)


async def test_an_agent_who_is_free_breaks_the_talk_off(bench: Bench) -> None:
    await bench.agent_is_away()
    session = FakeSession(answer)
    riding = await in_line(bench, session, "1")
    await eventually(lambda: heard(session, "en: If that is right, press 1."))
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED
    assert session.played[-1] == "en: An agent is free now."
    assert not await bench.office.callbacks.open()


async def test_who_shares_a_number_that_will_be_called_can_be_called_at_another(
    bench: Bench,
) -> None:
    await bench.agent_is_away()
    theirs = await bench.add()
    session = FakeSession()
    riding = await in_line(bench, session, f"10{OTHER.removeprefix('+46')}#1")
    assert await riding is QueueOutcome.CALLED_BACK
    assert heard(session, "en: That number is already going to be called.")
    numbers = {row.contact: row.number for row in await bench.office.callbacks.open()}
    assert numbers == {theirs: NUMBER, CONTACT: OTHER}


async def test_a_number_that_is_taken_at_the_last_moment_keeps_the_caller_waiting(
    bench: Bench,
) -> None:
    await bench.agent_is_away()
    session = FakeSession(answer)
    riding = await in_line(bench, session, "1")
    await eventually(lambda: heard(session, "en: If that is right, press 1."))
    await bench.add()  # by an operator
    bench.press("1")
    await eventually(lambda: heard(session, "en: That number is already going to be called."))
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED


async def test_who_calls_in_takes_over_the_place_of_their_own_callback(bench: Bench) -> None:
    await bench.agent_is_away()
    mine = await bench.add()
    await a_moment()
    await bench.add(OTHER)
    session = FakeSession(answer, keys="1")
    riding = await in_line(bench, session)
    assert heard(session, TAKE_OVER)
    assert await bench.office.callbacks.get(mine) is None
    bench.press("1")  # AMI tells only now of the yes: it asks for no callback
    await a_moment()
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED
    assert not heard(session, "en: An agent is free now."), "nothing was broken off"
    assert not bench.originated()  # the other one asked later


@pytest.mark.parametrize("keys", ["", "2"])
async def test_somebody_else_at_the_same_number_takes_nobodys_place(
    bench: Bench, keys: str
) -> None:
    await bench.agent_is_away()
    theirs = await bench.add()
    await a_moment()
    session = FakeSession(answer, keys=keys)
    riding = await in_line(bench, session)
    assert heard(session, TAKE_OVER)
    place = await bench.office.distributor.place(CONTACT)
    assert place is not None
    assert place.position == 2
    await bench.office.callbacks.cancel(theirs)
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED


async def test_a_callback_of_another_queue_is_another_matter(bench: Bench) -> None:
    await bench.agent_is_away()
    theirs = await bench.add(queue=Queue("fees"))
    session = FakeSession(answer, keys="1")
    riding = await in_line(bench, session)
    assert not heard(session, TAKE_OVER)
    await bench.agent_comes()
    assert await riding is QueueOutcome.TALKED
    assert await bench.office.callbacks.get(theirs) is not None


async def test_who_calls_in_when_nobody_is_there_keeps_the_callback(bench: Bench) -> None:
    mine = await bench.add()
    assert await bench.ride(FakeSession(keys="1")) is QueueOutcome.NOBODY
    assert await bench.office.callbacks.get(mine) is not None
