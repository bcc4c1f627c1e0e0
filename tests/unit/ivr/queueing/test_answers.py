"""What AMI tells of the telephones that ring, and whom that is passed on to."""

from __future__ import annotations

from contextlib import ExitStack
from typing import cast

import pytest

from acd.model.offer import Offer
from ivr.agents.remote_agents import ANSWERED, UNTAKEN
from ivr.queueing.answers import DIALLED, AnswerWatch
from tests.unit.ivr.fake_ami import FakeAmi
from wire.agi.session import AgiSession
from wire.ami.errors import AmiNotConnected

pytestmark = pytest.mark.unit

CALLER, CALLERS_CHANNEL = "a-1.1", "PJSIP/caller-00000001"
NODE_PHONES = {"n-1": "agent2@node-b", "n-2": "agent3@node-b"}


class Heard:
    """Writes down what it is told (:class:`ivr.queueing.answers.Rung`)."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.ended: list[tuple[str, str]] = []

    def rings(self, phone: str) -> None:
        self.rung.append(phone)

    async def over(self, phone: str, status: str) -> None:
        self.ended.append((phone, status))


class PickedUp:
    """The channel of a telephone in its answer, as AGI has it."""

    async def get_variable(self, name: str) -> str | None:
        return {"CHANNEL(linkedid)": CALLER, DIALLED: "agent2@node-b"}.get(name)


class Watched:
    """A watch that is told of one caller's telephones, and who else is told."""

    def __init__(self) -> None:
        self.ami, self.heard = FakeAmi(), Heard()
        self.elsewhere: list[tuple[str, str]] = []
        self.watch = AnswerWatch(self.ami.as_client(), self._elsewhere)

    async def _elsewhere(self, contact: str, channel: str) -> None:
        self.elsewhere.append((contact, channel))

    async def begins(self, unique_id: str, dialled: str) -> None:
        await self.ami.tell_and_wait(
            "DialBegin", Uniqueid=CALLER, DestUniqueid=unique_id, DialString=dialled
        )

    async def ends(self, unique_id: str, status: str, channel: str = "") -> None:
        await self.ami.tell_and_wait(
            "DialEnd",
            Uniqueid=CALLER,
            DestUniqueid=unique_id,
            DestChannel=channel,
            DialStatus=status,
        )


@pytest.fixture
def watched() -> Watched:
    return Watched()


async def test_telephones_behind_one_node_are_told_apart(watched: Watched) -> None:
    with watched.watch.expect(CALLER, watched.heard):
        for unique_id, dialled in NODE_PHONES.items():
            await watched.begins(unique_id, dialled)
        await watched.ends("n-2", "BUSY", "PJSIP/node-b-00000003")
        await watched.ends("n-1", "ANSWER", "PJSIP/node-b-00000002")
    assert watched.heard.rung == ["agent2", "agent3"]
    assert watched.heard.ended == [("agent3", "BUSY"), ("agent2", "ANSWER")]
    assert watched.ami.asked == []


async def test_of_an_answer_whose_beginning_was_missed_the_channel_is_asked(
    watched: Watched,
) -> None:
    channel = "PJSIP/node-b-00000002"
    watched.ami.channels.add(channel)
    watched.ami.variables[channel, DIALLED] = "agent2@node-b"
    with watched.watch.expect(CALLER, watched.heard):
        await watched.ends("n-1", "ANSWER", channel)
        await watched.ends("n-2", "BUSY", "PJSIP/node-b-00000003")
    assert watched.heard.ended == [("agent2", "ANSWER"), ("", "BUSY")]


async def test_what_ends_late_is_nothing_to_the_next_ring_of_the_same_caller(
    watched: Watched,
) -> None:
    with watched.watch.expect(CALLER, watched.heard):
        await watched.begins("n-1", "agent2")
    later = Heard()
    with watched.watch.expect(CALLER, later):
        await watched.begins("n-5", "agent2")
        await watched.ends("n-1", "BUSY")
    assert later.ended == [("", "BUSY")]


@pytest.mark.parametrize("ours", [True, False])
async def test_a_link_that_is_back_finds_who_talks_by_now(watched: Watched, ours: bool) -> None:
    watched.ami.listed = [
        {"Uniqueid": CALLER, "Channel": CALLERS_CHANNEL, "BridgeId": "b-1"},
        {"Uniqueid": "a-2.2", "Channel": "PJSIP/caller-00000009", "BridgeId": ""},
    ]
    watched.ami.channels.add(CALLERS_CHANNEL)
    watched.ami.variables[CALLERS_CHANNEL, DIALLED] = "agent2"
    with ExitStack() as rings:
        if ours:
            rings.enter_context(watched.watch.expect(CALLER, watched.heard))
        await watched.ami.connect()
    assert watched.heard.ended == ([("agent2", "ANSWER")] if ours else [])
    assert watched.elsewhere == ([] if ours else [(CALLER, CALLERS_CHANNEL)])


async def test_only_an_answer_is_news_to_whoever_does_not_ring(watched: Watched) -> None:
    await watched.ends("n-1", "BUSY", "PJSIP/agent1-00000002")
    await watched.ends("n-2", "ANSWER", "PJSIP/agent2-00000003")
    assert watched.elsewhere == [(CALLER, "PJSIP/agent2-00000003")]


async def test_who_of_several_has_answered_is_asked_of_the_channel(watched: Watched) -> None:
    one = Offer("1", CALLER, "fees", "4001", "agent1", "a.host-1-x", 0)
    other = Offer("1", CALLER, "fees", "4002", "agent2", "a.host-1-x", 0)
    both = Offer("1", CALLER, "fees", "4001", "agent1", "a.host-1-x", 0, beside=(other,))
    assert await watched.watch.answered_by(one, CALLERS_CHANNEL) == one
    assert watched.ami.asked == []
    assert await watched.watch.answered_by(both, CALLERS_CHANNEL) is None, "the channel is gone"
    watched.ami.channels.add(CALLERS_CHANNEL)
    watched.ami.variables[CALLERS_CHANNEL, DIALLED] = "agent2@node-b"
    assert await watched.watch.answered_by(both, CALLERS_CHANNEL) == other
    watched.ami.fault = AmiNotConnected("Getvar")
    assert await watched.watch.answered_by(both, CALLERS_CHANNEL) is None

    told = cast(AgiSession, PickedUp())
    with watched.watch.expect(CALLER, watched.heard):
        await watched.watch.serve(told)
        assert await watched.watch.answered_by(both, CALLERS_CHANNEL) == other
    await watched.watch.serve(told)  # of a ring that is over
    assert await watched.watch.answered_by(both, CALLERS_CHANNEL) is None


async def test_who_has_picked_up_outside_has_answered_when_they_take_the_call(
    watched: Watched,
) -> None:
    outside = Offer("1", CALLER, "fees", "4001", "remote-4001", "a.host-1-x", 0)
    watched.ami.channels.add(CALLERS_CHANNEL)
    for said, answered in (("", None), (UNTAKEN, None), ("1763925160000", outside)):
        watched.ami.variables[CALLERS_CHANNEL, ANSWERED] = said
        assert await watched.watch.answered_by(outside, CALLERS_CHANNEL) == answered
