"""What Asterisk says of phones reaches the queues: each change, whole lists, after trouble too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from types import SimpleNamespace
from typing import cast

import pytest

from acd.errors import AcdUnavailable
from acd.model.agent import PhoneState
from ivr.agents.phones import STATES, Phones
from ivr.office import Office
from tests.unit.ivr.fake_ami import FakeAmi
from wire.ami.errors import AmiNotConnected

pytestmark = pytest.mark.unit

WELL, IN_USE, UNREACHABLE = PhoneState.WELL, PhoneState.IN_USE, PhoneState.UNREACHABLE
NEVER_S = 3600.0
NOBODY_OUTSIDE = SimpleNamespace(agents={})
OUTSIDE = SimpleNamespace(
    agents={"4001": SimpleNamespace(remote=None), "4002": SimpleNamespace(remote="+46702223344")}
)


class FakeOffice:
    """An organisation's agents and queues: what they are told, and who is offered something."""

    def __init__(self) -> None:
        self.told = asyncio.Queue[Mapping[str, PhoneState]]()
        self.nodes = set[str]()
        self.matched = asyncio.Queue[str]()
        self.back: tuple[str, ...] = ()
        self.fault: AcdUnavailable | None = None
        self.agents = self.distributor = self
        self.organisation = NOBODY_OUTSIDE

    async def phones_are(self, states: Mapping[str, PhoneState], node: str) -> tuple[str, ...]:
        self.nodes.add(node)
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        self.told.put_nowait(dict(states))
        return self.back

    async def match_agent(self, agent: str) -> None:
        self.matched.put_nowait(agent)


@asynccontextmanager
async def followed(
    ami: FakeAmi, *offices: FakeOffice, alone: bool = True, retell_s: float = NEVER_S
) -> AsyncIterator[Phones]:
    known = {f"org{n}": cast(Office, office) for n, office in enumerate(offices)}
    theirs = ["agent1", "agent2"]
    phones = Phones(ami.as_client(), known, theirs, node="b", alone=alone, retell_s=retell_s)
    await ami.connect()
    task = asyncio.create_task(phones.run())
    try:
        yield phones
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_all_phones_are_told_at_first_and_what_changes_afterwards() -> None:
    ami, one, other = FakeAmi(), FakeOffice(), FakeOffice()
    ami.listed = [
        {"Device": "PJSIP/agent1", "State": "NOT_INUSE"},
        {"Device": "PJSIP/agent2", "State": "UNAVAILABLE"},
        {"Device": "PJSIP/caller", "State": "UNAVAILABLE"},
    ]
    async with followed(ami, one, other):
        for office in (one, other):
            assert await office.told.get() == {"agent1": WELL, "agent2": UNREACHABLE}
        one.back = ("4002",)
        ami.tell("DeviceStateChange", Device="PJSIP/agent2", State="NOT_INUSE")
        assert await other.told.get() == {"agent2": WELL}
        assert await one.matched.get() == "4002"
        ami.tell("DeviceStateChange", Device="PJSIP/agent1", State="RINGING")
        assert await other.told.get() == {"agent1": IN_USE}
        ami.tell("DeviceStateChange", Device="PJSIP/agent1", State="INUSE")  # no news
        ami.tell("DeviceStateChange", Device="PJSIP/agent2", State="of another world")
        ami.tell("DeviceStateChange", Device="PJSIP/agent1", State="ONHOLD")
        ami.tell("DeviceStateChange", Device="PJSIP/agent1", State="NOT_INUSE")
        assert await other.told.get() == {"agent1": WELL}
    assert other.told.empty()
    assert other.nodes == {"b"}


async def test_all_is_told_anew_after_each_login_of_the_link() -> None:
    ami, office = FakeAmi(), FakeOffice()
    ami.listed = [{"Device": "PJSIP/agent1", "State": "BUSY"}]
    async with followed(ami, office):
        assert await office.told.get() == {"agent1": IN_USE}
        await ami.connect()
        assert await office.told.get() == {"agent1": IN_USE}


async def test_what_is_said_during_a_list_is_newer_than_the_list() -> None:
    ami, office = FakeAmi(), FakeOffice()
    ami.listed = [{"Device": "PJSIP/agent1", "State": "INUSE"}]
    ami.on_action = lambda: ami.tell("DeviceStateChange", Device="PJSIP/agent1", State="NOT_INUSE")
    async with followed(ami, office):
        assert await office.told.get() == {"agent1": WELL}


async def test_all_is_told_anew_from_time_to_time_while_asterisk_can_be_asked() -> None:
    ami, office = FakeAmi(), FakeOffice()
    ami.listed = [{"Device": "PJSIP/agent1", "State": "INUSE"}]
    async with followed(ami, office, retell_s=0.001):
        for _ in range(3):
            assert await office.told.get() == {"agent1": IN_USE}
        ami.fault = AmiNotConnected("away")
        ami.tell("DeviceStateChange", Device="PJSIP/agent1", State="NOT_INUSE")
        while await office.told.get() != {"agent1": WELL}:
            pass  # told before the link was away


async def test_all_is_asked_for_in_time_though_phones_change_all_the_while() -> None:
    ami, office = FakeAmi(), FakeOffice()
    ami.listed = [{"Device": "PJSIP/agent2", "State": "UNAVAILABLE"}]
    async with followed(ami, office, retell_s=0.001):
        assert await office.told.get() == {"agent2": UNREACHABLE}
        for n in count():
            ami.tell(
                "DeviceStateChange", Device="PJSIP/agent1", State=("INUSE", "NOT_INUSE")[n % 2]
            )
            if "agent2" in await office.told.get():
                break


async def test_nobody_rings_the_phones_of_an_asterisk_that_is_gone_where_another_could() -> None:
    ami, office = FakeAmi(), FakeOffice()
    ami.listed = [{"Device": "PJSIP/agent1", "State": "NOT_INUSE"}]
    async with followed(ami, office, alone=False, retell_s=0.001):
        assert await office.told.get() == {"agent1": WELL}
        ami.fault = AmiNotConnected("away")
        while await office.told.get() != {"agent1": UNREACHABLE}:
            pass  # told before the link was away
        ami.fault = None
        await ami.connect()
        while await office.told.get() != {"agent1": WELL}:
            pass


async def test_a_telephone_outside_is_in_use_while_its_agent_talks_to_us() -> None:
    ami, office = FakeAmi(), FakeOffice()
    office.organisation = OUTSIDE
    async with followed(ami, office) as phones:
        assert await office.told.get() == {"remote-4002": WELL}
        async with phones.engaged("remote-4002"):
            assert office.told.get_nowait() == {"remote-4002": IN_USE}
            await ami.connect()
            assert await office.told.get() == {"remote-4002": IN_USE}
            office.back = ("4002",)
        assert await office.told.get() == {"remote-4002": WELL}
        assert await office.matched.get() == "4002"


async def test_what_redis_did_not_hear_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.agents.phones._RETRY_S", 0.0)
    ami, office = FakeAmi(), FakeOffice()
    office.fault = AcdUnavailable("away")
    ami.listed = [{"Device": "PJSIP/agent1", "State": "UNAVAILABLE"}]
    async with followed(ami, office):
        assert await office.told.get() == {"agent1": UNREACHABLE}


def test_every_state_of_asterisk_is_known() -> None:
    names = "UNKNOWN NOT_INUSE INUSE BUSY INVALID UNAVAILABLE RINGING RINGINUSE ONHOLD"
    assert set(STATES) == set(names.split())
