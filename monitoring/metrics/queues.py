"""Calls in queues: offered, answered or lost, how long they waited and talked, who waits now.

* *Waiting* begins when the contact enters the queue, not in the menu before it. A contact that
  visits two queues is offered in each.
* *Offered* = answered + abandoned + left + waiting now, at any moment.
* *Abandoned* is only a caller who hangs up while waiting. A caller whom the tree takes out of the
  queue (time-out, no agent there, a failure) or who asks to be called back has *left*: a flow-out.
* The bounds of the waits hold every usual service-level threshold: answered within 20 s is
  ``vaxel_answered_wait_seconds_bucket{le="20.0"}``. Which service-level formula to make of them
  (whether abandonments help, hurt or are left out) is the question's choice.
"""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge, Histogram
from monitoring.metrics.bounds import (
    TALK_BOUNDS_SECONDS,
    WAIT_BOUNDS_SECONDS,
    WRAPUP_BOUNDS_SECONDS,
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
    "Calls that left the queue unanswered and not by hanging up (flow-outs), by reason; callback:"
    " the caller keeps the place and is called back; moved: to another queue, by a supervisor.",
    ("org", "queue", "reason"),
    {"reason": ("callback", "closed", "failed", "moved", "nobody", "timeout")},
)
HANDOVERS = Counter(
    "vaxel_handovers_total",
    "Conversations in which the agent handed the caller over, by the queue that they came from and"
    " to what: another queue or wait, one agent, a number elsewhere. Where the caller waits again,"
    " that is one more call offered.",
    ("org", "queue", "to"),
    {"to": ("agent", "number", "queue")},
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
ESTIMATED_WAITS = Counter(
    "vaxel_estimated_waits_total",
    "Answered calls whose wait was estimated when it began, by where the wait lay: inside the range"
    " foretold, below (answered earlier) or above. Eight in ten should be inside. Calls that found"
    " an agent ready or were given up are not in it: there is no error to know.",
    ("org", "queue", "outcome"),
    {"outcome": ("above", "below", "inside")},
)
WAIT_BEYOND_ESTIMATE = Histogram(
    "vaxel_wait_beyond_estimate_seconds",
    "By how much the wait of a call was longer than expected when it began; not shorter.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
WAIT_SHORT_OF_ESTIMATE = Histogram(
    "vaxel_wait_short_of_estimate_seconds",
    "By how much the wait of a call was shorter than expected when it began.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
TALK = Histogram(
    "vaxel_talk_seconds",
    "Length of conversations, those of callbacks included, counted when they end.",
    ("org", "queue"),
    TALK_BOUNDS_SECONDS,
)
HOLD = Histogram(
    "vaxel_hold_seconds",
    "Each time that a caller was put on hold during a conversation, asking a colleague included,"
    " counted when it ends; part of the length of the conversation.",
    ("org", "queue"),
    WRAPUP_BOUNDS_SECONDS,
)
WRAPUP = Histogram(
    "vaxel_wrapup_seconds",
    "After-call work for a conversation of the queue, counted when it ends.",
    ("org", "queue"),
    WRAPUP_BOUNDS_SECONDS,
)
RESULTS_GIVEN = Counter(
    "vaxel_results_given_total",
    "What agents said came of contacts of the queue, by result. One that is replaced by another"
    " counts under both. Results that the organisation does not have: other.",
    ("org", "queue", "result"),
)
CALLS_WAITING = Gauge("vaxel_calls_waiting", "Calls waiting in the queue now.", ("org", "queue"))
OLDEST_WAIT = Gauge(
    "vaxel_oldest_wait_seconds",
    "How long the longest-waiting call has waited; 0 in an empty queue.",
    ("org", "queue"),
)
SERVICE_LEVEL_THRESHOLD = Gauge(
    "vaxel_queue_service_level_threshold_seconds",
    "Within so many seconds the callers of the queue shall be answered. Queues with a target only.",
    ("org", "queue"),
)
SERVICE_LEVEL_TARGET = Gauge(
    "vaxel_queue_service_level_target",
    "The share of the queue's callers who shall be answered within its threshold, 0 to 1. The"
    " threshold is spelled as the buckets' le, so that each queue's own can be found by it.",
    ("org", "queue", "within"),
)
