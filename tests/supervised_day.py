"""What three supervisors do in an afternoon, as events and as the rows that they must become."""

from __future__ import annotations

from store.events import Event, EventType

ORG = "town"
AT = 1_795_464_000_000  # 2026-11-23 20:00 UTC
DISA, BOARD = "4900", "wallboard"
"""One at a telephone, and a program."""

_TALK = {"contact": "c1", "queue": "fees", "agent": "4001"}


def _event(
    kind: EventType, second: int, *, contact: str = "", queue: str = "", agent: str = "", **own: str
) -> Event:
    return Event(kind, AT + second * 1000, ORG, contact, queue, agent, own)


def afternoon() -> list[Event]:
    """In the order of the stream."""
    here = {"by": DISA, "phone": "agent2"}
    there = {"by": BOARD, "phone": "agent3"}
    acted, joined = EventType.SUPERVISOR_ACTED, EventType.SUPERVISOR_JOINED
    switched, left = EventType.SUPERVISOR_SWITCHED, EventType.SUPERVISOR_LEFT
    refused = EventType.SUPERVISOR_REFUSED
    return [
        _event(refused, 0, by=DISA, phone="agent2", reason="wrong_pin"),
        _event(joined, 10, **_TALK, **here, mode="listen"),
        _event(joined, 12, **_TALK, **there, mode="barge"),
        _event(switched, 15, **_TALK, **here, mode="whisper"),
        _event(left, 19, **_TALK, **here, duration="9000"),
        _event(joined, 20, **_TALK, **here, mode="take_over"),
        _event(acted, 21, agent="4002", act="pause", by=BOARD, reason="lunch"),
        _event(left, 30, **_TALK, **there, duration="18000"),
        _event(refused, 31, **_TALK, by=BOARD, act="listen", reason="queue", phone="agent3"),
        _event(EventType.AGENT_PAUSED, 31, agent="4002", reason="lunch"),
        _event(acted, 32, contact="c2", queue="fees", act="move", by=DISA, to="support"),
        _event(acted, 33, contact="c3", queue="fees", act="prioritise", by=BOARD, credit="60000"),
        _event(left, 40, **_TALK | {"contact": "c4"}, **here, duration="5000"),
    ]


ACTS = [
    # at, by, via, act, outcome, reason, agent, contact, lasted
    (0, DISA, "phone", None, "refused", "wrong_pin", None, None, None),
    (10, DISA, "phone", "listen", "done", None, "4001", "c1", 5),
    (12, BOARD, "api", "barge", "done", None, "4001", "c1", 18),
    (15, DISA, "phone", "whisper", "done", None, "4001", "c1", 4),
    (20, DISA, "phone", "take_over", "done", None, "4001", "c1", None),  # goes on
    (21, BOARD, "api", "pause", "done", "lunch", "4002", None, None),
    (31, BOARD, "api", "listen", "refused", "queue", "4001", "c1", None),
    (32, DISA, "phone", "move", "done", None, None, "c2", None),
    (33, BOARD, "api", "prioritise", "done", None, None, "c3", None),
    (35, DISA, "phone", "present", "done", None, "4001", "c4", 5),  # how it began is not known
]
"""Seconds from :data:`AT`."""
