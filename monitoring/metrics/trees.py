"""Which call trees new calls get, and what became of changed ones."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge

TREES_RELOADS = Counter(
    "vaxel_trees_reloads_total",
    "Looks at call trees that were saved or asked for, since this controller's start, by outcome;"
    " refused: an organisation's files cannot be used, unsettled: they were written all the time.",
    ("outcome",),
    each=True,
)
TREES_VERSION = Gauge(
    "vaxel_trees_version_info",
    "Always 1; the version of the organisation's call trees that new calls get is in the label.",
    ("org", "version"),
    each=True,
)
TREES_SINCE = Gauge(
    "vaxel_trees_changed_timestamp_seconds",
    "Since when new calls of the organisation get that version, epoch.",
    ("org",),
    each=True,
)
TREES_REFUSED = Gauge(
    "vaxel_trees_refused",
    "1 while the organisation's call trees on disk cannot be used: calls get the version before.",
    ("org",),
    each=True,
)
