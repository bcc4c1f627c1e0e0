"""Brings waiting contacts and ready agents together. Every method is one round trip to Redis.

Any number of controllers act on one organisation at once; each transition is one Lua script with
its event (``acd/scripts``), so that no contact and no agent is ever in two places.

A contact's way: ``join`` → waiting → (``match``) → reserved → ``answered`` → talking → ``ended``,
or ``transferred``, by which it waits again.
``refused`` leads back to waiting at the old place, once nobody is rung any more; ``leave`` out of
any state. People who are to be called back stand in the same line, see :mod:`acd.callbacks`.
What time alone changes is :mod:`acd.upkeep`; whom an agent asks meanwhile, :mod:`acd.consulting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from redis.asyncio import Redis

from acd.clock import Clock
from acd.consulting import Consulting
from acd.estimate import place_of_row
from acd.keys import Keys
from acd.model.agent import AgentState
from acd.model.figures import LineFigures, QueueGauge, Snapshot
from acd.model.handover import Handover
from acd.model.offer import Offer, RefusalReason
from acd.model.queue import Queue
from acd.model.waiting import Estimate, LeaveReason, Place
from acd.names import check_name
from acd.replies import figures_of, offer_of
from acd.script import Reply, Scripts
from acd.skills import Requirement, sparing_backups, steps_to_wire
from acd.upkeep import Upkeep

_GAUGED = (
    AgentState.READY,
    AgentState.RESERVED,
    AgentState.TALKING,
    AgentState.WRAPUP,
    AgentState.PAUSED,
)


class Distributor:
    """The queues of one organisation, as one controller sees them.

    All methods raise :class:`acd.errors.AcdUnavailable` when Redis does not answer.

    Attributes:
        upkeep: Keeps them going as time goes by.
        consulting: Knows whom agents ask while they talk.
    """

    def __init__(self, redis: Redis, org: str, clock: Clock, controller: str) -> None:
        """Bind to an organisation; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            clock: The time.
            controller: This process, by a name that no other *and no earlier* one has: a
                restarted controller must not pass for its dead predecessor. It begins with
                ``node.``, where there are several nodes: those of one node ask one Asterisk.
        """
        self.org = org
        self.clock = clock
        self.controller = check_name("Controller", controller)
        self._calls_back = self.controller
        self._scripts = Scripts(redis, Keys(org))
        self.upkeep = Upkeep(self._scripts, org, clock, self.controller)
        self.consulting = Consulting(self._scripts, clock)

    async def join(
        self,
        contact: str,
        queue: Queue,
        *,
        credit_ms: int = 0,
        require: Sequence[Requirement] = (),
    ) -> bool:
        """Put a contact in line, or take one up that waits already.

        A contact whose controller died keeps its arrival and gets this one as its owner; an
        offer that was made to it is given back. If the tree led it to another queue meanwhile,
        it leaves the old one (``failed``) and arrives anew; one that a supervisor has moved away
        from this queue is taken up where it is. A callback of this queue whose caller
        has picked up, or is back, becomes a call of this controller at its place; one of another
        queue is cancelled.

        Args:
            contact: Its id.
            queue: Where to; its ring and wrap-up times go with the contact.
            credit_ms: Moves it forward as if it had arrived so much earlier.
            require: What its agent must be able to do, step by step as it waits, the first at
                once; nothing when left out. One that is taken up goes on with what it had.
                The queue's backup agents are spared as it says.

        Returns:
            Whether it was taken up at its old place.

        Raises:
            ContactBusy: This controller has it in another queue or in a conversation.
            TooManyLines: The queue cannot keep apart so many requirements.
        """
        check_name("Contact", contact)
        return bool(
            await self._run(
                "join",
                contact,
                queue.name,
                self.controller,
                *queue.times_ms,
                credit_ms,
                *steps_to_wire(sparing_backups(queue, require)),
            )
        )

    async def hand_on(self, contact: str) -> bool:
        """Let another controller take up a caller who waits here; this one is to stop.

        The contact keeps its place; nobody is offered to it before the other one has it by
        :meth:`join`. One that nobody takes up within the time of a dead controller's is lost.

        Returns:
            Whether it may; not where an agent is being found for it at this very moment.
        """
        return bool(await self._run("hand_on", contact, self.controller))

    def call_back_by(self, controller: str) -> None:
        """Have another controller call the people back whose turn a match finds from now on.

        Args:
            controller: Its name. It lives, and this one is to stop.
        """
        self._calls_back = check_name("Controller", controller)
        self.upkeep.call_back_by(self._calls_back)

    async def place(self, contact: str) -> Place | None:
        """Where a contact stands; ``None`` while it is being offered or does not wait at all."""
        reply = await self._run("place", contact)
        return None if reply is None else place_of_row(reply)

    async def nobody(self, contact: str, *, at_work: bool = False) -> bool:
        """Whether there is nobody who could serve a waiting contact, now or once less is required.

        Args:
            contact: Its id; of one that does not wait it is not so.
            at_work: Whether who pauses, or will after a call, counts as away. Else whoever is
                logged in, at a phone that is there, counts.
        """
        return bool(await self._run("nobody", contact, int(at_work)))

    async def expect(self, contact: str, estimate: Estimate) -> bool:
        """Keep what a caller's wait is estimated at, to be told beside the wait itself.

        Returns:
            Whether it is kept: it is the first one, and the caller waits.
        """
        ends = estimate.low_ms, estimate.expected_ms, estimate.high_ms
        return bool(await self._run("expect", contact, *ends))

    async def match(self, queue: Queue) -> Offer | None:
        """Bring together the longest waiting contact of a queue and the first agent for it.

        The longest waiting of those whom a ready agent can serve, that is: others may stand before.
        The first by the queue's strategy, as :meth:`acd.upkeep.Upkeep.adopt` has told it, and the
        next ones beside where it has several rung at once.

        The owner of the contact is told by its :class:`acd.offers.OfferListener`, whoever
        called this; a callback becomes this controller's (but see :meth:`call_back_by`). Call it
        when a contact has joined; for an agent who became ready see :meth:`match_agent`.

        Returns:
            The offer made, ``None`` when nobody waits whom a ready agent can serve.
        """
        return offer_of(await self._run("match", queue.name, self._calls_back))

    async def match_agent(self, agent: str) -> Offer | None:
        """Give an agent the contact that waits longest of those whom they can serve, in all queues.

        In a queue of a higher weight than 1, each second counts so many times.

        Returns:
            The offer made, ``None`` when the agent is not ready or nobody waits for them.
        """
        return offer_of(await self._run("match_agent", agent, self._calls_back))

    async def current_offer(self, contact: str) -> Offer | None:
        """The offer (ringing) or conversation of a contact, for whoever missed the message."""
        return offer_of(await self._run("offer", contact))

    async def conversation(self, agent: str) -> Offer | None:
        """The conversation that an agent is in, ``None`` when they talk to nobody."""
        return offer_of(await self._run("conversation", agent))

    async def callback_offers(self) -> tuple[Offer, ...]:
        """The offers to this controller's callbacks that it has not begun to dial."""
        replies = await self._run("callback_offers", self.controller)
        return tuple(offer for reply in replies if (offer := offer_of(reply)))

    async def held(self, contact: str) -> str | None:
        """The queue that has the contact's call, waiting to talking; ``None`` when none has.

        A call that comes back after its controller died is known by this. One that was turned
        into a callback has left, until the caller is called.
        """
        queue = await self._run("held", contact)
        return None if queue is None else str(queue)

    async def answered(self, offer: Offer, at_ms: int | None = None) -> bool:
        """The agent picked up. Any controller may say so, also twice.

        Whoever is rung beside is ready again at the old place.

        Args:
            offer: Which one, as the agent has it who picked up.
            at_ms: When, epoch, if that is known to be earlier than now.

        Returns:
            Whether this was news.

        Raises:
            StaleOffer: The offer is over, or somebody else was quicker.
        """
        now = self.clock()
        at = now if at_ms is None else at_ms
        said = offer.contact, offer.id, offer.agent, at
        return bool(await self._scripts.run("answered", now, *said))

    async def prolong(self, offer: Offer) -> None:
        """The agents' telephones begin to ring only now: the offer lasts as long as one made now.

        Raises:
            StaleOffer: It is over; ring nobody.
            OfferAnswered: An agent has picked up.
        """
        await self._run("prolong", offer.contact, offer.id)

    async def answered_late(self, offer: Offer, at_ms: int) -> tuple[str, ...] | None:
        """The agent had picked up before the offer expired, and nobody could tell of it.

        The contact, which waits as far as the queue knew, and the agent talk from now on.

        Args:
            offer: One of this controller's contact, as the agent has it who picked up.
            at_ms: When, epoch.

        Returns:
            The agents who were held for the contact meanwhile, for :meth:`match_agent`; ``None``:
            the contact or the agent is not there for it any more.
        """
        said = offer.contact, offer.id, offer.agent, offer.phone, self.controller, at_ms
        freed = await self._run("answered_late", *said)
        return None if freed is None else tuple(freed)

    async def refused(self, offer: Offer, reason: RefusalReason, *, missed_offers: int = 1) -> None:
        """The agent has not taken the offer.

        The agent is paused, see :class:`acd.model.offer.RefusalReason`. Others who are rung are so
        on; with the last of them gone, the contact waits again at its old place.

        Args:
            offer: Which, as the agent has it.
            reason: Why.
            missed_offers: So many that ring in vain one after the other pause an agent; before
                that the agent is ready as the last in line. Answering, or coming back from a
                pause, begins the count anew.

        Raises:
            StaleOffer: The offer is over, or over for this agent.
            OfferAnswered: The agent has picked up.
        """
        said = offer.contact, offer.id, offer.agent, reason.value, missed_offers
        await self._run("refused", *said)

    async def ended(self, offer: Offer, talked_ms: int) -> None:
        """The conversation is over: the contact is gone, the agent wraps up.

        Raises:
            StaleOffer: It was over already.
            OfferNotAnswered: It never began.
        """
        await self._run("ended", offer.contact, offer.id, talked_ms)

    async def transferred(
        self,
        offer: Offer,
        talked_ms: int | None,
        handover: Handover,
        queue: Queue | None,
        *,
        require: Sequence[Requirement] = (),
    ) -> int:
        """The agent hands the contact over: as :meth:`ended`, and it waits on in the same step.

        It stands where it would stand had it come to that queue in the first place, so that nobody
        who waits twice waits behind those who came later.

        Args:
            offer: The conversation.
            talked_ms: Its length; ``None``: until now.
            handover: To whom.
            queue: Where it waits for them; ``None``: it leaves the queues.
            require: As of :meth:`join`.

        Returns:
            Its effective arrival, epoch milliseconds: where it belongs should it come back.

        Raises:
            StaleOffer: The conversation was over already.
            OfferNotAnswered: It never began.
            TooManyLines: As of :meth:`join`.
        """
        effective = await self._run(
            "transferred",
            offer.contact,
            offer.id,
            "" if talked_ms is None else talked_ms,
            handover.to.value,
            handover.target,
            queue.name if queue else "",
            *(queue.times_ms if queue else (0, 0, 0)),
            self.controller,
            *steps_to_wire(sparing_backups(queue, require) if queue else ()),
        )
        return int(effective)

    async def hold(self, contact: str, phone: str, *, on: bool) -> bool:
        """The agent has the contact hold, or speaks with it again.

        Args:
            contact: Its id.
            phone: The phone that says so; only that of the contact's agent counts.
            on: Whether it holds.

        Returns:
            Whether that is news. Any controller may say so.
        """
        return bool(await self._run("hold", contact, phone, int(on)))

    async def leave(self, contact: str, reason: LeaveReason) -> tuple[str, ...] | None:
        """The contact is gone, whatever it was doing.

        An agent who was being rung is ready again at the old place; a conversation ends as by
        :meth:`ended`, its length taken from the clock. A callback whose caller was on the line is
        tried again by its rules; one that has no call now stays as it is.

        Returns:
            The agents whom it has let go, for :meth:`match_agent`; ``None`` when its call was not
            here.
        """
        freed = await self._run("leave", contact, reason.value)
        return None if freed is None else tuple(freed)

    async def snapshot(self, queues: Iterable[Queue]) -> Snapshot:
        """The gauges of these queues and of all agents of the organisation."""
        names = tuple(queue.name for queue in queues)
        agents, *lines = await self._run("snapshot", *names)
        *states, phone_away = agents
        return Snapshot(
            queues={name: QueueGauge(*line) for name, line in zip(names, lines, strict=True)},
            agents=dict(zip(_GAUGED, states, strict=True)),
            phone_away=phone_away,
        )

    async def figures(
        self, queue: str, *, credit_ms: int = 0, require: Sequence[Requirement] = ()
    ) -> LineFigures:
        """One queue, now.

        Args:
            queue: Its name.
            credit_ms: As of :meth:`join`, by whoever would join; the estimate is theirs.
            require: Likewise.
        """
        return figures_of(await self._run("figures", queue, credit_ms, *steps_to_wire(require)))

    async def _run(self, name: str, *arguments: str | int) -> Reply:
        return await self._scripts.run(name, self.clock(), *arguments)
