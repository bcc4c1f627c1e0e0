"""What a supervisor dials: ``*20``, then number and PIN, an agent's number, and what to do.

Each call is a session of its own: no log-in, nothing is kept but the count of wrong PINs, which is
the same as at the agents' desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from acd.agents import Agents
from acd.errors import NotLoggedIn
from acd.floor import Floor
from acd.model.agent import AgentState, AgentStatus
from acd.model.offer import Offer
from ivr.calls.agi_call import AllPrompts
from ivr.calls.dialplan import DONE
from ivr.desk.desk import phone_of
from ivr.desk.pin_dialogue import PinOf, prove
from ivr.desk.visit import TRIES
from ivr.flow.call import CallerHungUp
from ivr.flow.supervision import Right
from ivr.flow.texts import Text
from ivr.office import Office
from ivr.supervision.audit import PRESENCE, Presence, Refusal
from ivr.supervision.orders import Order, order_of
from ivr.supervision.presence import End, Presences
from ivr.supervision.rights import BACK, RIGHTS, WAYS_IN, supervised_by
from ivr.supervision.tickets import TICKET, Ticket, Tickets
from ivr.supervision.visit import SupervisorsVisit
from ivr.supervision.waiting_calls import ON_WAITING
from ivr.supervision.waiting_calls import lead as lead_waiting
from wire.agi.errors import AgiHungUp
from wire.agi.session import AgiSession


class SupervisorsDesk:
    """Serves supervisors (``agi://…/supervision``), those who dial and those who were rung."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        pin_of: PinOf,
        prompts: AllPrompts,
        presences: Presences,
        floor: Callable[[str], Floor],
        *,
        tickets: Tickets,
    ) -> None:
        self._offices = offices
        self._pin_of = pin_of
        self._prompts = prompts
        self._presences = presences
        self._floor = floor
        self._tickets = tickets

    async def serve(self, session: AgiSession) -> None:
        """One call of a supervisor, or what a dead controller has left of one.

        Raises:
            AgiError: The channel failed.
            AcdError, AmiError, StreamUnavailable: Who is needed is away; the dialplan tells.
        """
        if left := Presence.of_note(await session.get_variable(PRESENCE) or ""):
            if left.org in self._offices:
                await self._presences.leave(session, self._offices[left.org], left)
            return
        ticket = None
        if dialled := await session.get_variable(TICKET):
            ticket = await self._tickets.redeem(dialled)
            if ticket is None:
                return  # refused by the dialplan
        order = await order_of(session) if ticket is None else ticket.order
        home = self._home(order)
        if home is None or home.organisation.texts.supervision is None:
            return  # there is nobody whom to lead
        visit = _Leading(
            session,
            self._prompts,
            phone_of(session.environment.channel) if ticket is None else ticket.phone,
            self._offices,
            home=home,
            presences=self._presences,
            floor=self._floor,
            tickets=self._tickets,
        )
        try:
            await visit.call.answer()
            if order is not None:
                await visit.obey(order, (order.mode,) if ticket is None else ticket.may)
            elif (number := await visit.prove(self._pin_of)) is not None:
                await visit.lead(number)
            await session.set_variable(DONE, "1")
            await visit.call.hang_up()
        except (CallerHungUp, AgiHungUp):
            return  # a supervisor who has heard enough

    def _home(self, order: Order | None) -> Office | None:
        """The organisation that speaks first."""
        if order is not None:
            return self._offices.get(order.org)
        speaking = [o for o in self._offices.values() if o.organisation.texts.supervision]
        return next((o for o in speaking if o.organisation.supervisors), next(iter(speaking), None))


