"""A caller's call from the first ring to the end: find the tree, run it, tell what happened.

The dialplan brings a call here a second time when a controller died with it in hand. A contact that
still has a place in a queue goes on from that queue's node, in the caller's language, at its old
place; the tree is not walked again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from acd.errors import AcdError
from acd.names import check_name
from ivr.calls.agi_call import AgiCall, AllPrompts, Listen
from ivr.calls.dialplan import DONE
from ivr.calls.stand import STOOD_AT, STOOD_WITH, Stand
from ivr.calls.tidings import as_event
from ivr.conversations.handovers import comes_back, wish_of
from ivr.flow.call import CallGoesOn, QueueAway
from ivr.flow.engine import Run
from ivr.flow.trace import Observed, RunResult, Told
from ivr.flow.tree import BEGAN, Tree
from ivr.office import Office
from ivr.queueing.stranded import CALLERS_PATIENCE_MS
from store.events import Event, EventType
from store.stream import StreamUnavailable
from store.tree_files import SHORT
from wire.agi.session import AgiSession

logger = logging.getLogger(__name__)

LONGEST_CALLER: Final = 80
UNALLOCATED: Final = "1"
"""Q.850 cause for a number that nobody has."""

REDIS_AWAY: Final = (AcdError, QueueAway, StreamUnavailable)


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where a call begins, whether it had begun before, and an agent has handed it over since."""

    stood: Stand
    taken_up: bool
    handed_over: bool = False


class Trees(Protocol):
    """The call trees of the moment (:class:`ivr.live.trees.LiveTrees`)."""

    def find(self, number: str, now: datetime) -> Tree | None:
        """The tree that answers a number at a moment."""


class Inbound:
    """Serves callers (``agi://…/inbound``)."""

    def __init__(
        self,
        trees: Trees,
        offices: Mapping[str, Office],
        prompts: AllPrompts,
        listen: Listen,
        clock: Callable[[], int],
    ) -> None:
        self._trees = trees
        self._offices = offices
        self._prompts = prompts
        self._listen = listen
        self._clock = clock
        self._in_hand: dict[str, str] = {}

    @property
    def calls(self) -> Mapping[str, int]:
        """Calls in progress, by organisation."""
        return Counter(self._in_hand.values())

    @property
    def contacts(self) -> Set[str]:
        """Whose calls are in progress."""
        return self._in_hand.keys()

    async def serve(self, session: AgiSession) -> None:
        """One call.

        Raises:
            AgiError: The channel is gone or failed.
            QueueAway, AcdError, StreamUnavailable: Redis does not answer; the dialplan goes on.
        """
        environment = session.environment
        contact = check_name("Contact", environment.uniqueid)
        # Tree and office of one moment: the call keeps both to its end, whatever changes meanwhile.
        tree = self._trees.find(environment.extension, self._now())
        if tree is None:
            logger.warning("Nobody has this number", extra={"contact": contact})
            await session.set_variable(DONE, "1")
            await session.exec("Hangup", UNALLOCATED)
            return
        office = self._offices[tree.organisation.id]
        call = AgiCall(
            session,
            self._prompts.of(office.organisation.id),
            contact=contact,
            caller=environment.caller_number[:LONGEST_CALLER],
            dialled=environment.extension,
            ride=office.rides.ride,
            listen=self._listen,
            record=office.messages.take,
            world=office.around.of,
        )
        self._in_hand[contact] = office.organisation.id
        try:
            stood = await self._begin(call, tree, office)
            office.stranded.is_back(contact)
            try:
                result = await self._run(call, tree, office, stood)
            except CallGoesOn:
                return  # and is back in a moment, at the same place
            except REDIS_AWAY:
                ended = {"reason": "caller" if session.hung_up else "lost", "tree": tree.name}
                event = self._event(office, contact, EventType.CONTACT_ENDED, ended)
                returns_ms = CALLERS_PATIENCE_MS if await comes_back(session) else 0
                office.stranded.add(contact, event, returns_ms=returns_ms)
                raise
        finally:
            del self._in_hand[contact]
        await self._end(office, contact, tree, result)
        if not session.disconnected:
            await session.set_variable(DONE, "1")

    async def _begin(self, call: AgiCall, tree: Tree, office: Office) -> _Begun:
        """Where the call begins: at the tree's start, or where its last controller left it."""
        if await office.distributor.held(call.contact) is not None:
            stood = await self._where_it_stood(call.session, tree)
            logger.info(
                "Contact taken up again", extra={"contact": call.contact, "node": stood.node}
            )
            handed_over = await wish_of(call.session) is not None
            return _Begun(stood, taken_up=True, handed_over=handed_over)
        if call.contact not in office.stranded.contacts:  # else Redis was away while it was told of
            await self._note(
                office,
                call.contact,
                EventType.CONTACT_STARTED,
                {
                    "caller": call.caller,
                    "dialled": call.dialled,
                    "tree": tree.name,
                    "version": tree.version[:SHORT],
                },
            )
        return _Begun(Stand(), taken_up=False)

    async def _end(self, office: Office, contact: str, tree: Tree, result: RunResult) -> None:
        """Tell how the call ended, later if Redis is away now."""
        told = {
            "reason": result.reason.value,
            "tree": tree.name,
            "node": result.last_node,
            "language": result.trace[-1].visit.language if result.trace else "",
        }
        event = self._event(office, contact, EventType.CONTACT_ENDED, told)
        try:
            await office.stream.append(event)
        except StreamUnavailable:
            office.stranded.add(contact, event)

    async def _run(self, call: AgiCall, tree: Tree, office: Office, begun: _Begun) -> RunResult:
        stood = begun.stood

        async def observe(what: Observed) -> None:
            told: Mapping[str, str]
            if isinstance(what, Told):
                kind, told = as_event(what.what)
            elif (begun.handed_over or stood.node) and not what.came_from:
                return  # that visit was told of; it goes on, or this is its end
            else:
                kind = EventType.NODE_VISITED
                told = {
                    "tree": tree.name,
                    "kind": what.kind,
                    "from": what.came_from,
                    "way": what.came_by or ("" if what.came_from or begun.taken_up else BEGAN),
                }
                if what.kind == "queue":
                    stand = Stand(what.node, what.language, run.answers, run.values)
                    await call.session.set_variable(STOOD_AT, stand.place())
                    if stand.values:
                        await call.session.set_variable(STOOD_WITH, stand.luggage())
            await self._note(office, call.contact, kind, {"node": what.node, **told})

        run = Run(
            tree,
            call,
            now=self._now,
            observe=observe,
            start=stood.node,
            language=stood.language,
            answers=stood.answers,
            values=stood.values,
            pins=office.pins,
        )
        return await run.to_end()

    async def _where_it_stood(self, session: AgiSession, tree: Tree) -> Stand:
        """Where to go on and with what; nothing where the tree has changed meanwhile."""
        place = await session.get_variable(STOOD_AT) or ""
        stood = Stand.read(place, await session.get_variable(STOOD_WITH) or "")
        known = stood.node in tree.nodes and stood.language in tree.organisation.languages
        return stood if known else Stand()

    async def _note(
        self, office: Office, contact: str, kind: EventType, fields: Mapping[str, str]
    ) -> None:
        await office.stream.append(self._event(office, contact, kind, fields))

    def _event(
        self, office: Office, contact: str, kind: EventType, fields: Mapping[str, str]
    ) -> Event:
        told = {name: text for name, text in fields.items() if text}
        return Event(kind, self._clock(), office.organisation.id, contact, fields=told)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)
