"""In which order agents and contacts are served, told anew from what is known of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from acd.model.queue import Strategy
from store.events import Event, EventType

DIGITS = 14
MISSED = 2  # digits, in front
DEFAULT = Strategy.LONGEST_IDLE, 1, 1


def strategies_of(raw: Mapping[str, Any]) -> dict[str, tuple[Strategy, int, int]]:
    """Strategy, weight and how many are rung at once, of each queue that has others than usual."""
    queues = {name: text for name, text in raw["strategies"].items() if "|" not in name}
    told = {name: text.split("|") for name, text in queues.items()}
    return {
        name: (Strategy(one), int(weight), int(rung)) for name, (one, weight, rung) in told.items()
    }


def rank_of(
    strategy: Strategy, agent: Mapping[str, Any], queue: str, required: Mapping[str, int]
) -> int | None:
    """The lower the earlier; ``None`` where it is drawn."""
    match strategy:
        case Strategy.LONGEST_IDLE:
            return 0
        case Strategy.FEWEST_CALLS:
            return int(agent.get("calls", {}).get(queue, 0))
        case Strategy.ROUND_ROBIN:
            return int(agent.get("offered", {}).get(queue, agent["login"]))
        case Strategy.LEAST_OCCUPIED:
            return int(agent.get("occupancy", 0))
        case Strategy.BEST_SKILL:
            skills = agent.get("skills", {})
            return sum(10 - int(skills[name]) for name in required if not name.startswith("@"))
        case Strategy.WEIGHTED_RANDOM:
            return None


def check_ready(
    raw: Mapping[str, Any],
    offerable: Mapping[str, Mapping[str, Any]],
    served: Mapping[str, set[str]],
    lines: Mapping[str, Mapping[str, int]],
) -> None:
    """Every agent who can be offered something stands where the strategies want it.

    Args:
        raw: All keys by name, as Redis holds them.
        offerable: Records of these agents.
        served: The lines of each.
        lines: What each line beside the plain ones requires.
    """
    strategies = strategies_of(raw)
    drawn = {
        name.partition("|")[2]: int(rank)
        for name, rank in raw["strategies"].items()
        if name.startswith("drawn|")
    }
    for line in drawn:
        queue = line.partition("|")[0]
        assert strategies[queue][0] is Strategy.WEIGHTED_RANDOM
        assert line == queue or line in lines
    entries = set()
    for name, agent in offerable.items():
        keys = dict(agent.get("keys", {}))
        for line in served[name]:
            queue = line.partition("|")[0]
            strategy, *_ = strategies.get(queue, DEFAULT)
            idle = f"{agent['idle']:0{DIGITS}d}"
            if strategy is Strategy.LONGEST_IDLE:
                entries.add(f"{line}|{idle}|{name}")
                continue
            key = keys.pop(line)
            entries.add(f"{line}|{key}|{name}")
            missed = 0 if strategy is Strategy.ROUND_ROBIN else agent.get("missed", 0)
            rank = rank_of(strategy, agent, queue, lines.get(line, {}))
            assert int(key[:MISSED]) == missed
            if rank is not None:
                assert int(key[MISSED:-DIGITS]) == rank
            elif not missed and "alone" not in agent:  # who is rung alone may be passed over
                assert int(key[MISSED:-DIGITS]) > drawn.get(line, 0)
            assert key[-DIGITS:] == idle
        assert not keys
    assert set(raw["ready"]) == entries


def place_of(raw: Mapping[str, Any], line: str, agent: str) -> tuple[int, int]:
    """Where a ready agent stands in a line: (missed and rank, idle since), the least is first."""
    queue = line.partition("|")[0]
    strategy, *_ = strategies_of(raw).get(queue, DEFAULT)
    entry = re.compile(rf"{re.escape(line)}\|(\d+)\|{agent}")
    (key,) = (found[1] for one in raw["ready"] if (found := entry.fullmatch(one)))
    rank = 0 if strategy is Strategy.LONGEST_IDLE else int(key[:-DIGITS])
    return rank, int(key[-DIGITS:])


@dataclass
class Deeds:
    """What agents have done since their login, by the events alone.

    Attributes:
        login: When.
        calls: Answered, by (agent, queue).
        offered: The last time that a queue offered a contact, by (agent, queue).
        occupied: Milliseconds of conversations and after-call work that are over.
        occupancy: Thousandths of the time since the login, when the agent became ready.
        busy: Since when such a time goes on.
        wraps_up: Who does after-call work.
    """

    login: dict[str, int] = field(default_factory=dict)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    offered: dict[tuple[str, str], int] = field(default_factory=dict)
    occupied: Counter[str] = field(default_factory=Counter)
    occupancy: dict[str, int] = field(default_factory=dict)
    busy: dict[str, int] = field(default_factory=dict)
    wraps_up: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """The next event."""
        agent, key = event.agent, (event.agent, event.queue)
        match event.type:
            case EventType.AGENT_LOGGED_IN:
                self.login[agent] = event.at
            case EventType.CALL_OFFERED:
                self.offered[key] = event.at
            case EventType.CALL_ANSWERED | EventType.CALLBACK_ANSWERED:
                self.calls[key] += 1
                self.busy[agent] = event.at
                self.wraps_up.discard(agent)
            case EventType.CALL_CONSULT_ANSWERED | EventType.CALL_TAKEN_OVER:
                self.busy.setdefault(agent, event.at)
                self.wraps_up.discard(agent)
            case EventType.AGENT_WRAPUP if agent in self.wraps_up:
                return  # it ends at another time
            case EventType.AGENT_READY | EventType.AGENT_PAUSED | EventType.AGENT_WRAPUP:
                if agent in self.busy:
                    self.occupied[agent] += max(0, event.at - self.busy.pop(agent))
                self.wraps_up.discard(agent)
                if event.type is EventType.AGENT_WRAPUP:
                    self.busy[agent] = event.at
                    self.wraps_up.add(agent)
                elif event.type is EventType.AGENT_READY:
                    past = max(1, event.at - self.login[agent])
                    self.occupancy[agent] = 1000 * self.occupied[agent] // past
            case EventType.AGENT_LOGGED_OUT:
                self._forget(agent)

    def _forget(self, agent: str) -> None:
        self.wraps_up.discard(agent)
        for kept in (self.login, self.occupied, self.occupancy, self.busy):
            kept.pop(agent, None)
        for known in (self.calls, self.offered):
            for key in [key for key in known if key[0] == agent]:
                del known[key]

    def check(self, crew: Mapping[str, Mapping[str, Any]]) -> None:
        """The agents' records say the same."""
        for name, agent in crew.items():
            assert agent["login"] == self.login[name]
            assert agent.get("occupied", 0) == self.occupied[name]
            assert agent.get("occupancy", 0) == self.occupancy.get(name, 0)
        assert self.calls == Counter(
            {
                (name, queue): number
                for name, agent in crew.items()
                for queue, number in agent.get("calls", {}).items()
            }
        )
        assert self.offered == {
            (name, queue): when
            for name, agent in crew.items()
            for queue, when in agent.get("offered", {}).items()
        }