class _Leading(SupervisorsVisit):
    """One call, and what is done in it."""

    def __init__(
        self,
        session: AgiSession,
        prompts: AllPrompts,
        phone: str,
        offices: Mapping[str, Office],
        *,
        home: Office,
        presences: Presences,
        floor: Callable[[str], Floor],
        tickets: Tickets,
    ) -> None:
        super().__init__(session, prompts, phone, offices, presences.clock)
        self.come_to(home)
        self._presences = presences
        self._floor = floor
        self._tickets = tickets

    async def prove(self, pin_of: PinOf) -> str | None:
        """Have a supervisor prove who they are: their number, if they can."""

        async def number() -> str:
            return await self.enter(self.words.enter_supervisor)

        def counted_by(claimed: str) -> Agents | None:
            known = self._supervised_by(claimed)
            return known[0].agents if known else None

        return await prove(self, number, counted_by, pin_of, supervising=self.phone)

    def _supervised_by(self, number: str) -> list[Office]:
        organisations = {org: office.organisation for org, office in self.offices.items()}
        return [self.offices[org] for org in supervised_by(organisations, number)]

    async def lead(self, number: str) -> None:
        """Ask for agents, and for each what to do, until nothing is answered any more."""
        known = self._supervised_by(number)
        for _ in range(TRIES):
            while agent := await self.enter(self.words.enter_agent):
                theirs = (office for office in known if agent in office.organisation.agents)
                office = next(theirs, None)
                if office is None:
                    await self.say(self.words.unknown_agent)
                    break
                self.come_to(office)
                await self._lead_one(number, agent)

    async def obey(self, order: Order, may: tuple[Right, ...]) -> None:
        """Do what a program has asked for, by whose order the phone has rung, or another node."""
        offer = await self.home.distributor.conversation(order.agent)
        if offer is None or offer.contact != order.contact:
            await self.say(self.words.not_talking)
            return
        await self._come_in(order.by, offer, order.mode, may)

    async def _lead_one(self, number: str, agent: str) -> None:
        """What to do with one agent, again and again, until another one is wanted."""
        silent = 0
        while silent < TRIES:
            may = self.home.organisation.supervisors[number].may
            key = await self._menu(may)
            silent = 0 if key else silent + 1
            if key == BACK:
                return
            right = RIGHTS.get(key)
            if right is None:
                continue
            if right not in may:
                await self._refuse(number, right, "right", agent)
                await self.say(self.words.not_allowed)
            elif right in WAYS_IN:
                await self._into_conversation(number, agent, right, may)
            elif right in ON_WAITING:
                floor, now_ms = self._floor(self.home.organisation.id), self._presences.clock()
                await lead_waiting(self, floor, agent, right, by=number, now_ms=now_ms)
            else:
                await self._act(number, agent, right)

    async def _menu(self, may: tuple[Right, ...]) -> str:
        acts = self.words.acts
        return await self.key(*(acts.of(right) for right in Right if right in may))

    async def _into_conversation(
        self, number: str, agent: str, mode: Right, may: tuple[Right, ...]
    ) -> None:
        offer = await self.home.distributor.conversation(agent)
        if offer is None:
            await self.say(self.words.not_talking)
            return
        await self._come_in(number, offer, mode, may)

    async def _come_in(self, by: str, offer: Offer, mode: Right, may: tuple[Right, ...]) -> None:
        queue = self.home.organisation.queues.get(offer.queue)
        if queue is None or not queue.supervision.allowed:  # what nobody describes is private
            await self._refuse(by, mode, "queue", offer.agent, offer)
            await self.say(self.words.private)
            return
        if self._tickets.elsewhere(offer):
            order = Order.about(self.home.organisation.id, by, offer, mode)
            ticket = Ticket(order, self.phone, may)
            if not await self._tickets.use(self.session, offer, ticket):
                await self.say(self.texts.technical_fault)
            return
        tell = ""
        if queue.supervision.tell_agent and mode is not Right.TAKE_OVER:
            tell = await self.call.sound(self.worded(self.words.joined))
        end = await self._presences.come_in(
            self.session,
            self.home,
            offer,
            by=by,
            phone=self.phone,
            mode=mode,
            may=may,
            tell=tell,
        )
        if end is not End.BACK:
            await self.say(self.words.not_talking if end is End.NOBODY else self.words.over)

    async def _act(self, number: str, agent: str, right: Right) -> None:
        """Pause an agent or log them out, as by the API."""
        agents = self.home.agents
        try:
            if right is Right.LOGOUT:
                status = await agents.logout(agent, by=number)
                await self._confirm(status, AgentState.LOGGED_OUT, self.words.logged_out)
            elif right is Right.PAUSE and (reason := await self._reason()):
                status = await agents.pause(agent, reason, by=number)
                await self._confirm(status, AgentState.PAUSED, self.words.paused)
        except NotLoggedIn:
            await self.say(self.words.not_logged_in)

    async def _confirm(self, status: AgentStatus, wanted: AgentState, done: Text) -> None:
        await self.say(done if status.state is wanted else self.words.after_call)

    async def _reason(self) -> str:
        """The key of a pause, ``""`` for none."""
        desk, pauses = self.home.organisation.texts.desk, self.home.organisation.pauses
        for _ in range(TRIES):
            if (reason := pauses.get(await self.key(desk.enter_reason))) is not None:
                return reason.key
            await self.say(desk.unknown_reason)
        return ""

    async def _refuse(
        self, by: str, act: Right, reason: str, agent: str, offer: Offer | None = None
    ) -> None:
        about = (offer.contact, offer.queue) if offer else ("", "")
        refusal = Refusal(by, act.value, reason, agent, *about, phone=self.phone)
        home = self.home
        await refusal.note(home.stream, home.organisation.id, self._presences.clock())
