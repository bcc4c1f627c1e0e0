"""What agents do at their phones: log in and out, pause, come back, prove who they are."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis

from acd.clock import Clock
from acd.errors import AgentLocked, WrongPin
from acd.keys import Keys
from acd.model.agent import Agent, AgentState, AgentStatus, LastContact, OwnCallOutcome, PhoneState
from acd.names import check_name
from acd.script import Reply, Scripts

_RIGHT, _WRONG = 0, 1


def status_of(reply: Reply) -> AgentStatus:
    """The status that ``status.lua`` replies."""
    agent, state, reason, since, phone, until, last, *queues = reply
    return AgentStatus(
        id=agent,
        state=AgentState(state),
        reason=reason,
        since_ms=int(since),
        phone=phone,
        queues=tuple(queues),
        until_ms=int(until),
        last=_last_contact(json.loads(last)) if last else None,
    )


def _last_contact(kept: Mapping[str, Any]) -> LastContact:
    return LastContact(
        contact=kept["contact"],
        queue=kept["queue"],
        began_ms=kept["began"],
        result=kept.get("result", ""),
        owed="owed" in kept,
    )


class Agents:
    """The agents of one organisation.

    All methods are one round trip and raise :class:`acd.errors.AcdUnavailable` when Redis does
    not answer. A method that makes an agent ready does not look for a contact: call
    :meth:`acd.distributor.Distributor.match_agent` next.
    """

    def __init__(
        self, redis: Redis, org: str, clock: Clock, *, wrong_pins: int = 3, lock_seconds: int = 300
    ) -> None:
        """Bind to an organisation; nothing is asked of Redis yet.

        Args:
            redis: A client made by :func:`store.stream.connect`.
            org: The organisation's name.
            clock: The time.
            wrong_pins: So many wrong PINs in a row lock an agent.
            lock_seconds: For so long.
        """
        self._clock = clock
        self._scripts = Scripts(redis, Keys(org))
        self._wrong_pins = wrong_pins
        self._lock_ms = lock_seconds * 1000

    async def check_pin(
        self, agent: str, given: str, expected: str, *, supervising: str = ""
    ) -> None:
        """See whether a PIN is right, and count wrong ones in a row.

        Args:
            agent: Agent id, one that exists: each is counted under its own name.
            given: What was keyed in.
            expected: The right PIN; an empty one is never right.
            supervising: Whoever it is wants to act as a supervisor, at this phone: refusals are
                told as such. The count is the same, for it is the same PIN.

        Raises:
            WrongPin: It is wrong; some tries are left.
            AgentLocked: It was wrong once too often, now or before.
        """
        right = bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
        verdict, figure = await self._scripts.run(
            "pin", self._clock(), agent, int(right), self._wrong_pins, self._lock_ms, supervising
        )
        if verdict == _RIGHT:
            return
        if verdict == _WRONG:
            raise WrongPin(agent, int(figure))
        raise AgentLocked(agent, int(figure))

    async def login(self, agent: Agent, phone: str, *, alone: bool = False) -> AgentStatus:
        """Make an agent ready at a phone.

        An agent who is logged in elsewhere moves: is logged out there and starts afresh here,
        unless a call holds them. Another agent who is logged in at this phone has walked away
        from it and is logged out, unless they have a call there.

        Args:
            agent: Who, with the queues to serve, the skills and the weight.
            phone: PJSIP endpoint.
            alone: This phone is never rung together with others, whatever the queue says.

        Raises:
            AgentBusy: The agent is being rung or talks.
            PhoneBusy: Another agent is being rung or talks at this phone.
        """
        check_name("Phone", phone)
        skills = json.dumps(dict(agent.skills))
        backup = json.dumps(dict.fromkeys(sorted(agent.backup), True))
        own = skills, backup, str(agent.weight), str(int(alone))
        return await self._run("login", agent.id, phone, *own, *agent.queues)

    async def logout(self, agent: str, *, by: str = "") -> AgentStatus:
        """Log an agent out; with a call, after the call.

        Args:
            agent: Agent id.
            by: The supervisor who wants it so, ``""`` for the agent.

        Raises:
            NotLoggedIn: The agent is not logged in.
        """
        return await self._run("logout", agent, by)

    async def pause(self, agent: str, reason: str, *, by: str = "") -> AgentStatus:
        """Take no more calls; a call in progress is finished first, without wrap-up after it.

        Args:
            agent: Agent id.
            reason: The organisation's code for it. Paused already: the reason changes.
            by: As of :meth:`logout`.

        Raises:
            NotLoggedIn: The agent is not logged in.
        """
        return await self._run("pause", agent, check_name("Reason", reason), by)

    async def unpause(self, agent: str, *, by: str = "", let_off: bool = False) -> AgentStatus:
        """Be ready again, from a pause or a wrap-up; already ready: nothing changes.

        With a call, a pause or logout that was asked for meanwhile is taken back.

        Args:
            agent: Agent id.
            by: As of :meth:`logout`.
            let_off: A result that is owed need not be given: there is none that could be.

        Raises:
            NotLoggedIn: The agent is not logged in.
            ResultOwed: The last contact's result is to be given first; not told to supervisors.
        """
        return await self._run("unpause", agent, by, "1" if let_off else "0")

    async def give_result(
        self, agent: str, result: str, *, contact: str = "", by: str = ""
    ) -> AgentStatus:
        """Say what came of the contact that the agent talks with or talked to last.

        Another one replaces it, until the next conversation begins. Where the queue waits for it
        the wrap-up ends when it would have anyway, which may be now: match the agent then.

        Args:
            agent: Agent id.
            result: The organisation's code.
            contact: Whom it is about, as far as whoever says it knows; ``""`` for that one.
            by: As of :meth:`logout`, or the program by which the agent says it.

        Raises:
            NotLoggedIn: The agent is not logged in.
            NoLastContact: The agent has talked to nobody, or to somebody else since.
        """
        return await self._run("result", agent, contact, check_name("Result", result), by)

    async def extend_wrapup(
        self, agent: str, extension_ms: int, limit_ms: int, *, contact: str = ""
    ) -> tuple[int, AgentStatus]:
        """Let a wrap-up last longer; in a conversation, the one that follows.

        Args:
            agent: Agent id.
            extension_ms: By so much.
            limit_ms: No wrap-up lasts longer than this, from its beginning.
            contact: As of :meth:`give_result`.

        Returns:
            How long it lasts from now on, or will after the conversation, milliseconds; what the
            agent does.

        Raises:
            NotLoggedIn: The agent is not logged in.
            NoWrapup: There is none and none follows.
            NoLastContact: It is another contact's by now.
            WrapupAtLimit: It is as long as it may be.
        """
        now = self._clock()
        left, status = await self._scripts.run(
            "extend", now, agent, contact, extension_ms, limit_ms
        )
        return int(left), status_of(status)

    async def status(self, agent: str) -> AgentStatus:
        """What an agent does now; an unknown one is logged out."""
        return await self._run("status", agent, "")

    async def statuses(self, agents: Sequence[str]) -> list[AgentStatus]:
        """What agents do now, in the order asked for."""
        replies = await self._scripts.run("statuses", self._clock(), *agents)
        return [status_of(reply) for reply in replies]

    async def at_phone(self, phone: str) -> AgentStatus | None:
        """The agent who is logged in at a phone, if any."""
        reply = await self._scripts.run("status", self._clock(), "", phone)
        return None if reply is None else status_of(reply)

    async def phones_are(self, states: Mapping[str, PhoneState], node: str = "") -> tuple[str, ...]:
        """Say what an Asterisk says of phones: agents at one that is not well are offered nothing.

        They stay in their state, and keep their idle time without what the phone was away for. Once
        a phone has been unreachable for 15 s its agent counts as logged out for callers, so that
        nobody waits for phones that cannot be rung; a shorter outage turns nobody away. Several
        controllers of a node may tell: the last word counts. Of several nodes' words the best
        counts, and a phone is where that was said; those of a node without living controllers say
        nothing but that its phones cannot be reached.

        Args:
            states: By phone, a few or all, whether an agent is logged in there or not.
            node: Whose Asterisk says so, letters and digits.

        Returns:
            Agents who are ready and can be offered contacts again; match them next.
        """
        words = [word for phone, state in states.items() for word in (phone, state.value)]
        return tuple(await self._scripts.run("devices", self._clock(), node, *words))

    async def call_begun(self, agent: str, phone: str, call: str, node: str = "") -> None:
        """An agent calls somebody of their own accord; they are offered nothing meanwhile.

        The call is over at the latest when the phone is free (:meth:`phones_are`), whoever has
        died by then.

        Args:
            agent: Agent id.
            phone: Where they call from.
            call: What the call is known by.
            node: Whose Asterisk makes it.

        Raises:
            NotLoggedIn: The agent is not logged in at this phone.
            AgentBusy: The agent is being rung, talks, or calls somebody already.
        """
        check_name("Call", call)
        await self._scripts.run("call_begun", self._clock(), agent, phone, call, node)

    async def call_answered(self, agent: str, call: str) -> None:
        """Whom the agent calls has picked up; harmless when told twice, or when it is over."""
        await self._scripts.run("call_answered", self._clock(), agent, call)

    async def call_ended(
        self, agent: str, call: str, outcome: OwnCallOutcome, *, answered_ms: int | None = None
    ) -> None:
        """The agent's own call is over; harmless when that was known.

        Args:
            agent: Agent id.
            call: What it is known by.
            outcome: What came of it.
            answered_ms: When it was answered (epoch), if they talked: for an answer that could not
                be told.
        """
        talked = outcome is OwnCallOutcome.TALKED
        at = (self._clock() if answered_ms is None else answered_ms) if talked else ""
        await self._scripts.run("call_ended", self._clock(), agent, call, outcome.value, at)

    async def _run(self, name: str, *arguments: str) -> AgentStatus:
        return status_of(await self._scripts.run(name, self._clock(), *arguments))
