"""Pages that tell how an organisation stands at this moment; each asks Redis once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Final

from acd.floor import ContactStatus
from acd.model.agent import AgentState, AgentStatus
from acd.model.figures import LineFigures
from ivr.api.errors import NothingThere
from ivr.api.models import (
    Agent,
    Agents,
    Call,
    Calls,
    CallState,
    LastCall,
    Nothing,
    Page,
    Queue,
    Queues,
    Wait,
)
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Role, Token
from ivr.flow.staff import Agent as Described

_SHOWN_DIGITS: Final = 3


async def queues(house: House, asked: Asked[Page, Nothing]) -> Queues:
    """Some of the queues of the organisation's file."""
    names, following = _page(house.office.organisation.queues, asked.query)
    figures = await house.floor.queues(names)
    return Queues(items=tuple(map(_queue, names, figures)), next=following)


async def queue(house: House, asked: Asked[Nothing, Nothing]) -> Queue:
    """One of them."""
    name = asked.path["queue"]
    if name not in house.office.organisation.queues:
        raise NothingThere("queue", name)
    (figures,) = await house.floor.queues([name])
    return _queue(name, figures)


async def agents(house: House, asked: Asked[Page, Nothing]) -> Agents:
    """Some of the agents of the organisation's file, whatever they do."""
    known = house.office.organisation.agents
    ids, following = _page(known, asked.query)
    statuses = await house.floor.agents(ids)
    return Agents(items=tuple(agent_of(status, known) for status in statuses), next=following)


async def agent(house: House, asked: Asked[Nothing, Nothing]) -> Agent:
    """One of them, or one who is logged in and stands in no file any more."""
    known = house.office.organisation.agents
    (status,) = await house.floor.agents([asked.path["agent"]])
    if status.state is AgentState.LOGGED_OUT and status.id not in known:
        raise NothingThere("agent", status.id)
    return agent_of(status, known)


async def calls(house: House, asked: Asked[Page, Nothing]) -> Calls:
    """Some of those who wait or talk."""
    page = await house.floor.contacts(asked.query.after, asked.query.limit)
    items = tuple(call_of(contact, asked.token) for contact in page.contacts)
    return Calls(items=items, next=page.last or None)


async def call(house: House, asked: Asked[Nothing, Nothing]) -> Call:
    """One of them."""
    contact = await house.floor.contact(asked.path["contact"])
    if contact is None:
        raise NothingThere("call", asked.path["contact"])
    return call_of(contact, asked.token)


READING: Final = (
    Route(
        method="GET",
        path="/queues",
        role=Role.VIEWER,
        summary="Queues, by name.",
        serve=queues,
        answer=Queues,
        query=Page,
    ),
    Route(
        method="GET",
        path="/queues/{queue}",
        role=Role.VIEWER,
        summary="One queue.",
        serve=queue,
        answer=Queue,
    ),
    Route(
        method="GET",
        path="/agents",
        role=Role.VIEWER,
        summary="Agents, by id, the logged out too.",
        serve=agents,
        answer=Agents,
        query=Page,
    ),
    Route(
        method="GET",
        path="/agents/{agent}",
        role=Role.VIEWER,
        summary="One agent.",
        serve=agent,
        answer=Agent,
    ),
    Route(
        method="GET",
        path="/calls",
        role=Role.VIEWER,
        summary="Contacts that wait or talk; those to be called back too.",
        serve=calls,
        answer=Calls,
        query=Page,
    ),
    Route(
        method="GET",
        path="/calls/{contact}",
        role=Role.VIEWER,
        summary="One contact that waits or talks.",
        serve=call,
        answer=Call,
    ),
)


def agent_of(status: AgentStatus, known: Mapping[str, Described]) -> Agent:
    """An agent as the API tells of them."""
    described = known.get(status.id)
    return Agent(
        id=status.id,
        name="" if described is None else described.name,
        state=status.state,
        reason=status.reason,
        since_ms=None if status.state is AgentState.LOGGED_OUT else status.since_ms,
        phone=status.phone,
        queues=status.queues,
        until_ms=status.until_ms or None,
        last=None
        if status.last is None
        else LastCall(
            contact=status.last.contact,
            queue=status.last.queue,
            began_ms=status.last.began_ms,
            result=status.last.result,
            owed=status.last.owed,
        ),
    )


def call_of(contact: ContactStatus, token: Token) -> Call:
    """A contact as the API tells of it to the holder of a token."""
    number = contact.number
    if number and not sees_callers(token):
        number = f"…{number[-_SHOWN_DIGITS:]}"
    return Call(
        id=contact.id,
        queue=contact.queue,
        state=CallState(contact.state),
        callback=contact.is_callback,
        arrived_ms=contact.arrived_ms,
        priority_ms=contact.arrived_ms - contact.effective_ms,
        answered_ms=contact.answered_ms,
        agent=contact.agent,
        beside=contact.beside,
        number=number,
    )


def sees_callers(token: Token) -> bool:
    """Whether a token may see callers' numbers: who acts on calls must know whose they are."""
    return token.role >= Role.SUPERVISOR


def _queue(name: str, figures: LineFigures) -> Queue:
    estimate = figures.estimate
    return Queue(
        name=name,
        waiting=figures.waiting,
        callbacks=figures.callbacks,
        longest_wait_ms=figures.oldest_wait_ms,
        ready=figures.ready,
        logged_in=figures.logged_in,
        estimate=None
        if estimate is None
        else Wait(
            low_ms=estimate.low_ms, expected_ms=estimate.expected_ms, high_ms=estimate.high_ms
        ),
    )


def _page(names: Iterable[str], page: Page) -> tuple[list[str], str | None]:
    """The names of one page, and what the next one begins behind."""
    ordered = sorted(names)
    begin = bisect_right(ordered, page.after) if page.after else 0
    found = ordered[begin : begin + page.limit]
    return found, found[-1] if begin + page.limit < len(ordered) else None
