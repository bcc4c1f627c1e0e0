"""What events amount to for agents: rows of log-ins and of what each did between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.doing import AgentState, Doing, doing_after
from store.events import Event, EventType
from store.models import AgentPeriod, AgentSession


class AgentRecords:
    """The open rows of the agents that a batch of events names.

    Attributes:
        new: Rows that did not exist before.
    """

    def __init__(
        self, org: str, sessions: Iterable[AgentSession], periods: Iterable[AgentPeriod]
    ) -> None:
        """Begin with the open rows that exist, oldest first."""
        self._org = org
        self._sessions = {session.agent: session for session in sessions}
        self._periods = {period.agent: period for period in periods}
        self.new: list[AgentSession | AgentPeriod] = []

    def apply(self, event: Event, at: datetime) -> AgentPeriod | None:
        """Give the rows what the event knows.

        Returns:
            The period that the event has ended.
        """
        if event.type is EventType.AGENT_LOGGED_IN:
            self._forget(event.agent)
            self._log_out(event.agent, at)
            session = AgentSession(
                org=self._org,
                agent=event.agent,
                phone=event.fields.get("phone") or None,
                logged_in_at=at,
            )
            self._sessions[event.agent] = session
            self.new.append(session)
        elif event.type is EventType.AGENT_LOGGED_OUT:
            self._log_out(event.agent, at)
        return self._follow(event, at)

    def _forget(self, agent: str) -> None:
        """End a period whose log-out was lost: nobody knows how long it lasted, so it counts 0."""
        period = self._periods.pop(agent, None)
        if period is not None:
            period.ended_at = period.began_at

    def _log_out(self, agent: str, at: datetime) -> None:
        session = self._sessions.pop(agent, None)
        if session is not None:
            session.logged_out_at = at

    def _follow(self, event: Event, at: datetime) -> AgentPeriod | None:
        period = self._periods.get(event.agent)
        was = None if period is None else _doing(period)
        after = doing_after(was, event)
        if after is None or after == was:
            return None
        if period is not None:
            # Two controllers' clocks may differ a little: no period ends before it began.
            at = max(at, period.began_at)
            period.ended_at = at
            del self._periods[event.agent]
        if after.state is not AgentState.LOGGED_OUT:
            self._begin(event.agent, after, at)
        return period

    def _begin(self, agent: str, doing: Doing, at: datetime) -> None:
        period = AgentPeriod(
            org=self._org,
            agent=agent,
            state=doing.state,
            reason=doing.reason or None,
            contact=doing.contact or None,
            queue=doing.queue or None,
            began_at=at,
        )
        self._periods[agent] = period
        self.new.append(period)


def _doing(period: AgentPeriod) -> Doing:
    return Doing(
        period.state,
        reason=period.reason or "",
        contact=period.contact or "",
        queue=period.queue or "",
    )
