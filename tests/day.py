"""A small day of a preschool's switchboard, counted by hand.

Six contacts; times are seconds after nine o'clock. What every figure must be stands beside the
tests that read it.

    c1  calls  0  queued   5  answered by 4001 at  17 (waited 12)  talks 60, agent ends
    c2  calls 10  queued  15  4001 is not answering, 4002 answers at 60 (waited 45)  talks 120,
        is "resolved" by 4002, who then gives a result that the organisation does not have
    c3  calls 20  queued  30  hangs up at 51 (waited 21)
    c4  calls 30  queued  35  leaves at 335 by time-out (waited 300) and leaves a message
    c5  calls 40  hangs up in the menu
    c6  calls 50  queued  55  answered by 4001 at 100 (waited 45)  talks 10; is put through to
                  "support", queued 120, nobody is logged in: leaves at 120 (waited 0)
"""

from __future__ import annotations

from dataclasses import replace

from monitoring.counting import Known
from store.events import Event, EventType
from store.stream import Gap

ORG = "preschool"
NINE = 1_763_974_800_000
KNOWN = Known(
    queues=("fees",),
    pauses=("lunch",),
    nodes=frozenset({(ORG, "welcome", "say")}),
    results=frozenset({("fees", "resolved")}),
)


def _event(
    at: float,
    kind: EventType,
    contact: str = "",
    queue: str = "",
    *,
    agent: str = "",
    fields: dict[str, str] | None = None,
) -> Event:
    return Event(kind, NINE + int(at * 1000), ORG, contact, queue, agent, fields or {})


def _started(at: float, contact: str) -> Event:
    caller = f"+4670000000{contact[1:]}"
    own = {"caller": caller, "dialled": "+46850810001", "tree": ORG, "version": "0a1b"}
    return _event(at, EventType.CONTACT_STARTED, contact, fields=own)


def _ended(at: float, contact: str, reason: str) -> Event:
    return _event(at, EventType.CONTACT_ENDED, contact, fields={"reason": reason})


def _queued(at: float, contact: str, queue: str = "fees") -> Event:
    own = {"arrived": str(NINE + int(at * 1000))}
    return _event(at, EventType.CALL_QUEUED, contact, queue, fields=own)


def _call(
    at: float, kind: EventType, contact: str, agent: str = "", queue: str = "fees", **own: str
) -> Event:
    return _event(at, kind, contact, queue, agent=agent, fields=own)


def day() -> list[Event]:
    """All events of the day in the order of their times."""
    kind = EventType
    events = [
        _event(-60, kind.AGENT_LOGGED_IN, agent="4001", fields={"phone": "agent1"}),
        _event(-50, kind.AGENT_LOGGED_IN, agent="4002", fields={"phone": "agent2"}),
        _event(-45, kind.AGENT_LOCKED, agent="4003", fields={"until": "0"}),
        _started(0, "c1"),
        _event(2, kind.NODE_VISITED, "c1", fields={"tree": ORG, "node": "welcome", "kind": "say"}),
        _queued(5, "c1"),
        _call(5, kind.CALL_OFFERED, "c1", "4001", offer="1"),
        _call(17, kind.CALL_ANSWERED, "c1", "4001", offer="1", waited="12000"),
        _call(77, kind.CALL_ENDED, "c1", "4001", offer="1", talked="60000"),
        _call(78, kind.RECORDING_STORED, "c1", "4001", recording="c1-1", duration="60000"),
        _ended(79, "c1", "tree"),
        _started(10, "c2"),
        _queued(15, "c2"),
        _call(18, kind.CALL_OFFERED, "c2", "4001", offer="2"),
        _call(38, kind.CALL_REFUSED, "c2", "4001", offer="2", reason="no_answer"),
        _call(39, kind.CALL_OFFERED, "c2", "4002", offer="3"),
        _call(60, kind.CALL_ANSWERED, "c2", "4002", offer="3", waited="45000"),
        _call(180, kind.CALL_ENDED, "c2", "4002", offer="3", talked="120000"),
        _call(181, kind.RECORDING_FAILED, "c2", "4002", recording="c2-3", reason="leg_truncated"),
        _ended(182, "c2", "caller"),
        _call(184, kind.CONTACT_RESULT_GIVEN, "c2", "4002", result="resolved"),
        _call(185, kind.CONTACT_RESULT_GIVEN, "c2", "4002", result="retired", before="resolved"),
        _started(20, "c3"),
        _queued(30, "c3"),
        _call(51, kind.CALL_ABANDONED, "c3", waited="21000"),
        _ended(51, "c3", "caller"),
        _started(30, "c4"),
        _queued(35, "c4"),
        _call(335, kind.CALL_LEFT, "c4", waited="300000", reason="timeout"),
        _event(
            350,
            kind.VOICEMAIL_STORED,
            "c4",
            fields={"mailbox": "office", "recording": "c4-v1", "duration": "9000"},
        ),
        _ended(351, "c4", "tree"),
        _started(40, "c5"),
        _ended(44, "c5", "caller"),
        _started(50, "c6"),
        _queued(55, "c6"),
        _call(82, kind.CALL_OFFERED, "c6", "4001", offer="4"),
        _call(100, kind.CALL_ANSWERED, "c6", "4001", offer="4", waited="45000"),
        _call(110, kind.CALL_ENDED, "c6", "4001", offer="4", talked="10000"),
        _queued(120, "c6", "support"),
        _call(120, kind.CALL_LEFT, "c6", queue="support", waited="0", reason="nobody"),
        _ended(121, "c6", "failed"),
        _event(3600, kind.AGENT_LOGGED_OUT, agent="4001"),
    ]
    return sorted(events, key=lambda event: event.at)


class DayStream:
    """The day as a stream in memory, with ids as Redis gives them."""

    def __init__(self, events: list[Event] | None = None) -> None:
        self.events: list[Event] = []
        for event in day() if events is None else events:
            self.put(event)

    def put(self, event: Event) -> str:
        entry_id = f"{NINE}-{len(self.events) + 1}"
        self.events.append(replace(event, id=entry_id))
        return entry_id

    async def append(self, event: Event) -> str:
        return self.put(event)

    async def read(self, after_id: str, count: int = 500, block_ms: int = 0) -> list[Event]:
        start = int(after_id.partition("-")[2])
        return self.events[start : start + count]

    async def last_id(self) -> str:
        return self.events[-1].id if self.events else "0-0"

    async def gap_after(self, after_id: str) -> Gap | None:
        return None
