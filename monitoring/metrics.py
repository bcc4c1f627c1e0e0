"""Every metric's name, labels and definition. No name of a metric stands anywhere else.

Definitions that hold for all of them:

* All counters and histograms come from the events in ``events:{org}``, never from Asterisk's own
  counters. A contact is counted when the event happens, not when the contact began or ends: an
  answered call is answered at the answer. Over a long period the two agree.
* *Waiting* begins when the contact enters the queue, not in the menu before it. A contact that
  visits two queues is offered in each.
* *Offered* = answered + abandoned + left + waiting now, at any moment.
* *Abandoned* is only a caller who hangs up while waiting. A caller whom the tree takes out of the
  queue (time-out, no agent there, a failure) has *left*: a flow-out.
* Times are seconds. The histograms' bounds hold every usual service-level threshold: answered
  within 20 s is ``vaxel_answered_wait_seconds_bucket{le="20.0"}``. Which service-level formula to
  make of them (whether abandonments help, hurt or are left out) is the question's choice.
* Labels hold organisations, queues, mailboxes and closed sets of reasons; never a person: no
  caller's number and no agent.

Counters go on over restarts. They begin again at zero only when the events themselves are gone.
"""

from __future__ import annotations

from dataclasses import dataclass

WAIT_BOUNDS_SECONDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
TALK_BOUNDS_SECONDS = (15, 30, 60, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600)

AGENT_STATES = ("logged_out", "ready", "reserved", "talking", "wrapup", "paused")
"""The ACD's words. Each has a series even while no agent is in it."""

OTHER = "other"
"""Stands for a reason that is not in a counter's closed set."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that only grows.

    Attributes:
        name: With ``_total``.
        help: The definition, one line.
        labels: Names, the organisation first.
        reasons: The closed set of the label ``reason``, which is then the last.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    reasons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often a duration was how long; ``bounds_seconds`` are upper bounds, inclusive."""

    name: str
    help: str
    labels: tuple[str, ...]
    bounds_seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that is true now."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


CONTACTS_STARTED = Counter(
    "vaxel_contacts_started_total", "Contacts whose call tree began.", ("org",)
)
CONTACTS_ENDED = Counter(
    "vaxel_contacts_ended_total",
    "Contacts that ended, by who ended them: the caller, the tree, or a failure.",
    ("org", "reason"),
    frozenset({"caller", "tree", "failed"}),
)
CALLS_OFFERED = Counter(
    "vaxel_calls_offered_total", "Calls that entered the queue.", ("org", "queue")
)
CALLS_ANSWERED = Counter(
    "vaxel_calls_answered_total", "Calls from the queue that an agent answered.", ("org", "queue")
)
CALLS_ABANDONED = Counter(
    "vaxel_calls_abandoned_total",
    "Calls whose caller hung up while waiting in the queue. Flow-outs are not in it.",
    ("org", "queue"),
)
CALLS_LEFT = Counter(
    "vaxel_calls_left_total",
    "Calls that the tree took out of the queue unanswered (flow-outs), by reason.",
    ("org", "queue", "reason"),
    frozenset({"timeout", "nobody", "failed"}),
)
AGENT_OFFERS = Counter(
    "vaxel_agent_offers_total",
    "Offers of a call to one agent; a call may be offered to several.",
    ("org", "queue"),
)
AGENT_OFFERS_REFUSED = Counter(
    "vaxel_agent_offers_refused_total",
    "Offers to an agent that came to nothing, by reason. A caller who hangs up while an agent is"
    " rung is none of them: that call is abandoned.",
    ("org", "queue", "reason"),
    frozenset({"no_answer", "busy", "unreachable", "expired"}),
)
VOICEMAILS_STORED = Counter(
    "vaxel_voicemails_stored_total", "Voice messages stored.", ("org", "mailbox")
)
RECORDINGS_STORED = Counter(
    "vaxel_recordings_stored_total", "Conversations stored as recordings.", ("org", "queue")
)
RECORDINGS_FAILED = Counter(
    "vaxel_recordings_failed_total",
    "Recordings or voice messages put aside because they could not be finished, by error code.",
    ("org", "reason"),
    frozenset({"leg_missing", "leg_truncated", "leg_unusable", "disk_full"}),
)
AGENT_LOCKS = Counter(
    "vaxel_agent_locks_total", "Agents locked out for a while by wrong PINs.", ("org",)
)

ANSWERED_WAIT = Histogram(
    "vaxel_answered_wait_seconds",
    "Wait of answered calls, from entering the queue to the answer. Sum / count is the average"
    " speed of answer.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
ABANDONED_WAIT = Histogram(
    "vaxel_abandoned_wait_seconds",
    "Wait of abandoned calls, from entering the queue to the hang-up.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
TALK = Histogram(
    "vaxel_talk_seconds",
    "Length of conversations, counted when they end.",
    ("org", "queue"),
    TALK_BOUNDS_SECONDS,
)

COUNTERS = (
    CONTACTS_STARTED,
    CONTACTS_ENDED,
    CALLS_OFFERED,
    CALLS_ANSWERED,
    CALLS_ABANDONED,
    CALLS_LEFT,
    AGENT_OFFERS,
    AGENT_OFFERS_REFUSED,
    VOICEMAILS_STORED,
    RECORDINGS_STORED,
    RECORDINGS_FAILED,
    AGENT_LOCKS,
)
HISTOGRAMS = (ANSWERED_WAIT, ABANDONED_WAIT, TALK)

CALLS_WAITING = Gauge("vaxel_calls_waiting", "Calls waiting in the queue now.", ("org", "queue"))
OLDEST_WAIT = Gauge(
    "vaxel_oldest_wait_seconds",
    "How long the longest-waiting call has waited; 0 in an empty queue.",
    ("org", "queue"),
)
AGENTS = Gauge("vaxel_agents", "Agents by state.", ("org", "state"))
CALLS_IN_PROGRESS = Gauge(
    "vaxel_calls_in_progress", "Contacts that this controller serves now.", ("org",)
)
AGI_SESSIONS = Gauge("vaxel_agi_sessions", "Open FastAGI sessions of this controller.")
AGI_REFUSED = Counter(
    "vaxel_agi_sessions_refused_total",
    "FastAGI sessions refused because the controller was full or stopping, since its start.",
    (),
)
AMI_CONNECTED = Gauge("vaxel_ami_connected", "1 while logged in to Asterisk's manager, else 0.")
AMI_RECONNECTS = Counter(
    "vaxel_ami_reconnects_total",
    "Times the link to Asterisk's manager came back, since this controller's start.",
    (),
)
EVENTS_UP = Gauge(
    "vaxel_event_stream_up",
    "1 while the organisation's events can be read; at 0 its counters stand still.",
    ("org",),
)
LIVE_UP = Gauge(
    "vaxel_live_figures_up",
    "1 while queues and agents can be asked; at 0 their gauges are absent.",
)
BUILD_INFO = Gauge("vaxel_build_info", "Always 1; the version is in the label.", ("version",))
