"""What durations are counted by. The waits' hold every usual service-level threshold."""

from __future__ import annotations

WAIT_BOUNDS_SECONDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
TALK_BOUNDS_SECONDS = (15, 30, 60, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600)
WRAPUP_BOUNDS_SECONDS = (5, 10, 15, 30, 60, 90, 120, 180, 300, 600, 900)
CALLBACK_BOUNDS_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
DELAY_BOUNDS_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1)
