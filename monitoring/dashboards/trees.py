"""The call trees on the board of the platform: which version calls get, and what is refused."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.drawn import bars, course, figure
from monitoring.dashboards.model import Query, Row, Step, Unit
from monitoring.metrics import trees

TREES = Row(
    "Call trees",
    (
        figure(
            "Refused trees",
            "Organisations whose saved call trees cannot be used; calls get the version before.",
            Unit.COUNT,
            f"sum(max by (org) ({trees.TREES_REFUSED.name}))",
            (Step(1, "red"),),
        ),
        bars(
            "Version of the trees",
            "What new calls of each organisation get.",
            Unit.SWITCH,
            Query(f"max by (org, version) ({trees.TREES_VERSION.name})", "{{org}} {{version}}"),
            width=8,
        ),
        bars(
            "Trees changed",
            "How long ago new calls of each organisation began to get them.",
            Unit.SECONDS,
            Query(f"time() - max by (org) ({trees.TREES_SINCE.name})", "{{org}}"),
            width=6,
        ),
        course(
            "Reloads",
            "Looks at saved call trees, by what came of them.",
            Unit.COUNT,
            Query(asked.total(trees.TREES_RELOADS, "outcome", where=""), "{{outcome}}"),
            width=6,
        ),
    ),
)
