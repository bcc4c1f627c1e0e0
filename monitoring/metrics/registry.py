"""What is counted from events, of every subject, in the order in which it is saved and shown.

These are all counters and histograms of organisations; gauges, and what one process counts of its
own work, are told as they are now. Another order is another shape of :mod:`monitoring.snapshots`:
controllers count anew.
"""

from __future__ import annotations

from monitoring.metrics import agents, callbacks, contacts, queues, recordings, speech, supervisors

COUNTERS = (
    contacts.CONTACTS_STARTED,
    contacts.CONTACTS_ENDED,
    contacts.NODE_VISITS,
    queues.CALLS_OFFERED,
    queues.CALLS_ANSWERED,
    queues.CALLS_ABANDONED,
    queues.CALLS_LEFT,
    queues.HANDOVERS,
    agents.AGENT_OFFERS,
    agents.AGENT_OFFERS_REFUSED,
    contacts.VOICEMAILS_STORED,
    queues.ESTIMATED_WAITS,
    queues.RESULTS_GIVEN,
    contacts.TRANSFERS,
    contacts.CONFERENCES,
    contacts.SURVEY_ANSWERS,
    callbacks.CALLBACKS_REQUESTED,
    callbacks.CALLBACKS_DIALLED,
    callbacks.CALLBACKS_MISSED,
    callbacks.CALLBACKS_ANSWERED,
    callbacks.CALLBACKS_ENDED,
    agents.AGENT_STATE_SECONDS,
    agents.AGENT_PAUSE_SECONDS,
    agents.AGENT_CALLS,
    agents.AGENT_CALLS_REFUSED,
    agents.AGENT_LOCKS,
    supervisors.SUPERVISOR_ACTS,
    supervisors.SUPERVISOR_PRESENCES,
    supervisors.SUPERVISORS_REFUSED,
    recordings.RECORDINGS_STORED,
    recordings.RECORDINGS_FAILED,
    recordings.RECORDINGS_PAUSED,
    recordings.RECORDINGS_DELETED,
    recordings.RECORDINGS_TRANSCRIBED,
    speech.SPEECH_HEARD,
)
HISTOGRAMS = (
    queues.ANSWERED_WAIT,
    queues.ABANDONED_WAIT,
    queues.TALK,
    queues.HOLD,
    queues.WRAPUP,
    callbacks.CALLBACK_WAIT,
    queues.WAIT_BEYOND_ESTIMATE,
    queues.WAIT_SHORT_OF_ESTIMATE,
    contacts.TRANSFER_TALK,
    contacts.CONFERENCE_STAY,
    agents.AGENT_CALL_TALK,
    supervisors.SUPERVISOR_PRESENCE,
)

IN_MILLISECONDS = frozenset({agents.AGENT_STATE_SECONDS.name, agents.AGENT_PAUSE_SECONDS.name})
"""Counters of time: kept in whole milliseconds, shown in seconds."""
