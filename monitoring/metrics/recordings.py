"""Recordings, from the end of a conversation to their deletion."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge

_LEG_FAULTS = ("leg_missing", "leg_truncated", "leg_unusable")

RECORDINGS_STORED = Counter(
    "vaxel_recordings_stored_total", "Conversations stored as recordings.", ("org", "queue")
)
RECORDINGS_FAILED = Counter(
    "vaxel_recordings_failed_total",
    "Recordings or voice messages put aside because they could not be finished, by error code.",
    ("org", "reason"),
    {"reason": ("disk_full", *_LEG_FAULTS, "sidecar_missing", "sidecar_unreadable")},
)
RECORDINGS_PAUSED = Counter(
    "vaxel_recordings_paused_total",
    "Times that a recording stood still, by the agent's code, around sensitive digits, or while the"
    " caller is handed over.",
    ("org", "cause"),
    {"cause": ("agent", "digits", "handover")},
)
RECORDINGS_DELETED = Counter(
    "vaxel_recordings_deleted_total",
    "Recordings deleted because their time was over or their person was erased.",
    ("org", "reason"),
    {"reason": ("erasure", "retention")},
)
RECORDINGS_TRANSCRIBED = Counter(
    "vaxel_recordings_transcribed_total", "Legs of recordings turned into text.", ("org",)
)
RECORDINGS_BACKLOG = Gauge(
    "vaxel_recordings_backlog", "Recordings that are over and wait to be finished."
)
TRANSCRIPTS_BACKLOG = Gauge(
    "vaxel_transcripts_backlog", "Stored recordings that wait to be turned into text."
)
