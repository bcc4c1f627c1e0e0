"""Callbacks: promised, dialled, missed, answered, and how late they are."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge, Histogram
from monitoring.metrics.bounds import CALLBACK_BOUNDS_SECONDS

_UNREACHED = ("busy", "failed", "no_answer", "unreachable")
_LOST_AFTER = ("closed", "hung_up", "lost", "nobody", "timeout", "unconfirmed")

CALLBACKS_REQUESTED = Counter(
    "vaxel_callbacks_requested_total",
    "Callbacks asked for, by the caller in the queue or by an operator.",
    ("org", "queue", "source"),
    {"source": ("operator", "queue")},
)
CALLBACKS_DIALLED = Counter(
    "vaxel_callbacks_dialled_total", "Attempts to reach a caller.", ("org", "queue")
)
CALLBACKS_MISSED = Counter(
    "vaxel_callbacks_missed_total",
    "Attempts that did not reach the caller, by reason.",
    ("org", "queue", "reason"),
    {"reason": _UNREACHED + _LOST_AFTER},
)
CALLBACKS_ANSWERED = Counter(
    "vaxel_callbacks_answered_total",
    "Callbacks in which agent and caller came to talk.",
    ("org", "queue"),
)
CALLBACKS_ENDED = Counter(
    "vaxel_callbacks_ended_total",
    "Callbacks that are over, by outcome.",
    ("org", "queue", "outcome"),
    {"outcome": ("cancelled", "given_up", "talked")},
)
CALLBACK_WAIT = Histogram(
    "vaxel_callback_wait_seconds",
    "From the place in the queue that a callback kept until agent and caller talk.",
    ("org", "queue"),
    CALLBACK_BOUNDS_SECONDS,
)
CALLBACKS_OPEN = Gauge(
    "vaxel_callbacks_open", "Callbacks promised and not yet over.", ("org", "queue")
)
CALLBACKS_OLDEST = Gauge(
    "vaxel_callbacks_oldest_seconds",
    "For how long the longest overdue callback has been: since its chosen time, else since its"
    " caller came to the queue; 0 when none is.",
    ("org", "queue"),
)
