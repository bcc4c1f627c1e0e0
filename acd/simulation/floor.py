"""One contact centre in virtual time: a heap of what comes next, and the product's distributor.

Who gets whom is asked of Redis and of nothing else. What this module knows by itself is what people
and clocks do: when somebody calls, picks up, hangs up, has done the after-call work, goes on or off
duty. Each step is the call that the product makes at that point: a caller's as in
``ivr/queueing/ride.py``, the clock's as in :mod:`acd.sweeper`.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from operator import itemgetter

from acd.agents import Agents
from acd.distributor import Distributor
from acd.model.agent import Agent, AgentState
from acd.model.offer import Offer
from acd.model.waiting import LeaveReason
from acd.simulation.client import LockStepRedis
from acd.simulation.people import Callers, Contact, Desk, Stage
from acd.simulation.scenario import Scenario, Team, at
from acd.simulation.tally import Tally
from store.stream import stream_key

_EPOCH_MS = 1_000_000_000_000  # virtual time begins here; any instant will do
_TRIMMED_EVERY = 1_000  # contacts: nobody reads their events

_Step = Callable[[], Awaitable[None]]


class Floor:
    """One lane of a simulation: its own organisation in Redis, its own time, its own chance."""

    def __init__(
        self,
        redis: LockStepRedis,
        org: str,
        scenario: Scenario,
        *,
        seed: str,
        threshold_s: float,
        warm_up_s: float,
        batch_s: float,
        batches: int,
    ) -> None:
        """Bind to an organisation that Redis has never heard of.

        Args:
            redis: Of a private server.
            org: The organisation's name.
            scenario: Who calls and who answers.
            seed: Of all chance.
            threshold_s: Who waits no longer is answered in time.
            warm_up_s: What happens so early is not counted.
            batch_s: Length of a batch.
            batches: How many follow the warm-up.
        """
        self._redis = redis
        self._scenario = scenario
        self._threshold = round(threshold_s * 1000)
        self._edges = [round((warm_up_s + n * batch_s) * 1000) for n in range(batches + 1)]
        self._interval_ms = round(scenario.interval_s * 1000)
        self._tallies = [Tally() for _ in range(batches)]

        self._now = 0  # milliseconds of virtual time
        self._steps: list[tuple[int, int, _Step]] = []
        self._order = itertools.count()  # of what happens at the same instant
        self._tally: Tally | None = None
        self._counting = 0  # contacts that are counted and not over yet
        self._busy = self._present = 0  # agents
        self._reckoned = 0  # until when their time is

        self._acd = Distributor(redis, org, self._clock, "simulation")
        self._agents = Agents(redis, org, self._clock)
        self._queues = [line.queue for line in scenario.lines]
        self._callers = [Callers(line, seed) for line in scenario.lines]
        self._teams = [_desks(f"team{n}", team) for n, team in enumerate(scenario.teams)]
        self._desks = {desk.agent.id: desk for team in self._teams for desk in team}
        self._served: frozenset[str] = frozenset()  # queues of which somebody is on duty
        self._contacts: dict[str, Contact] = {}
        self._called = 0  # contacts so far

    async def run(self, progress: Callable[[], None]) -> Sequence[Tally]:
        """Live through it all, until everyone who is counted has been served or has left.

        Args:
            progress: Called at the end of each batch.

        Returns:
            The batches.

        Raises:
            AcdError: Redis is away.
        """
        await self._acd.upkeep.adopt(self._queues)
        self._at(0, partial(self._interval, 0))
        if self._scenario.intervals == 1:
            for callers in self._callers:
                for _ in range(callers.present(callers.line.per_hour[0])):
                    self._at(0, partial(self._call, callers))
        for number, edge in enumerate(self._edges):
            self._at(edge, partial(self._edge, number, progress))
        while self._now < self._edges[-1] or self._counting:
            self._now, _, step = heapq.heappop(self._steps)
            await step()
        return self._tallies

    def _clock(self) -> int:
        return _EPOCH_MS + self._now

    def _at(self, time: int, step: _Step) -> None:
        heapq.heappush(self._steps, (time, next(self._order), step))

    # Time ----------------------------------------------------------------------------------

    async def _edge(self, number: int, progress: Callable[[], None]) -> None:
        """A batch is over, the next begins."""
        self._reckon()
        self._tally = self._tallies[number] if number < len(self._tallies) else None
        if number:
            progress()

    def _reckon(self, *, busy: int = 0, present: int = 0) -> None:
        """Add up agents' time until now, before there are more or fewer of them."""
        if self._tally is not None:
            past = self._now - self._reckoned
            self._tally.busy_ms += self._busy * past
            self._tally.present_ms += self._present * past
        self._reckoned = self._now
        self._busy += busy
        self._present += present

    async def _interval(self, number: int) -> None:
        """Other rates, other agents."""
        if self._scenario.intervals > 1:
            self._at((number + 1) * self._interval_ms, partial(self._interval, number + 1))
        for desks, team in zip(self._teams, self._scenario.teams, strict=True):
            await self._staff(desks, int(at(team.agents, number)))
        await self._close()
        for callers in self._callers:
            self._expect(callers, number)

    def _expect(self, callers: Callers, number: int) -> None:
        """The next arrival of an interval; a Poisson process begins anew at any instant."""
        end = (number + 1) * self._interval_ms if self._scenario.intervals > 1 else math.inf
        time = self._now + callers.pause(at(callers.line.per_hour, number))
        if time < end:
            self._at(round(time), partial(self._arrive, callers, number))

    # Callers -------------------------------------------------------------------------------

    async def _arrive(self, callers: Callers, number: int) -> None:
        self._expect(callers, number)
        await self._call(callers)

    async def _call(self, callers: Callers) -> None:
        self._called += 1
        if self._called % _TRIMMED_EVERY == 0:
            await self._redis.xtrim(stream_key(self._acd.org), maxlen=0, approximate=False)
        contact = callers.next(f"c{self._called}", self._now, self._tally)
        self._contacts[contact.id] = contact
        if contact.tally is not None:
            contact.tally.offered += 1
            self._counting += 1
        line, queue = contact.line, contact.line.queue
        await self._acd.join(
            contact.id, queue, credit_ms=round(line.credit_s * 1000), require=line.require
        )
        if queue.name not in self._served:
            return await self._nobody(contact)
        if contact.patience is not None:
            self._at(self._now + contact.patience, partial(self._give_up, contact))
        for step in line.require[1:]:
            self._at(self._now + step.after_ms, partial(self._relax, contact))
        self._ring(await self._acd.match(queue))

    async def _relax(self, contact: Contact) -> None:
        if contact.stage is Stage.WAITING:
            await self._upkeep()

    async def _give_up(self, contact: Contact) -> None:
        if contact.stage not in (Stage.WAITING, Stage.RINGING):
            return
        if contact.tally is not None:
            contact.tally.abandon(self._now - contact.arrived, self._threshold)
        await self._leave(contact, LeaveReason.ABANDONED)

    async def _nobody(self, contact: Contact) -> None:
        if contact.tally is not None:
            contact.tally.left += 1
        await self._leave(contact, LeaveReason.NOBODY)

    async def _leave(self, contact: Contact, reason: LeaveReason) -> None:
        rung = contact.stage is Stage.RINGING
        self._over(contact)
        await self._acd.leave(contact.id, reason)
        if rung:  # its agent is there for the next
            await self._upkeep()

    def _over(self, contact: Contact) -> None:
        contact.stage = Stage.GONE
        del self._contacts[contact.id]
        if contact.tally is not None:
            self._counting -= 1

    # Conversations -------------------------------------------------------------------------

    def _ring(self, offer: Offer | None) -> None:
        if offer is not None:
            contact = self._contacts[offer.contact]
            contact.stage = Stage.RINGING
            # There may be fewer who are ready than the queue wants rung.
            rung = zip(contact.pick_ups, offer.views, strict=False)
            after, theirs = min(rung, key=itemgetter(0))
            self._at(self._now + after, partial(self._pick_up, contact, theirs))

    async def _pick_up(self, contact: Contact, offer: Offer) -> None:
        if contact.stage is not Stage.RINGING:
            return  # hung up just before
        await self._acd.answered(offer)
        contact.stage = Stage.TALKING
        self._reckon(busy=1)
        if contact.tally is not None:
            contact.tally.answer(self._now - contact.arrived, self._threshold)
        self._at(self._now + contact.talk, partial(self._hang_up, contact, offer))
        if len(contact.pick_ups) > 1:  # who was rung beside is there for the next
            await self._upkeep()

    async def _hang_up(self, contact: Contact, offer: Offer) -> None:
        await self._acd.ended(offer, contact.talk)
        desk, most = self._desks[offer.agent], contact.line.queue.wrapup_seconds * 1000
        wrapup = most if contact.after is None else min(contact.after, most)
        if contact.tally is not None:
            contact.tally.handled_ms += contact.talk + (0 if desk.leaving else wrapup)
        self._over(contact)
        if desk.leaving:  # the product has logged the agent out
            desk.present = desk.leaving = False
            self._reckon(busy=-1, present=-1)
        elif most == 0:
            self._reckon(busy=-1)
            self._ring(await self._acd.match_agent(offer.agent))
        else:
            desk.wrapups += 1
            early = wrapup < most
            self._at(self._now + wrapup, partial(self._work_done, desk, desk.wrapups, early))

    async def _work_done(self, desk: Desk, number: int, early: bool) -> None:
        """By the agent's own hand, or by the product's clock: its upkeep."""
        if number != desk.wrapups:
            return  # went off duty meanwhile
        self._reckon(busy=-1)
        if early:
            await self._agents.unpause(desk.agent.id)
            self._ring(await self._acd.match_agent(desk.agent.id))
        else:
            await self._upkeep()

    async def _upkeep(self) -> None:
        while offers := (await self._acd.upkeep.tick(self._queues)).offers:
            for offer in offers:
                self._ring(offer)

    # Duty ----------------------------------------------------------------------------------

    async def _staff(self, desks: Sequence[Desk], number: int) -> None:
        for desk in desks[:number]:
            agent = desk.agent.id
            if desk.leaving:
                await self._agents.unpause(agent)  # stays after all
                desk.leaving = False
            elif not desk.present:
                await self._agents.login(desk.agent, f"phone-{agent}")
                desk.present = True
                self._reckon(present=1)
                self._ring(await self._acd.match_agent(agent))
        for desk in desks[number:]:
            if desk.present and not desk.leaving:
                await self._go(desk)

    async def _go(self, desk: Desk) -> None:
        before = await self._agents.status(desk.agent.id)
        after = await self._agents.logout(desk.agent.id)
        if after.state is not AgentState.LOGGED_OUT:
            desk.leaving = True
            return
        desk.present = False
        desk.wrapups += 1
        self._reckon(busy=-(before.state is AgentState.WRAPUP), present=-1)

    async def _close(self) -> None:
        """Who waits where nobody is on duty any more is told so, and leaves."""
        on_duty = (desk for desk in self._desks.values() if desk.present and not desk.leaving)
        self._served = frozenset(queue for desk in on_duty for queue in desk.agent.queues)
        for contact in list(self._contacts.values()):
            if contact.stage is Stage.WAITING and contact.line.queue.name not in self._served:
                await self._nobody(contact)


def _desks(name: str, team: Team) -> list[Desk]:
    return [
        Desk(Agent(f"{name}-{n}", "", team.queues, team.skills)) for n in range(max(team.agents))
    ]
