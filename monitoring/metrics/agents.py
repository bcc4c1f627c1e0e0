"""Agents all together: what they do, what they are offered, the calls that they make themselves."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge, Histogram
from monitoring.metrics.bounds import TALK_BOUNDS_SECONDS

AGENT_STATES = ("logged_out", "ready", "reserved", "talking", "wrapup", "paused")
"""The ACD's words. Each has a series even while no agent is in it."""

OWN_CALL_STATES = ("dialling", "outbound")
"""What agents spend time on beside those: calls of their own. The ACD counts them as they were."""

PHONE_AWAY = "phone_away"
"""Of agents who would be ready, were their phone not in use or unreachable."""

AGENTS = Gauge(
    "vaxel_agents",
    "Agents by state; phone_away: ready, but their phone is in use or cannot be reached.",
    ("org", "state"),
)
AGENT_STATE_SECONDS = Counter(
    "vaxel_agent_state_seconds_total",
    "Seconds that agents have spent in a state, all agents together. Occupancy is made of it."
    " dialling and outbound: calls of their own, before and after the answer.",
    ("org", "state"),
    {"state": (*AGENT_STATES[1:], *OWN_CALL_STATES)},
)
AGENT_PAUSE_SECONDS = Counter(
    "vaxel_agent_pause_seconds_total",
    "Seconds that agents have been paused, by reason: the organisation's own, or not_answering,"
    " busy, unreachable where the ACD paused them.",
    ("org", "reason"),
)
AGENT_OFFERS = Counter(
    "vaxel_agent_offers_total",
    "Offers of a call or callback to one agent; one may be offered to several, also at once.",
    ("org", "queue"),
)
AGENT_OFFERS_REFUSED = Counter(
    "vaxel_agent_offers_refused_total",
    "Offers to an agent that came to nothing, by reason. A caller who hangs up while an agent is"
    " rung is none of them (that call is abandoned), nor is an agent beside whom another answers.",
    ("org", "queue", "reason"),
    {"reason": ("busy", "expired", "no_answer", "unreachable")},
)
AGENT_CALLS = Counter(
    "vaxel_agent_calls_total",
    "Calls that agents have made of their own accord, by outcome; cancelled: the agent hung up"
    " first.",
    ("org", "outcome"),
    {"outcome": ("busy", "cancelled", "no_answer", "talked", "unreachable")},
)
AGENT_CALLS_REFUSED = Counter(
    "vaxel_agent_calls_refused_total",
    "Calls that agents wanted to make and were not let: calling out is off, the number is none that"
    " they may call, or they had a call.",
    ("org", "reason"),
    {"reason": ("busy", "not_allowed", "off")},
)
AGENT_CALL_TALK = Histogram(
    "vaxel_agent_call_talk_seconds",
    "Length of the conversations in calls that agents have made of their own accord.",
    ("org",),
    TALK_BOUNDS_SECONDS,
)
AGENT_LOCKS = Counter(
    "vaxel_agent_locks_total", "Agents locked out for a while by wrong PINs.", ("org",)
)
