"""An agent who has proved who they are comes to a telephone, here or outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from acd.errors import AgentBusy, PhoneBusy
from acd.model.agent import HAS_A_CALL, AgentState, AgentStatus
from ivr.agents.remote_agents import is_remote
from ivr.desk.visit import Visit
from ivr.office import Office
from ivr.queueing.joining import acd_agent


async def move_in(visit: Visit, number: str, offices: Collection[Office]) -> list[AgentStatus]:
    """Log an agent in at all of these organisations, or at none.

    At all others they are logged out, also where the file knows them no more: one person is at one
    telephone.

    Args:
        visit: Their call, from that telephone.
        number: The agent.
        offices: Where they work at this telephone.

    Returns:
        What they did before at each organisation.

    Raises:
        AgentBusy: The agent has a call at one.
        PhoneBusy: Another agent has one at this phone.
    """
    here = {office.organisation.id for office in offices}
    everywhere = tuple(visit.offices.values())
    before = [await office.agents.status(number) for office in everywhere]
    if any(agent.state in HAS_A_CALL for agent in before):
        raise AgentBusy(number)
    if any(there.agent.state in HAS_A_CALL for there in await visit.who()):
        raise PhoneBusy(visit.phone)
    for office, was in zip(everywhere, before, strict=True):
        if office.organisation.id in here:
            person = acd_agent(number, office.organisation)
            await office.agents.login(person, visit.phone, alone=is_remote(visit.phone))
        elif was.state is not AgentState.LOGGED_OUT:
            await office.agents.logout(number)
    return before


async def match(offices: Sequence[Office], agent: str) -> None:
    """Give an agent who is ready one call, by the first organisation that has any."""
    for office in offices:
        if await office.distributor.match_agent(agent) is not None:
            return
