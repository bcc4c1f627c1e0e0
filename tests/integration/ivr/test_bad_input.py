"""What people and programs do wrong about agents: each is told, and changes nothing.

One table a way in: the phone, the API, the ACD's own steps. Clocks that jump come last.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from acd.distributor import Distributor
from acd.errors import AcdError
from acd.floor import Floor as AcdFloor
from acd.model.agent import Agent, AgentState
from acd.model.offer import Offer, RefusalReason
from ivr.api.tokens import Role
from tests.integration.acd.conftest import FEES, START_MS, HandClock, House
from tests.integration.ivr.api.site import SUPPORT, Site, opened
from tests.integration.ivr.desk_floor import Floor, a_floor

pytestmark = pytest.mark.integration

HOUR_S = 3600


async def everything(redis: Redis, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """All that Redis holds, by key."""
    kept: dict[str, Any] = {}
    async for key in redis.scan_iter():
        if not key.endswith(but or "-"):
            kept[key] = await redis.dump(key)
    return kept


# At the phone ------------------------------------------------------------------------------------

PIN, LOCKED_AFTER = "2468", 3
WRONG = ["enter_agent", "enter_pin", "wrong_pin"]
Setup = Callable[[Floor], Awaitable[object]]


async def nobody(_floor: Floor) -> None:
    """Nobody is logged in."""


async def here(floor: Floor) -> None:
    """Agent 4001 is logged in at this phone."""
    await floor.office.agents.login(Agent("4001", "", ("support", "cases")), "agent1")


async def rung_elsewhere(floor: Floor) -> None:
    """Agent 4001 is being rung at another phone."""
    distributor, queue = floor.office.distributor, floor.queue("support")
    await floor.office.agents.login(Agent("4001", "", ("support",)), "agent2")
    await distributor.join("c-1", queue)
    await distributor.match(queue)


async def colleague_talks_here(floor: Floor) -> None:
    """Another agent talks at this phone."""
    distributor, queue = floor.office.distributor, floor.queue("support")
    await floor.office.agents.login(Agent("4002", "", ("support",)), "agent1")
    await distributor.join("c-1", queue)
    offer = await distributor.match(queue)
    assert offer is not None
    await distributor.answered(offer)


async def owes(floor: Floor) -> None:
    """Agent 4001 owes a result."""
    await floor.talk("cases")
    await floor.hang_up()


PHONE: dict[str, tuple[Setup, str, str, list[str]]] = {
    "an unknown agent": (nobody, "*11", "4999#2468#", WRONG * 3),
    "no agent at all": (nobody, "*11", "", WRONG * 3),
    "an agent's number that is none": (nobody, "*11", "*****#**#", WRONG * 3),
    "a log-in while rung at another phone": (
        rung_elsewhere,
        "*11",
        "4001#2468#",
        ["enter_agent", "enter_pin", "busy"],
    ),
    "a log-in where somebody talks": (
        colleague_talks_here,
        "*11",
        "4001#2468#",
        ["enter_agent", "enter_pin", "busy"],
    ),
    "a log-out of nobody": (nobody, "*12", "", ["not_logged_in"]),
    "a pause of nobody": (nobody, "*13", "1", ["not_logged_in"]),
    "an unknown pause": (here, "*13", "987", ["enter_reason", "unknown_reason"] * 3),
    "no pause chosen": (here, "*13", "", ["enter_reason", "unknown_reason"] * 3),
    "ready without the result that is owed": (owes, "*14", "", ["result_owed"]),
    "more wrap-up of nobody": (nobody, "*15", "", ["not_logged_in"]),
    "more wrap-up without any": (here, "*15", "", ["no_wrapup"]),
    "a result of nobody": (nobody, "*16", "1#", ["not_logged_in"]),
    "a result without a contact": (here, "*16", "1#", ["no_contact"]),
    "a result that the queue does not have": (
        owes,
        "*16",
        "1#9#333",
        ["enter_result", "result_choice", "unknown_result"] * 3,
    ),
}


@pytest.fixture
def floor(redis: Redis, tmp_path: Path) -> Floor:
    return a_floor(redis, tmp_path)


@pytest.mark.parametrize("slip", PHONE)
async def test_a_slip_at_the_phone_is_spoken_and_changes_nothing(floor: Floor, slip: str) -> None:
    prepare, code, keys, heard = PHONE[slip]
    await prepare(floor)
    before = await everything(floor.redis)
    assert await floor.dial(code, keys) == heard
    assert await everything(floor.redis) == before


async def test_a_wrong_pin_is_counted_and_nothing_else_until_it_locks(floor: Floor) -> None:
    await here(floor)
    before = await everything(floor.redis, but=(":pins",))
    assert await floor.dial("*11", "4001#1111#4001#2222#") == WRONG * 2 + WRONG
    assert await everything(floor.redis, but=(":pins",)) == before
    heard = await floor.dial("*11", "4001#3333#")
    assert heard == ["enter_agent", "enter_pin", "locked"]
    assert await floor.dial("*11", f"4001#{PIN}#") == heard, "the right one does not help now"
    assert (await floor.agent()).state is AgentState.READY, "who is at work goes on"


async def test_who_logs_in_twice_is_there_once(floor: Floor) -> None:
    for phone in ("agent1", "agent1", "agent2"):
        await floor.dial("*11", f"4001#{PIN}#", phone=phone)
    status = await floor.agent()
    assert (status.state, status.phone) == (AgentState.READY, "agent2")
    assert await floor.office.agents.at_phone("agent1") is None
    assert await floor.dial("*14") == ["not_logged_in"]


# By the API --------------------------------------------------------------------------------------


async def logged_out(_site: Site) -> None:
    """Nobody is there."""


async def talking(site: Site) -> None:
    """Agent 4001 talks to c-1."""
    await site.log_in("4001")
    await site.wait_in("c-1")
    offer = await site.town.distributor.match(SUPPORT)
    assert offer is not None
    await site.town.distributor.answered(offer)


async def waiting(site: Site) -> None:
    """c-1 waits."""
    await site.wait_in("c-1")


async def rung(site: Site) -> None:
    """Agent 4001 is rung for c-1."""
    await site.log_in("4001")
    await site.wait_in("c-1")
    assert await site.town.distributor.match(SUPPORT) is not None


AGENT, CALL = "/town/agents/4001", "/town/calls/c-1"
Refusal = tuple[int, str]
API: dict[str, tuple[Callable[[Site], Awaitable[None]], str, str, Any, Refusal]] = {
    "a pause of nobody": (
        logged_out,
        "POST",
        f"{AGENT}/pause",
        {"reason": "lunch"},
        (409, "acd.not_logged_in"),
    ),
    "a pause of an unknown agent": (
        logged_out,
        "POST",
        "/town/agents/4999/pause",
        {"reason": "lunch"},
        (409, "acd.not_logged_in"),
    ),
    "an unknown pause": (
        talking,
        "POST",
        f"{AGENT}/pause",
        {"reason": "tea"},
        (422, "api.request_invalid"),
    ),
    "ready who is not there": (
        logged_out,
        "POST",
        f"{AGENT}/unpause",
        None,
        (409, "acd.not_logged_in"),
    ),
    "a log-out of nobody": (
        logged_out,
        "POST",
        f"{AGENT}/logout",
        None,
        (409, "acd.not_logged_in"),
    ),
    "a result of nobody": (
        logged_out,
        "POST",
        f"{AGENT}/result",
        {"result": "resolved"},
        (409, "acd.not_logged_in"),
    ),
    "a result of another contact": (
        talking,
        "POST",
        f"{AGENT}/result",
        {"result": "resolved", "contact": "c-9"},
        (409, "acd.no_last_contact"),
    ),
    "an unknown result": (
        talking,
        "POST",
        f"{AGENT}/result",
        {"result": "tea"},
        (422, "api.request_invalid"),
    ),
    "another place for one who talks": (
        talking,
        "PUT",
        f"{CALL}/priority",
        {"credit_ms": 1},
        (409, "acd.not_waiting"),
    ),
    "another place for nobody": (
        waiting,
        "PUT",
        "/town/calls/c-9/priority",
        {"credit_ms": 1},
        (404, "acd.contact_unknown"),
    ),
    "a move of one who talks": (
        talking,
        "POST",
        f"{CALL}/move",
        {"queue": "fees"},
        (409, "acd.not_waiting"),
    ),
    "a move of one who is rung for": (
        rung,
        "POST",
        f"{CALL}/move",
        {"queue": "fees"},
        (409, "acd.contact_offered"),
    ),
    "a move to nowhere": (
        waiting,
        "POST",
        f"{CALL}/move",
        {"queue": "tea"},
        (422, "api.request_invalid"),
    ),
    "a callback that is a call": (
        waiting,
        "DELETE",
        "/town/callbacks/c-1",
        None,
        (404, "acd.callback_unknown"),
    ),
    "no JSON": (talking, "POST", f"{AGENT}/pause", "lunch", (422, "api.request_invalid")),
    "another method": (talking, "GET", f"{AGENT}/pause", None, (405, "api.method_not_allowed")),
}


@pytest.fixture
async def site(redis: Redis, tmp_path: Path) -> Any:
    async with opened(redis, tmp_path) as it:
        yield it


@pytest.mark.parametrize("slip", API)
async def test_a_request_in_the_wrong_state_is_refused_in_json_and_changes_nothing(
    site: Site, slip: str
) -> None:
    prepare, method, path, sent, refusal = API[slip]
    await prepare(site)
    before = await everything(site.redis)
    answer = await site.ask(method, path, json=sent)
    assert (answer.status, answer.code) == refusal
    assert answer.body["message"].endswith(".")
    assert await everything(site.redis) == before


@pytest.mark.parametrize(
    "token", ["none", "revoked", "made anew", "of another organisation", "viewer"]
)
async def test_a_stale_token_changes_nothing(site: Site, token: str) -> None:
    await talking(site)
    file, now = site.file, datetime.now(UTC)
    site.tokens["stale"] = file.make("stale", Role.SUPERVISOR, ("town",), now)
    match token:
        case "none":
            site.tokens["stale"] = "nothing"
        case "revoked":
            file.revoke("stale")
        case "made anew":
            file.revoke("stale")
            file.make("stale", Role.SUPERVISOR, ("town",), now)
        case "of another organisation":
            site.tokens["stale"] = file.make("village", Role.SUPERVISOR, ("village",), now)
        case "viewer":
            site.tokens["stale"] = site.tokens["viewer"]
    before = await everything(site.redis)
    for path, sent in (
        ("pause", {"reason": "lunch"}),
        ("logout", None),
        ("result", {"result": "resolved"}),
    ):
        answer = await site.ask("POST", f"{AGENT}/{path}", "stale", json=sent)
        assert answer.status in (401, 403, 404)
        assert answer.code in ("api.token_refused", "api.role_too_low", "api.not_found")
    assert await everything(site.redis) == before


# Steps that come too late ------------------------------------------------------------------------


@pytest.fixture
def house(redis: Redis) -> House:
    return House(redis)


STALE: dict[str, Callable[[House, Offer], Awaitable[object]]] = {
    "an answer": lambda house, offer: house.acd.answered(offer),
    "an end": lambda house, offer: house.acd.ended(offer, 1000),
    "a refusal": lambda house, offer: house.acd.refused(offer, RefusalReason.BUSY),
    "an attempt": lambda house, offer: house.callbacks.dialled(offer),
    "a caller who is reached": lambda house, offer: house.callbacks.reached(offer),
}


@pytest.mark.parametrize("step", STALE)
@pytest.mark.parametrize("over", ["expired", "refused", "ended", "offered anew"])
async def test_a_step_of_an_offer_that_is_over_changes_nothing(
    house: House, step: str, over: str
) -> None:
    offer = await house.offer()
    match over:
        case "expired":
            house.clock.forward(26)
            await house.acd.upkeep.renew()
            await house.acd.upkeep.sweep()
        case "ended":
            await house.acd.answered(offer)
            await house.acd.ended(offer, 1)
        case _:
            await house.acd.refused(offer, RefusalReason.EXPIRED)
    if over == "offered anew":
        assert await house.acd.match(FEES) is not None
    before = await everything(house.redis)
    with pytest.raises(AcdError) as refused:
        await STALE[step](house, offer)
    assert refused.value.code == "acd.stale_offer"
    assert await everything(house.redis) == before


# Clocks that jump --------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_controller_with_a_wrong_clock_loses_no_caller_and_no_agent(
    house: House, hours: int
) -> None:
    """Whatever it does to leases and offers, the one with the right clock has all back."""
    await house.acd.upkeep.renew()
    await house.acd.join("c-1", FEES)
    await house.acd.join("c-2", FEES)
    await house.log_in("4001")
    wrong = HandClock(START_MS + hours * HOUR_S * 1000)
    other = Distributor(house.redis, house.org, wrong, "wrong")
    for _ in range(4):
        house.clock.forward(2)
        wrong.forward(2)
        await other.upkeep.tick([FEES])
        await house.acd.upkeep.tick([FEES])
    place = await house.acd.place("c-2")
    offer = await house.acd.current_offer("c-1")
    assert (place is not None) or (await house.acd.current_offer("c-2")) is not None
    assert offer is not None or await house.acd.place("c-1") is not None
    contacts = await AcdFloor(house.redis, house.org, house.clock).contacts("", 10)
    assert {contact.id for contact in contacts.contacts} == {"c-1", "c-2"}
    assert (await house.agents.status("4001")).state is not AgentState.LOGGED_OUT
