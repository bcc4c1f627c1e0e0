"""The organisation of the random histories, and what may be drawn in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from acd.model.agent import Agent
from acd.model.callback import CallbackRules
from acd.model.queue import Queue, Strategy

ORG = "city"
QUEUES = (
    Queue("fees", ring_seconds=5, wrapup_seconds=0),
    Queue(
        "support",
        ring_seconds=5,
        wrapup_seconds=6,
        backup_seconds=4,
        result_within_seconds=15,
    ),
)
STAFF = {
    "1": Agent("1", "Ada", ("fees",), {"sv": 10, "da": 3}),
    "2": Agent("2", "Bo", ("support",), {"sv": 5}),
    "3": Agent(
        "3",
        "Cleo",
        ("fees", "support"),
        {"sv": 8, "da": 8, "tax": 5},
        frozenset({"support"}),
        weight=3,
    ),
}
TRAINED = {
    "1": Agent("1", "Ada", ("support", "fees"), {"sv": 2, "tax": 9}, frozenset({"support"})),
    "2": Agent("2", "Bo", ("support",)),
    "3": Agent("3", "Cleo", ("fees",), {"da": 10}),
}
Bullseye = tuple[tuple[int, dict[str, int]], ...]
SWEDISH, DANISH, EXPERT = {"sv": 5}, {"da": 4}, {"tax": 5, "sv": 8}
BULLSEYES: tuple[Bullseye, ...] = (
    (),
    (),
    ((0, SWEDISH),),
    ((0, EXPERT), (3_000, SWEDISH), (9_000, {})),
    ((0, DANISH), (1_000, SWEDISH)),
    ((0, {}), (6_000, DANISH)),
    ((0, {"none.has.it": 1}), (2_000, EXPERT), (2_001, {"none.has.it": 1}), (15_000, {})),
)
CONTACTS = (*(f"c-{number}" for number in range(6)), "vaxel-1763925160.7", "-.å_")
contacts = st.sampled_from(CONTACTS)
queues = st.sampled_from(QUEUES)
staff = st.sampled_from(sorted(STAFF))
controllers = st.sampled_from([0, 1])
NODES = ("a", "b")
nodes = st.sampled_from(NODES)
RULES = CallbackRules(tries=2, every_ms=4_000, ring_ms=2_000, greeting_ms=0, parting_ms=1_000)
AT_ONCE = replace(RULES, every_ms=0, parting_ms=0)
rules = st.sampled_from([RULES, RULES, AT_ONCE])
NUMBERS = [f"+4670174060{last}" for last in range(4)]
numbers = st.sampled_from(NUMBERS)
bullseyes = st.sampled_from(BULLSEYES)
strategies = st.sampled_from(Strategy)
rung_at_once = st.sampled_from([1, 1, 2, 3])
preferred = st.sampled_from(["", "", "1", "3", "nobody"])
PREFERRED_MS = 5_000
JUMPS = -3600, 3600
LONG_AFTER_S = 86_400 * 7
PHONES = ("p1", "p2", "p3")
DESK_STEPS = (
    "login",
    "login",
    "login alone",
    "trained",
    "unpause",
    "unpause",
    "unpause",
    "lunch",
    "meeting",
    "logout",
)


@dataclass
class Need:
    """What a contact requires now, one of these, and from when on what instead."""

    now: list[str]
    later: list[tuple[int, list[str]]]

    def put_off(self, milliseconds: int) -> None:
        self.later = [(at + milliseconds, texts) for at, texts in self.later]

    def pass_time(self, now_ms: int) -> None:
        while self.later and self.later[0][0] <= now_ms:
            _, self.now = self.later.pop(0)
