"""What each event adds to the totals. The definitions stand in :mod:`monitoring.metrics`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from monitoring import metrics
from monitoring.totals import Totals
from store.events import Event, EventType

_COUNTED: Mapping[EventType, metrics.Counter] = {
    EventType.CONTACT_STARTED: metrics.CONTACTS_STARTED,
    EventType.CONTACT_ENDED: metrics.CONTACTS_ENDED,
    EventType.CALL_QUEUED: metrics.CALLS_OFFERED,
    EventType.CALL_ANSWERED: metrics.CALLS_ANSWERED,
    EventType.CALL_ABANDONED: metrics.CALLS_ABANDONED,
    EventType.CALL_LEFT: metrics.CALLS_LEFT,
    EventType.CALL_OFFERED: metrics.AGENT_OFFERS,
    EventType.CALL_REFUSED: metrics.AGENT_OFFERS_REFUSED,
    EventType.VOICEMAIL_STORED: metrics.VOICEMAILS_STORED,
    EventType.RECORDING_STORED: metrics.RECORDINGS_STORED,
    EventType.RECORDING_FAILED: metrics.RECORDINGS_FAILED,
    EventType.AGENT_LOCKED: metrics.AGENT_LOCKS,
}

_TIMED: Mapping[EventType, tuple[metrics.Histogram, str]] = {
    EventType.CALL_ANSWERED: (metrics.ANSWERED_WAIT, "waited"),
    EventType.CALL_ABANDONED: (metrics.ABANDONED_WAIT, "waited"),
    EventType.CALL_ENDED: (metrics.TALK, "talked"),
}


def prepare(totals: Totals, org: str, queues: Iterable[str]) -> None:
    """Give everything that is known beforehand its series at zero.

    Prometheus sees a rise only between two samples: a series that begins at 1 has none.
    """
    known = {"org": [org], "queue": list(queues)}
    for counter in metrics.COUNTERS:
        values = [known.get(name, sorted(counter.reasons)) for name in counter.labels]
        for labels in product(*values):
            totals.count(counter, *labels, by=0)
    for histogram in metrics.HISTOGRAMS:
        for labels in product(*(known[name] for name in histogram.labels)):
            totals.observe(histogram, None, *labels)


def count(totals: Totals, event: Event) -> None:
    """Add one event; states of agents and nodes of trees are no counters and only move on."""
    counter = _COUNTED.get(event.type)
    if counter is not None:
        totals.count(counter, *(_label(event, name) for name in counter.labels))
    timed = _TIMED.get(event.type)
    if timed is not None:
        histogram, length = timed
        totals.observe(histogram, event.milliseconds(length), event.org, event.queue)
    totals.position = event.id


def _label(event: Event, name: str) -> str:
    match name:
        case "org":
            return event.org
        case "queue":
            return event.queue
        case _:
            return event.fields.get(name, "")
