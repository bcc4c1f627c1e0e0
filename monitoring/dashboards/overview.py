"""How the house does: the first board to look at, one row a queue at its foot."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.beside import CONNECTED, SURVEYS
from monitoring.dashboards.drawn import bars, course, figure, table
from monitoring.dashboards.model import Board, Query, Row, Step, Unit
from monitoring.definitions.key_figures import ABANDON_RATE, ASA, OCCUPANCY
from monitoring.metrics import agents, callbacks, contacts, queues

LONG_WAIT = (Step(120, "yellow"), Step(600, "red"))
SERVICE = (Step(0.7, "yellow"), Step(0.8, "green"))
_NODE = ("org", "tree", "node")
LOST = (Step(0.05, "yellow"), Step(0.1, "red"))
_NOW = Row(
    "Now",
    (
        figure(
            "Waiting",
            "Callers who wait in a queue.",
            Unit.COUNT,
            asked.now(queues.CALLS_WAITING),
            (Step(5, "yellow"), Step(15, "red")),
        ),
        figure(
            "Longest wait",
            "Of the caller who has waited longest; 0 while nobody waits.",
            Unit.SECONDS,
            asked.highest(queues.OLDEST_WAIT),
            LONG_WAIT,
        ),
        figure(
            "Agents ready",
            "Logged in and free for the next caller.",
            Unit.COUNT,
            asked.now(agents.AGENTS, where=f'{asked.OF_ORG},state="ready"'),
        ),
        figure(
            "Conversations",
            "Agents who talk.",
            Unit.COUNT,
            asked.now(agents.AGENTS, where=f'{asked.OF_ORG},state="talking"'),
        ),
        figure(
            "Callbacks promised",
            "Callers who keep their place and are called back.",
            Unit.COUNT,
            asked.now(callbacks.CALLBACKS_OPEN),
        ),
        figure(
            "Warnings",
            "Alert rules that fire; the board “Platform” names them.",
            Unit.COUNT,
            'count(ALERTS{alertstate="firing"}) or vector(0)',
            (Step(1, "red"),),
        ),
    ),
)
_SHOWN = Row(
    "In the time shown",
    (
        figure(
            "Offered",
            "Calls that entered a queue.",
            Unit.COUNT,
            asked.total(queues.CALLS_OFFERED),
            width=3,
        ),
        figure(
            "Answered",
            "Calls that an agent answered.",
            Unit.COUNT,
            asked.total(queues.CALLS_ANSWERED),
            width=3,
        ),
        figure(
            "Abandoned",
            "Callers who hung up while waiting.",
            Unit.COUNT,
            asked.total(queues.CALLS_ABANDONED),
            width=3,
        ),
        figure(
            "Abandonment",
            f"{ABANDON_RATE.name}: {ABANDON_RATE.expression}.",
            Unit.SHARE,
            asked.defined(ABANDON_RATE),
            LOST,
            width=3,
        ),
        figure(
            "Service level",
            "By the formula and within the time chosen above.",
            Unit.SHARE,
            asked.service_level(),
            SERVICE,
            colour="red",
            width=3,
        ),
        figure(
            "Speed of answer",
            f"{ASA.name}: {ASA.expression}.",
            Unit.SECONDS,
            asked.defined(ASA),
            LONG_WAIT,
            width=3,
        ),
        figure(
            "Called back",
            "Callbacks in which caller and agent came to talk.",
            Unit.COUNT,
            asked.total(callbacks.CALLBACKS_ANSWERED),
            width=3,
        ),
        figure(
            "Occupancy",
            f"{OCCUPANCY.name}: {OCCUPANCY.expression}.",
            Unit.SHARE,
            asked.defined(OCCUPANCY, where=asked.OF_ORG),
            (Step(0.85, "yellow"), Step(0.95, "red")),
            width=3,
        ),
    ),
)
_COURSE = Row(
    "Course",
    (
        course(
            "Waiting by queue",
            "Callers who wait.",
            Unit.COUNT,
            Query(asked.now(queues.CALLS_WAITING, "org", "queue"), asked.QUEUE_NAME),
        ),
        course(
            "Calls a minute",
            "What came in and what became of it.",
            Unit.PER_MINUTE,
            Query(asked.a_minute(queues.CALLS_OFFERED), "offered"),
            Query(asked.a_minute(queues.CALLS_ANSWERED), "answered"),
            Query(asked.a_minute(queues.CALLS_ABANDONED), "abandoned"),
            Query(asked.a_minute(queues.CALLS_LEFT), "left otherwise"),
        ),
        course(
            "Service level, moving",
            "By the formula chosen above, over the moving time chosen above.",
            Unit.SHARE,
            Query(asked.service_level("org", "queue", window=asked.MOVING), asked.QUEUE_NAME),
            steps=SERVICE,
            colour="red",
        ),
        course(
            "Agents by state",
            "All agents of the organisation, those who are logged out apart.",
            Unit.COUNT,
            Query(
                asked.now(agents.AGENTS, "state", where=f'{asked.OF_ORG},state!="logged_out"'),
                "{{state}}",
            ),
        ),
    ),
)
_TREES = Row(
    "Call trees",
    (
        figure(
            "Contacts",
            "Calls that came in, whatever they wanted.",
            Unit.COUNT,
            asked.total(contacts.CONTACTS_STARTED, where=asked.OF_ORG),
        ),
        figure(
            "Messages",
            "Voice messages that were left.",
            Unit.COUNT,
            # a mailbox has no figures before its first message
            f"{asked.total(contacts.VOICEMAILS_STORED, where=asked.OF_ORG)} or vector(0)",
        ),
        bars(
            "How contacts ended",
            "By who ended them; failed and lost are faults.",
            Unit.COUNT,
            Query(asked.total(contacts.CONTACTS_ENDED, "reason", where=asked.OF_ORG), "{{reason}}"),
        ),
        bars(
            "Where callers go",
            "The nodes that were visited most.",
            Unit.COUNT,
            Query(
                f"topk(10, {asked.total(contacts.NODE_VISITS, *_NODE, where=asked.OF_ORG)})",
                "{{org}}/{{tree}}: {{node}}",
            ),
        ),
    ),
)

_QUEUES = Row(
    "Queues",
    (
        table(
            "Every queue",
            "Now, and in the time shown. A queue's name leads to its board.",
            Unit.COUNT,
            Query(asked.now(queues.CALLS_WAITING, "org", "queue"), "waiting"),
            Query(asked.highest(queues.OLDEST_WAIT, "org", "queue"), "longest", Unit.SECONDS),
            Query(asked.total(queues.CALLS_OFFERED, "org", "queue"), "offered"),
            Query(asked.total(queues.CALLS_ANSWERED, "org", "queue"), "answered"),
            Query(asked.total(queues.CALLS_ABANDONED, "org", "queue"), "abandoned"),
            Query(asked.service_level("org", "queue"), "service level", Unit.SHARE),
            Query(asked.defined(ASA, "org", "queue"), "speed of answer", Unit.SECONDS),
            Query(asked.now(callbacks.CALLBACKS_OPEN, "org", "queue"), "callbacks"),
            width=24,
        ),
    ),
)
OVERVIEW = Board(
    "overview",
    "Växel: overview",
    "Who waits, who answers, and how well, over all queues.",
    (asked.ORG, asked.QUEUE, asked.FORMULA, asked.THRESHOLD, asked.WINDOW),
    (_NOW, _SHOWN, _COURSE, _QUEUES, _TREES, CONNECTED, SURVEYS),
)
