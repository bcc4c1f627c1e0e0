"""A caller in the world: the real Redis, a fake channel."""

from __future__ import annotations

from typing import Any, cast

import pytest
from redis.asyncio import Redis

from acd.model.agent import Agent
from ivr.calls.agi_call import AgiCall
from ivr.flow.load import load_organisation
from ivr.office import Office
from tests.integration.ivr.fake_line import Dial, FakePrompts, FakeSession
from tests.integration.ivr.fake_office import an_office
from tests.unit.flow.trees import DEMO
from wire.agi.parser import Environment
from wire.agi.session import AgiSession

ORGANISATION = load_organisation(DEMO / "demo")
ALVA = Agent("4001", "Alva", ("support",))
CALLER = "0701740605"
E164 = "+46701740605"


@pytest.fixture
def office(redis: Redis) -> Office:
    return an_office(redis, ORGANISATION)


def calling(
    office: Office, session: FakeSession, contact: str = "vaxel-1.1", caller: str = CALLER
) -> AgiCall:
    return AgiCall(
        cast(AgiSession, session),
        FakePrompts(),
        contact=contact,
        caller=caller,
        dialled="100",
        ride=office.rides.ride,
        listen=_never,
        record=_never,
        world=office.around.of,
    )


async def _never(*_: object) -> Any:
    raise AssertionError


def session(keys: str = "", *dials: str) -> FakeSession:
    fields = {"agi_uniqueid": "vaxel-1.1", "agi_channel": "PJSIP/caller-00000001"}
    return FakeSession(*map(_ends, dials), environment=Environment(fields), keys=keys)


def _ends(status: str) -> Dial:
    async def dial(line: FakeSession) -> str:
        line.variables["DIALSTATUS"] = status
        return status

    return dial
