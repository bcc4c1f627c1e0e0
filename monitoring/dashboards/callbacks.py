"""Callbacks: promised, dialled, reached, and how late."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.drawn import bars, course, figure
from monitoring.dashboards.model import Board, Query, Row, Step, Unit
from monitoring.metrics import callbacks

_NOW = Row(
    "Now and in the time shown",
    (
        figure(
            "Promised",
            "Callers who keep their place and have not been reached yet.",
            Unit.COUNT,
            asked.now(callbacks.CALLBACKS_OPEN),
        ),
        figure(
            "Longest overdue",
            "Since its chosen time, else since its caller came to the queue.",
            Unit.SECONDS,
            asked.highest(callbacks.CALLBACKS_OLDEST),
            (Step(1800, "yellow"), Step(7200, "red")),
        ),
        figure(
            "Asked for",
            "By the caller in the queue, or by an operator.",
            Unit.COUNT,
            asked.total(callbacks.CALLBACKS_REQUESTED),
        ),
        figure(
            "Talked",
            "Callbacks in which caller and agent came to talk.",
            Unit.COUNT,
            asked.total(callbacks.CALLBACKS_ANSWERED),
        ),
        figure(
            "Reached",
            "Of the callbacks that are over, those that ended with a conversation.",
            Unit.SHARE,
            asked.share(
                asked.total(callbacks.CALLBACKS_ENDED, where=f'{asked.OF_QUEUE},outcome="talked"'),
                asked.total(callbacks.CALLBACKS_ENDED),
            ),
            (Step(0.5, "yellow"), Step(0.8, "green")),
            colour="red",
        ),
        figure(
            "Wait",
            "From the place in the queue until caller and agent talk, on average.",
            Unit.SECONDS,
            asked.mean(callbacks.CALLBACK_WAIT),
        ),
    ),
)
_WAY = Row(
    "Their way",
    (
        bars(
            "From promise to conversation",
            "In the time shown; a callback may be dialled several times.",
            Unit.COUNT,
            Query(asked.total(callbacks.CALLBACKS_REQUESTED, "source"), "asked for: {{source}}"),
            Query(asked.total(callbacks.CALLBACKS_DIALLED), "dialled"),
            Query(asked.total(callbacks.CALLBACKS_ANSWERED), "talked"),
        ),
        bars(
            "Attempts in vain",
            "By reason.",
            Unit.COUNT,
            Query(asked.total(callbacks.CALLBACKS_MISSED, "reason"), "{{reason}}"),
        ),
        bars(
            "How they ended",
            "By outcome.",
            Unit.COUNT,
            Query(asked.total(callbacks.CALLBACKS_ENDED, "outcome"), "{{outcome}}"),
        ),
    ),
)
_COURSE = Row(
    "Course",
    (
        course(
            "Promised by queue",
            "Callbacks that are open.",
            Unit.COUNT,
            Query(asked.now(callbacks.CALLBACKS_OPEN, "org", "queue"), asked.QUEUE_NAME),
        ),
        course(
            "Wait for the callback, moving",
            "Half and nine of ten waited no longer, counted from the place that they kept.",
            Unit.SECONDS,
            *(
                Query(
                    asked.quantile(rank, callbacks.CALLBACK_WAIT, window=asked.MOVING),
                    f"{rank:.0%} talked within",
                )
                for rank in (0.5, 0.9)
            ),
        ),
    ),
)
CALLBACKS = Board(
    "callbacks",
    "Växel: callbacks",
    "Whether callers who keep their place are called back, and when.",
    (asked.ORG, asked.QUEUE, asked.WINDOW),
    (_NOW, _WAY, _COURSE),
)
