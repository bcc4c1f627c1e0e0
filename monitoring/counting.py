"""What each event adds to the totals. The definitions stand in :mod:`monitoring.metrics`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from monitoring.kinds import OTHER, Counter, Histogram
from monitoring.metrics import agents, callbacks, contacts, queues, recordings, speech, supervisors
from monitoring.metrics.registry import COUNTERS, HISTOGRAMS
from monitoring.totals import Labels, Totals
from store.doing import AgentState, Doing, doing_after
from store.events import Event, EventType

_COUNTED: Mapping[EventType, Counter] = {
    EventType.CONTACT_STARTED: contacts.CONTACTS_STARTED,
    EventType.CONTACT_ENDED: contacts.CONTACTS_ENDED,
    EventType.NODE_VISITED: contacts.NODE_VISITS,
    EventType.CALL_QUEUED: queues.CALLS_OFFERED,
    EventType.CALL_ANSWERED: queues.CALLS_ANSWERED,
    EventType.CALL_ABANDONED: queues.CALLS_ABANDONED,
    EventType.CALL_LEFT: queues.CALLS_LEFT,
    EventType.CALL_TRANSFERRED: queues.HANDOVERS,
    EventType.CALL_FORWARDED: contacts.TRANSFERS,
    EventType.CALL_OFFERED: agents.AGENT_OFFERS,
    EventType.CALL_REFUSED: agents.AGENT_OFFERS_REFUSED,
    EventType.VOICEMAIL_STORED: contacts.VOICEMAILS_STORED,
    EventType.CONTACT_RESULT_GIVEN: queues.RESULTS_GIVEN,
    EventType.CONTACT_TRANSFERRED: contacts.TRANSFERS,
    EventType.CONTACT_CONFERRED: contacts.CONFERENCES,
    EventType.SURVEY_ANSWERED: contacts.SURVEY_ANSWERS,
    EventType.CALLBACK_REQUESTED: callbacks.CALLBACKS_REQUESTED,
    EventType.CALLBACK_DIALLED: callbacks.CALLBACKS_DIALLED,
    EventType.CALLBACK_MISSED: callbacks.CALLBACKS_MISSED,
    EventType.CALLBACK_ANSWERED: callbacks.CALLBACKS_ANSWERED,
    EventType.CALLBACK_ENDED: callbacks.CALLBACKS_ENDED,
    EventType.AGENT_LOCKED: agents.AGENT_LOCKS,
    EventType.SUPERVISOR_ACTED: supervisors.SUPERVISOR_ACTS,
    EventType.SUPERVISOR_JOINED: supervisors.SUPERVISOR_PRESENCES,
    EventType.SUPERVISOR_REFUSED: supervisors.SUPERVISORS_REFUSED,
    EventType.AGENT_CALL_ENDED: agents.AGENT_CALLS,
    EventType.AGENT_CALL_REFUSED: agents.AGENT_CALLS_REFUSED,
    EventType.RECORDING_STORED: recordings.RECORDINGS_STORED,
    EventType.RECORDING_FAILED: recordings.RECORDINGS_FAILED,
    EventType.RECORDING_PAUSED: recordings.RECORDINGS_PAUSED,
    EventType.RECORDING_DELETED: recordings.RECORDINGS_DELETED,
    EventType.RECORDING_TRANSCRIBED: recordings.RECORDINGS_TRANSCRIBED,
    EventType.SPEECH_HEARD: speech.SPEECH_HEARD,
}

_TIMED: Mapping[EventType, tuple[Histogram, str]] = {
    EventType.CALL_ANSWERED: (queues.ANSWERED_WAIT, "waited"),
    EventType.CALL_ABANDONED: (queues.ABANDONED_WAIT, "waited"),
    EventType.CALL_ENDED: (queues.TALK, "talked"),
    EventType.CALL_RESUMED: (queues.HOLD, "held"),
    EventType.CALLBACK_ANSWERED: (callbacks.CALLBACK_WAIT, "waited"),
    EventType.CONTACT_TRANSFERRED: (contacts.TRANSFER_TALK, "talked"),
    EventType.CALL_FORWARDED: (contacts.TRANSFER_TALK, "talked"),
    EventType.CONTACT_CONFERRED: (contacts.CONFERENCE_STAY, "stayed"),
    EventType.SUPERVISOR_LEFT: (supervisors.SUPERVISOR_PRESENCE, "duration"),
    EventType.AGENT_CALL_ENDED: (agents.AGENT_CALL_TALK, "talked"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """The words of an organisation's own that labels may hold.

    Attributes:
        queues: Its queues; each has its series from the first scrape.
        pauses: The reasons that its agents may pause for.
        nodes: (tree, node, kind) of all that its trees have.
        questions: (survey, question) of all that its trees ask.
        results: (queue, result) of all that can come of the queue's contacts.
    """

    queues: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    nodes: frozenset[tuple[str, str, str]] = frozenset()
    questions: frozenset[tuple[str, str]] = frozenset()
    results: frozenset[tuple[str, str]] = frozenset()

    def with_those_of(self, other: Known) -> Known:
        """The words of both."""
        return Known(
            tuple(dict.fromkeys((*self.queues, *other.queues))),
            tuple(dict.fromkeys((*self.pauses, *other.pauses))),
            self.nodes | other.nodes,
            self.questions | other.questions,
            self.results | other.results,
        )


_PAUSED_BY_ACD = ("busy", "not_answering", "unreachable")


def prepare(totals: Totals, org: str, known: Known) -> None:
    """Give everything that is known beforehand its series at zero.

    Prometheus sees a rise only between two samples: a series that begins at 1 has none.
    """
    words = {"org": (org,), "queue": known.queues}
    for counter in COUNTERS:
        known_words = {**words, **counter.words}
        for labels in product(*(known_words.get(name, ()) for name in counter.labels)):
            totals.count(counter, *labels, by=0)
    for reason in (*known.pauses, *_PAUSED_BY_ACD):
        totals.count(agents.AGENT_PAUSE_SECONDS, org, reason, by=0)
    for node in known.nodes:
        totals.count(contacts.NODE_VISITS, org, *node, by=0)
    for question, score in product(known.questions, (*contacts.SCORES, contacts.SPOKEN)):
        totals.count(contacts.SURVEY_ANSWERS, org, *question, score, by=0)
    for result in known.results:
        totals.count(queues.RESULTS_GIVEN, org, *result, by=0)
    for histogram in HISTOGRAMS:
        for labels in product(*(words[name] for name in histogram.labels)):
            totals.observe(histogram, None, *labels)


def count(totals: Totals, event: Event, known: Known) -> None:
    """Add one event."""
    counter = _COUNTED.get(event.type)
    if counter is contacts.NODE_VISITS:
        totals.count(counter, event.org, *_node(event, known))
    elif counter is contacts.SURVEY_ANSWERS:
        totals.count(counter, event.org, *_answer(event, known))
    elif counter is queues.RESULTS_GIVEN:
        totals.count(counter, event.org, *_result(event, known))
    elif counter is not None:
        totals.count(counter, *(_label(event, name) for name in counter.labels))
    timed = _TIMED.get(event.type)
    if timed is not None:
        histogram, length = timed
        labels = (_label(event, name) for name in histogram.labels)
        totals.observe(histogram, event.milliseconds(length), *labels)
    elif event.type is EventType.CALLBACK_ENDED and event.fields.get("outcome") == "talked":
        totals.observe(queues.TALK, event.milliseconds("talked"), event.org, event.queue)
    if event.type is EventType.CALL_ANSWERED:
        _judge_estimate(totals, event)
    _follow_agent(totals, event, known)
    totals.position = event.id


def _judge_estimate(totals: Totals, event: Event) -> None:
    """Hold a wait against what was foretold of it, if anything was."""
    names = ("waited", "estimated_low", "estimated", "estimated_high")
    waited, low, expected, high = map(event.milliseconds, names)
    if waited is None or low is None or expected is None or high is None:
        return
    lay = "below" if waited < low else "above" if waited > high else "inside"
    totals.count(queues.ESTIMATED_WAITS, event.org, event.queue, lay)
    longer = waited >= expected
    error = queues.WAIT_BEYOND_ESTIMATE if longer else queues.WAIT_SHORT_OF_ESTIMATE
    totals.observe(error, abs(waited - expected), event.org, event.queue)


def _follow_agent(totals: Totals, event: Event, known: Known) -> None:
    """Count how long the agent of the event did what this event ends."""
    was, since = totals.agents.get(event.agent, (None, event.at))
    after = doing_after(was, event)
    if after is None or after == was:
        return
    if was is not None:
        spent = max(0, event.at - since)
        for counter, labels in spent_on(was, event.org, known):
            totals.count(counter, *labels, by=spent)
        if was.state is AgentState.WRAPUP and was.queue:  # "": its call was trimmed away
            totals.observe(queues.WRAPUP, spent, event.org, was.queue)
    works = after.state is not AgentState.LOGGED_OUT
    # Two controllers' clocks may differ a little: no millisecond is counted twice.
    totals.agent_does(event.agent, after if works else None, max(event.at, since))


def spent_on(doing: Doing, org: str, known: Known) -> list[tuple[Counter, Labels]]:
    """The counters that an agent's time belongs to."""
    spent: list[tuple[Counter, Labels]] = [(agents.AGENT_STATE_SECONDS, (org, doing.state.value))]
    if doing.state is AgentState.PAUSED:
        usual = doing.reason in known.pauses or doing.reason in _PAUSED_BY_ACD
        spent.append((agents.AGENT_PAUSE_SECONDS, (org, doing.reason if usual else OTHER)))
    return spent


def _node(event: Event, known: Known) -> tuple[str, ...]:
    own = event.fields
    node = own.get("tree", ""), own.get("node", ""), own.get("kind", "")
    return node if node in known.nodes else (OTHER,) * 3


def _answer(event: Event, known: Known) -> tuple[str, ...]:
    own = event.fields
    question = own.get("survey", ""), own.get("question", "")
    score = own.get("score", contacts.SPOKEN)
    return *(question if question in known.questions else (OTHER,) * 2), score


def _result(event: Event, known: Known) -> tuple[str, str]:
    result = event.queue, event.fields.get("result", "")
    return result if result in known.results else (event.queue, OTHER)


def _label(event: Event, name: str) -> str:
    match name:
        case "org":
            return event.org
        case "queue":
            return event.queue
        case _:
            return event.fields.get(name, "")
