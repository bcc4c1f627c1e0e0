"""What supervisors do, hear and are not let do."""

from __future__ import annotations

from monitoring.kinds import Counter, Histogram
from monitoring.metrics.bounds import TALK_BOUNDS_SECONDS

SUPERVISOR_ACTS = Counter(
    "vaxel_supervisor_acts_total",
    "What supervisors have done to agents and contacts, by the API or at a phone.",
    ("org", "act"),
    {"act": ("cancel", "logout", "move", "pause", "prioritise", "result", "unpause")},
)
SUPERVISOR_PRESENCES = Counter(
    "vaxel_supervisor_presences_total",
    "Times that a supervisor came into an agent's conversation, by the way in which it began.",
    ("org", "mode"),
    {"mode": ("barge", "listen", "take_over", "whisper")},
)
SUPERVISOR_PRESENCE = Histogram(
    "vaxel_supervisor_presence_seconds",
    "How long a supervisor was in an agent's conversation, counted when they leave it.",
    ("org",),
    TALK_BOUNDS_SECONDS,
)
SUPERVISORS_REFUSED = Counter(
    "vaxel_supervisors_refused_total",
    "What supervisors were not let do, by reason; right: it is not theirs, role: nor their token's,"
    " the same once an hour, queue: it lets nobody in, wrong_pin and locked: whoever tried was not"
    " taken for the supervisor.",
    ("org", "reason"),
    {"reason": ("locked", "queue", "right", "role", "wrong_pin")},
)
