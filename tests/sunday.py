"""The Sunday of ``sunday.events``: a day of calls with every case, written and counted by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitoring.counting import Known
from store.events import Event, EventType

ORG = "preschool"
ZONE = ZoneInfo("Europe/Stockholm")
KNOWN = Known(queues=("fees", "support"), pauses=("coffee", "lunch"))
NOW = datetime(2026, 3, 29, 13, tzinfo=ZONE).astimezone(UTC)
"""When the figures are looked at."""

_FILE = Path(__file__).with_name("sunday.events")


def sunday() -> list[Event]:
    """Its events in the order of their times."""
    lines = (line.split() for line in _FILE.read_text(encoding="utf-8").splitlines())
    events = [_event(line) for line in lines if line and line[0] != "#"]
    return sorted(events, key=lambda event: event.at)


def _event(line: list[str]) -> Event:
    day, clock, kind, *names, own = [*line[:6], line[6:]]
    assert isinstance(own, list)
    contact, queue, agent = ("" if name == "-" else name for name in map(str, names))
    at = _epoch_ms(f"{day}/{clock}")
    fields = {name: _value(value) for name, _, value in (pair.partition("=") for pair in own)}
    match kind:  # what nobody counts
        case EventType.CALL_QUEUED:
            fields["arrived"] = str(at)
        case EventType.AGENT_WRAPUP:
            fields["until"] = str(at + 60_000)
        case EventType.CONTACT_STARTED:
            fields |= {"dialled": "+46850810001", "version": "0a1b"}
    return Event(EventType(str(kind)), at, ORG, contact, queue, agent, fields)


def _value(text: str) -> str:
    """``15s`` and ``29/09:10:00`` in milliseconds; all else as it stands."""
    if re.fullmatch(r"\d+s", text):
        return str(1000 * int(text[:-1]))
    return str(_epoch_ms(text)) if re.fullmatch(r"\d\d/[\d:]{8}", text) else text


def _epoch_ms(moment: str) -> int:
    local = datetime.strptime(f"2026-03-{moment}", "%Y-%m-%d/%H:%M:%S").replace(tzinfo=ZONE)
    return round(local.timestamp() * 1000)
