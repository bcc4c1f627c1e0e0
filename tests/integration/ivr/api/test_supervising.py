"""Supervisors' phones that are rung by order of a program."""

from __future__ import annotations

import pytest

from acd.model.agent import Agent
from acd.model.queue import Queue
from store.events import Event, EventType
from store.stream import BEGINNING
from tests.integration.ivr.api.site import SUPPORT, Answer, Site
from wire.ami.errors import AmiNotConnected

pytestmark = pytest.mark.integration

PHONE = {"phone": "phone4002"}


async def talk(site: Site, queue: Queue = SUPPORT) -> None:
    """Agent 4001 talks to a caller."""
    await site.log_in("4001", queue.name)
    await site.wait_in("c-1", queue)
    offer = await site.town.distributor.match(queue)
    assert offer is not None
    await site.town.distributor.answered(offer)


async def ask(site: Site, mode: str = "listen", role: str = "supervisor", **body: object) -> Answer:
    return await site.ask("POST", f"/town/agents/4001/{mode}", role, json=body or PHONE)


async def refusals(site: Site) -> list[Event]:
    events = await site.town.stream.read(BEGINNING)
    return [event for event in events if event.type is EventType.SUPERVISOR_REFUSED]


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge", "take_over"])
async def test_the_phone_is_rung_for_the_conversation_that_goes_on(site: Site, mode: str) -> None:
    await talk(site)

    answer = await ask(site, mode)

    assert (answer.status, answer.body) == (
        200,
        {
            "phone": "phone4002",
            "mode": mode,
            "agent": "4001",
            "contact": "c-1",
            "queue": "support",
        },
    )
    ((action, fields),) = site.ami.asked
    assert action == "Originate"
    assert fields["Channel"] == "PJSIP/phone4002"
    assert (fields["Context"], fields["Exten"]) == ("vaxel-supervision", "s")
    assert fields["Variable"] == f"VAXEL_ORDER=town|supervisor|4001|c-1|{mode}"
    assert "Application" not in fields


async def test_a_viewer_has_no_phone_rung(site: Site) -> None:
    await talk(site)
    answer = await ask(site, role="viewer")
    assert (answer.status, answer.code) == (403, "api.role_too_low")
    assert site.ami.asked == []


@pytest.mark.parametrize("phone", ["caller", "trunk", "phone4003", "+46 8 1", "a/b", ""])
async def test_no_phone_but_agents_is_rung(site: Site, phone: str) -> None:
    await talk(site)
    answer = await ask(site, phone=phone)
    assert (answer.status, answer.code) == (422, "api.request_invalid")
    assert site.ami.asked == []


async def test_an_agent_who_talks_to_nobody_is_not_heard(site: Site) -> None:
    assert (await ask(site)).code == "api.not_talking"
    await site.log_in("4001")
    answer = await ask(site)
    assert (answer.status, answer.code) == (409, "api.not_talking")
    assert site.ami.asked == []


async def test_a_private_queue_is_refused_and_it_is_told_who_wanted_to_hear_it(site: Site) -> None:
    await talk(site, Queue("private"))
    answer = await ask(site, "barge")
    assert (answer.status, answer.code) == (403, "api.private_queue")
    assert site.ami.asked == []
    (refused,) = await refusals(site)
    assert (refused.contact, refused.queue, refused.agent) == ("c-1", "private", "4001")
    assert dict(refused.fields) == {
        "reason": "queue",
        "act": "barge",
        "by": "supervisor",
        "phone": "phone4002",
    }


async def test_no_conversation_is_heard_at_the_phone_of_another_organisations_agent(
    site: Site,
) -> None:
    await talk(site)
    village = site.offices["village"].agents
    await village.login(Agent("4001", "", ("support",)), "phone4002")
    answer = await ask(site)
    assert (answer.status, answer.code) == (409, "api.phone_taken")
    assert site.ami.asked == []


@pytest.mark.parametrize("mode", ["listen", "take_over"])
async def test_the_phone_of_the_conversation_itself_is_not_rung(site: Site, mode: str) -> None:
    await talk(site)
    answer = await ask(site, mode, phone="phone4001")
    assert (answer.status, answer.code) == (409, "api.phone_talks")
    assert site.ami.asked == []


async def test_a_phone_that_cannot_be_rung_from_here_is_told(site: Site) -> None:
    await talk(site)
    site.away.add("phone4002")
    answer = await ask(site)
    assert (answer.status, answer.code) == (409, "api.phone_unreachable")
    assert site.ami.asked == []


async def test_an_asterisk_that_is_away_is_told(site: Site) -> None:
    await talk(site)
    site.ami.fault = AmiNotConnected("away")
    answer = await ask(site)
    assert (answer.status, answer.code) == (503, "api.asterisk_away")


async def test_a_call_of_a_private_queue_is_moved_to_no_other(site: Site) -> None:
    await site.wait_in("c-1", Queue("private"))
    answer = await site.ask("POST", "/town/calls/c-1/move", json={"queue": "support"})
    assert (answer.status, answer.code) == (409, "api.supervision_differs")
    assert (await site.get("/town/calls/c-1"))["queue"] == "private"
