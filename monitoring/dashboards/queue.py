"""One queue closely: waits, what became of the calls, what the agents made of the offers."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.drawn import bars, course, figure, table
from monitoring.dashboards.model import Board, Query, Row, Step, Unit
from monitoring.dashboards.overview import LONG_WAIT, LOST, SERVICE
from monitoring.definitions.key_figures import (
    ABANDON_RATE,
    ASA,
    ESTIMATE_BIAS,
    ESTIMATE_ERROR,
    ESTIMATES_HELD,
    HANDLE_TIME,
    SHORT_ABANDON_RATE,
    TIME_TO_ABANDON,
)
from monitoring.metrics import agents, callbacks, queues

HELD = (Step(0.6, "yellow"), Step(0.7, "green"))

_NOW = Row(
    "Now and in the time shown",
    (
        figure("Waiting", "Callers who wait.", Unit.COUNT, asked.now(queues.CALLS_WAITING)),
        figure(
            "Longest wait",
            "Of the caller who has waited longest; 0 while nobody waits.",
            Unit.SECONDS,
            asked.highest(queues.OLDEST_WAIT),
            LONG_WAIT,
        ),
        figure(
            "Service level",
            "By the formula and within the time chosen above.",
            Unit.SHARE,
            asked.service_level(),
            SERVICE,
            colour="red",
        ),
        figure(
            "Speed of answer",
            f"{ASA.name}: {ASA.expression}.",
            Unit.SECONDS,
            asked.defined(ASA),
            LONG_WAIT,
        ),
        figure(
            "Abandonment",
            f"{ABANDON_RATE.name}: {ABANDON_RATE.expression}.",
            Unit.SHARE,
            asked.defined(ABANDON_RATE),
            LOST,
        ),
        figure(
            "Handle time",
            f"{HANDLE_TIME.name}: {HANDLE_TIME.expression}.",
            Unit.SECONDS,
            asked.defined(HANDLE_TIME),
        ),
    ),
)
_CALLS = Row(
    "What became of the calls",
    (
        bars(
            "Outcomes",
            "Calls in the time shown; those that still wait are in none of them.",
            Unit.COUNT,
            Query(asked.total(queues.CALLS_ANSWERED), "answered"),
            Query(asked.total(queues.CALLS_ABANDONED), "abandoned"),
            Query(asked.total(queues.CALLS_LEFT, "reason"), "left: {{reason}}"),
        ),
        bars(
            "Results",
            "What agents said came of the contacts, in the time shown.",
            Unit.COUNT,
            Query(asked.total(queues.RESULTS_GIVEN, "result"), "{{result}}"),
        ),
        course(
            "Calls a minute",
            "What came in and what became of it.",
            Unit.PER_MINUTE,
            Query(asked.a_minute(queues.CALLS_OFFERED), "offered"),
            Query(asked.a_minute(queues.CALLS_ANSWERED), "answered"),
            Query(asked.a_minute(queues.CALLS_ABANDONED), "abandoned"),
            Query(asked.a_minute(queues.CALLS_LEFT), "left otherwise"),
            width=8,
        ),
        course(
            "Service level, moving",
            "By the formula chosen above, over the moving time chosen above.",
            Unit.SHARE,
            Query(asked.service_level("org", "queue", window=asked.MOVING), asked.QUEUE_NAME),
            steps=SERVICE,
            colour="red",
            width=8,
        ),
    ),
)
_WAITS = Row(
    "How long callers wait",
    (
        bars(
            "Answered within",
            "Answered calls in the time shown whose wait was no longer.",
            Unit.COUNT,
            *(
                Query(asked.within(queues.ANSWERED_WAIT, seconds), f"≤ {seconds} s")
                for seconds in (5, 10, 20, 30, 60, 120, 300, 600)
            ),
        ),
        course(
            "Wait of answered calls, moving",
            "Half, nine of ten and nineteen of twenty answered calls waited no longer.",
            Unit.SECONDS,
            *(
                Query(
                    asked.quantile(rank, queues.ANSWERED_WAIT, window=asked.MOVING),
                    f"{rank:.0%} answered within",
                )
                for rank in (0.5, 0.9, 0.95)
            ),
            width=8,
        ),
        table(
            "Who gives up",
            "How long callers wait before they hang up, and how many of them at once.",
            Unit.SECONDS,
            Query(asked.defined(TIME_TO_ABANDON, "org", "queue"), "time to abandon"),
            Query(asked.defined(SHORT_ABANDON_RATE, "org", "queue"), "short abandons", Unit.SHARE),
        ),
    ),
)
_TARGETS = Row(
    "What queues are to achieve",
    (
        table(
            "Targets",
            "Which share of the callers shall be answered, and within how long; of queues with a"
            " target (“service_level” in organisation.yaml).",
            Unit.SHARE,
            Query(asked.highest(queues.SERVICE_LEVEL_TARGET, "org", "queue"), "target"),
            Query(
                asked.highest(queues.SERVICE_LEVEL_THRESHOLD, "org", "queue"),
                "within",
                Unit.SECONDS,
            ),
        ),
    ),
)
_ESTIMATES = Row(
    "What callers were told",
    (
        figure(
            "Estimates that held",
            f"Waits that lay in the range estimated when they began ({ESTIMATES_HELD.expression});"
            " eight in ten should.",
            Unit.SHARE,
            asked.defined(ESTIMATES_HELD),
            HELD,
            colour="red",
        ),
        bars(
            "Waits by their estimate",
            "Below: answered earlier than the range said; above: later.",
            Unit.COUNT,
            Query(asked.total(queues.ESTIMATED_WAITS, "outcome"), "{{outcome}}"),
        ),
        course(
            "Error of estimates, moving",
            "By how much waits were off what was expected, and by how much they were longer on"
            " average: below zero callers were told too much, above too little.",
            Unit.SECONDS,
            Query(asked.defined(ESTIMATE_ERROR, window=asked.MOVING), "error"),
            Query(asked.defined(ESTIMATE_BIAS, window=asked.MOVING), "bias"),
        ),
    ),
)
_WORK = Row(
    "What the agents make of it",
    (
        course(
            "Conversation and after-call work",
            "Average length, moving.",
            Unit.SECONDS,
            Query(asked.mean(queues.TALK, window=asked.MOVING), "conversation"),
            Query(asked.mean(queues.WRAPUP, window=asked.MOVING), "after-call work"),
        ),
        bars(
            "Offers that came to nothing",
            "A call was offered to an agent, who did not take it.",
            Unit.COUNT,
            Query(asked.total(agents.AGENT_OFFERS_REFUSED, "reason"), "{{reason}}"),
            width=6,
        ),
        figure(
            "Offers a conversation",
            "How many agents were rung until one answered, on average.",
            Unit.NUMBER,
            asked.share(
                asked.total(agents.AGENT_OFFERS),
                f"({asked.total(queues.CALLS_ANSWERED)}"
                f" + {asked.total(callbacks.CALLBACKS_ANSWERED)})",
            ),
            width=6,
        ),
    ),
)
_HANDOVERS = Row(
    "Hold and handing over",
    (
        course(
            "Hold",
            "Average length of a hold, moving; asking a colleague is one.",
            Unit.SECONDS,
            Query(asked.mean(queues.HOLD, window=asked.MOVING), "hold"),
        ),
        bars(
            "Callers handed over",
            "Conversations in the time shown that the agent handed over, by what to.",
            Unit.COUNT,
            Query(asked.total(queues.HANDOVERS, "to"), "{{to}}"),
        ),
    ),
)
QUEUE = Board(
    "queue",
    "Växel: queue",
    "How long callers wait in a queue, what becomes of them, and why.",
    (asked.ORG, asked.QUEUE, asked.FORMULA, asked.THRESHOLD, asked.WINDOW),
    (_NOW, _CALLS, _WAITS, _TARGETS, _ESTIMATES, _WORK, _HANDOVERS),
)
