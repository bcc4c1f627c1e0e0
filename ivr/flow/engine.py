"""One call's walk through a tree. The tree is the definition; a :class:`Run` is one run of it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from random import SystemRandom
from types import MappingProxyType

from ivr.flow.call import Call, CallerHungUp, CallFailed, CallGoesOn, QueueAway
from ivr.flow.conversation import Conversation, Tidings
from ivr.flow.pins import NO_PINS, Pins
from ivr.flow.trace import EndReason, Fault, Observed, Observer, RunResult, Step, Told, Visit
from ivr.flow.tree import CHOICE, Exit, Tree

log = logging.getLogger(__name__)

_CHANCE = SystemRandom().random
MAX_STEPS = 500  # more nodes than any honest call visits; a caller who plays for hours ends here


class Run:
    """One call's walk through a tree, from a node to the end of the call.

    Args:
        tree: The version of the tree that the call keeps.
        call: The caller's line.
        now: The clock; its times are aware of their zone.
        observe: Given every node that the call comes to, before the node does its work, and
            whatever a node tells of it.
        start: The node at which a call is taken up again; the tree's own start when it is empty
            or the tree has no such node (any more).
        language: The caller's language, likewise; the organisation's first when it has no such.
        answers: What the caller chose before, likewise: node by menu.
        values: What nodes had set before, likewise.
        chance: Draws a number from 0 up to, not including, 1, for splits.
        pins: Who judges the PINs that callers give; without one every PIN is wrong.
    """

    def __init__(
        self,
        tree: Tree,
        call: Call,
        *,
        now: Callable[[], datetime],
        observe: Observer | None = None,
        start: str = "",
        language: str = "",
        answers: Mapping[str, str] = MappingProxyType({}),
        values: Mapping[str, object] = MappingProxyType({}),
        chance: Callable[[], float] = _CHANCE,
        pins: Pins = NO_PINS,
    ) -> None:
        self._tree = tree
        self._call = call
        self._now = now
        self._observe = observe
        self._start = start if start in tree.nodes else tree.start
        organisation = tree.organisation
        if language not in organisation.languages:
            language = organisation.default_language
        self._talk = Conversation(
            call,
            organisation,
            language,
            now,
            self._tell,
            chance=chance,
            pins=pins,
        )
        self._talk.answers.update(answers)
        self._talk.values.update(values)
        self._node = ""  # where the call is now
        self._left: Exit | None = None  # how it left the node before
        self._picked_up = False
        self._trace: list[Step] = []

    @property
    def answers(self) -> Mapping[str, str]:
        """What the caller has chosen up to now: the node that each menu led to."""
        return self._talk.answers

    @property
    def values(self) -> Mapping[str, object]:
        """What nodes have set up to now, without what is sensitive."""
        return self._talk.open_values

    @property
    def language(self) -> str:
        """What the caller listens in now."""
        return self._talk.language

    async def to_end(self) -> RunResult:
        """Walk until the call ends. Never raises for what happens on a call.

        Raises:
            QueueAway: No queue can be reached; the call is up and in other hands now.
            CallGoesOn: The call goes on in a run of its own.
        """
        try:
            fault = await self._walk()
            if fault is not None:
                await self._at_last(self._apologise())
        except CallerHungUp:
            return self._result(EndReason.CALLER)
        await self._at_last(self._call.hang_up(self._talk.cause))
        return self._result(EndReason.FAILED if fault else EndReason.TREE, fault)

    async def _walk(self) -> Fault | None:
        """Node after node to the tree's end; a fault when it could not be reached."""
        name: str | None = self._start
        while name is not None:
            if len(self._trace) == MAX_STEPS:
                self._tell_failure(Fault.TOO_MANY_STEPS)
                return Fault.TOO_MANY_STEPS
            if not self._picked_up and not self._tree.nodes[name].quiet():
                try:
                    await self._pick_up()
                except CallerHungUp:
                    raise
                except Exception as error:
                    self._tell_failure(Fault.CALL, error)
                    return Fault.CALL
            name, fault = await self._step(name)
            if fault is not None:
                return fault
        return None

    async def _step(self, name: str) -> tuple[str | None, Fault | None]:
        """One node: where to go on, and the fault that forbids it."""
        node = self._tree.nodes[name]
        visit = Visit(
            name, node.verb, self._talk.language, self._now(), self._node, self._came_by()
        )
        self._talk.faults = 0
        self._talk.node = name
        self._node = name
        await self._notice(visit)
        try:
            leaving = await node.run(self._talk)
        except CallerHungUp:
            self._note(visit, "hung_up_on")
            raise
        except QueueAway:
            self._note(visit, "queue_away")
            raise
        except CallGoesOn as onward:
            self._note(visit, onward.outcome)
            raise
        except CallFailed as error:
            self._note(visit, Fault.CALL.value, Fault.CALL)
            self._tell_failure(Fault.CALL, error)
            return None, Fault.CALL
        except Exception as error:  # our own slip in one node must not be silence for a caller
            self._note(visit, Fault.NODE.value, Fault.NODE)
            self._tell_failure(Fault.NODE, error)
            return None, Fault.NODE
        if leaving.outcome == CHOICE and leaving.target is not None:
            self._talk.answers[name] = leaving.target
        fault = Fault.EXPRESSION if self._talk.faults else None
        self._left = leaving
        self._note(visit, leaving.outcome, fault, leaving)
        return leaving.target, None

    def _came_by(self) -> str:
        if self._observe is None or self._left is None:
            return ""
        return ".".join(map(str, self._tree.way_of(self._node, self._left)))

    async def _tell(self, what: Tidings) -> None:
        await self._notice(Told(self._node, what))

    async def _notice(self, what: Observed) -> None:
        if self._observe is None:
            return
        try:
            await self._observe(what)
        except Exception:  # a caller is worth more than a figure: the call goes on unobserved
            log.exception("a visit could not be noted", extra=self._fields(what.node))

    async def _pick_up(self) -> None:
        self._picked_up = True
        await self._call.answer()

    async def _apologise(self) -> None:
        if not self._picked_up:
            await self._pick_up()
        await self._talk.say(self._tree.organisation.texts.technical_fault)

    async def _at_last(self, work: Awaitable[object]) -> None:
        """Do what is still to be done on a call that ends; it ends even if that cannot be done."""
        try:
            with suppress(CallerHungUp, CallFailed):
                await work
        except Exception:
            log.exception("a call could not be ended in order", extra=self._fields(self._node))

    def _note(
        self, visit: Visit, outcome: str, fault: Fault | None = None, leaving: Exit | None = None
    ) -> None:
        self._trace.append(Step(visit, outcome, fault, leaving))
        if log.isEnabledFor(logging.DEBUG):  # the fields cost more than the step
            log.debug(
                "node left",
                extra=self._fields(visit.node) | {"kind": visit.kind, "outcome": outcome},
            )

    def _tell_failure(self, fault: Fault, error: Exception | None = None) -> None:
        last = self._trace[-1].visit.node if self._trace else ""
        log.error(
            "a call could not go on; the caller is told so",
            exc_info=error,
            extra=self._fields(last) | {"fault": fault.value},
        )

    def _fields(self, node: str) -> dict[str, str]:
        return {
            "contact": self._call.contact,
            "org": self._tree.organisation.id,
            "tree": self._tree.name,
            "node": node,
        }

    def _result(self, reason: EndReason, fault: Fault | None = None) -> RunResult:
        last = self._trace[-1].visit.node if self._trace else ""
        return RunResult(reason, last, tuple(self._trace), fault)
