"""What Redis keeps of an organisation must agree with itself, whatever has happened."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Any

from redis.asyncio import Redis

from store.stream import stream_key
from tests.integration.acd.orders import check_ready

READY_SCORE = 1

HASHES = [
    "contacts",
    "agents",
    "phones",
    "numbers",
    "heads",
    "holders",
    "pace",
    "devices",
    "strategies",
]
SORTED = ["waiting", "arrivals", "ready", "members", "states", "owned", "due", "callbacks", "lines"]


async def kept_in(redis: Redis, org: str) -> dict[str, Any]:
    """All that Redis keeps of an organisation at one instant, by the key's last word."""
    pipe = redis.pipeline(transaction=True)
    for name in HASHES:
        pipe.hgetall(f"vaxel:{{{org}}}:{name}")
    for name in SORTED:
        pipe.zrange(f"vaxel:{{{org}}}:{name}", 0, -1, withscores=True)
    pipe.smembers(f"vaxel:{{{org}}}:adrift")
    pipe.xlen(stream_key(org))
    replies = await pipe.execute()
    raw = dict(zip((*HASHES, *SORTED, "adrift", "events"), replies, strict=True))
    return raw | {name: dict(raw[name]) for name in SORTED}


def fits(name: str, agent: Mapping[str, Any], queue: str, required: Mapping[str, int]) -> bool:
    """Whether an agent, as Redis keeps them, can do what is required in a queue."""
    skills = dict(agent.get("skills", {})) | {f"@{name}": 1}
    if queue not in agent.get("backup", {}):
        skills["@"] = 1
    return all(skills.get(skill, 0) >= level for skill, level in required.items())


def known_lines(raw: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """What each line beside the plain ones requires; its name follows from that."""
    lines: dict[str, dict[str, int]] = {}
    for member in raw["lines"]:
        queue, digest, text = member.split("|")
        mark = "+@" if "@" in text else "+"
        assert digest == mark + hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:10]
        skills = [skill.split(">=") for skill in text.split(" ")]
        assert text == " ".join(f"{name}>={level}" for name, level in sorted(skills))
        lines[f"{queue}|{digest}"] = {name: int(level) for name, level in skills}
    return lines


def line_of(queue: str, digest: str) -> str:
    return f"{queue}|{digest}" if digest else queue


def heads_of(waiting: Iterable[str], lines: Container[str]) -> dict[str, str]:
    """The first of each of these lines."""
    heads: dict[str, str] = {}
    for member in sorted(waiting):
        line, time, name = member.rsplit("|", 2)
        if line in lines:
            heads.setdefault(line, f"{time}|{name}")
    return heads


def device_of(raw: Mapping[str, Any], phone: str) -> tuple[str | None, str | None]:
    """Why a phone cannot be rung, and where it is: what the living nodes say of it together."""
    if phone not in raw["devices"]:
        return None, None
    words = [word.split("=") for word in raw["devices"][phone].split(" ")]
    assert len({node for node, _ in words}) == len(words), "a node has one word"
    there = [
        (node, state)
        for node, state in words
        if f"node|{node}" in raw["due"] and state != "unreachable"
    ]
    for node, state in there:
        if state == "in_use":
            return state, node
    return (None, there[0][0]) if there else ("unreachable", None)


def check_devices(raw: Mapping[str, Any], crew: Iterable[Mapping[str, Any]]) -> None:
    """The agents' phones are as the nodes say, and no node is both alive and dead."""
    for a in crew:
        assert (a.get("away"), a.get("node")) == device_of(raw, a["phone"])
        assert ("stood" in a) == (a["state"] == "ready" and "away" in a)
        assert "gone" not in a or a["away"] == "unreachable"
        assert "calling" not in a or ("away" in a and "contact" not in a)
    dead = {member[5:] for member in raw["due"] if member.startswith("lost|")}
    assert not any(f"node|{node}" in raw["due"] for node in dead)


def nobody_waits_in_vain(
    waiting: Iterable[Mapping[str, Any]], at_work: Container[str], perhaps_empty: Container[str]
) -> None:
    """Nobody waits for one who does not work, while others would do; but until the next sweep."""
    for c in waiting:
        line = line_of(c["queue"], c.get("line", ""))
        assert line in at_work or "instead" not in c or f"empty|{line}" in perhaps_empty


def check_holders(
    raw: Mapping[str, Any], unanswered: Iterable[Mapping[str, Any]], lines: Iterable[str]
) -> None:
    """Each line beside the plain ones knows how many are in it or going to it."""
    held = Counter[str]()
    for c in unanswered:
        later = (digest for _, *digests in c.get("relax", []) for digest in digests)
        digests = filter(None, [c.get("line", ""), *c.get("instead", []), *later])
        held.update(line_of(c["queue"], digest) for digest in digests)
    assert {line: int(count) for line, count in raw["holders"].items()} == {
        line: held.pop(line, 0) for line in lines
    }
    assert not held, "somebody stands in a line that is not known"


def check_pace(raw: Mapping[str, Any], crew: Iterable[Mapping[str, Any]]) -> None:
    """What estimates rest on: whoever works, and will after the call too, adds to the capacity."""
    given: Counter[str] = Counter()
    for a in crew:
        works = a["state"] != "paused" and "after" not in a and "gone" not in a
        assert works == ("shares" in a)
        if works:
            assert 0.99 < sum(a["shares"]) / 1_000_000 <= 1
            given.update(dict(zip(a["queues"], a["shares"], strict=True)))
    kept = raw["pace"].items()
    capacity = {name[9:]: int(sum_) for name, sum_ in kept if name.startswith("capacity|")}
    assert capacity == given


def check_last_contacts(
    people: Mapping[str, Mapping[str, Any]], crew: Mapping[str, Mapping[str, Any]]
) -> None:
    """Whoever owes a result has none and is not ready; whoever talks does so with their last."""
    for name, a in crew.items():
        last = a.get("last", {})
        assert "owed" not in last or (a["state"] in ("wrapup", "paused") and "result" not in last)
        if a["state"] == "talking" and people[a["contact"]]["agent"] == name:
            assert last["contact"] == a["contact"]


def consulted(
    people: Mapping[str, Mapping[str, Any]],
    crew: Mapping[str, Mapping[str, Any]],
    pairs: set[tuple[str, str]],
) -> set[tuple[str, str]]:
    """Each agent who is asked during a conversation, and is in none, with its contact."""
    consults = {name: c["consult"] for name, c in people.items() if "consult" in c}
    assert all(people[name]["state"] == "talking" for name in consults)
    asked = {(one["agent"], name) for name, one in consults.items() if "agent" in one}
    assert all(crew[agent]["state"] in ("reserved", "talking") for agent, _ in asked)
    assert not pairs & asked
    return asked


def check_indexes(raw: Mapping[str, Any]) -> None:
    """Everybody is in one place, and every index tells the same as the records.

    Args:
        raw: All keys by name, as Redis holds them.
    """
    people = {name: json.loads(text) for name, text in raw["contacts"].items()}
    crew = {name: json.loads(text) for name, text in raw["agents"].items()}
    check_last_contacts(people, crew)
    lines = known_lines(raw)

    def entry(queue: str, time: float, name: str) -> str:
        return f"{queue}|{time:014.0f}|{name}"

    def those(state: str) -> dict[str, dict[str, Any]]:
        return {name: person for name, person in people.items() if person["state"] == state}

    assert set(raw["waiting"]) == {
        entry(line_of(c["queue"], c.get("line", "")), c["effective"], name)
        for name, c in those("waiting").items()
    }
    assert raw["heads"] == heads_of(raw["waiting"], lines)
    unanswered = {name: c for name, c in people.items() if c["state"] != "talking"}
    wanted = {name: c for name, c in unanswered.items() if "callback" in c}
    assert set(raw["arrivals"]) == {
        entry(c["queue"], c["arrived"], name)
        for name, c in unanswered.items()
        if name not in wanted
    }
    assert set(raw["callbacks"]) == {
        entry(c["queue"], c["promised"], name) for name, c in wanted.items()
    }
    assert raw["numbers"] == {c["number"]: name for name, c in wanted.items()}
    assert {name for name, c in people.items() if not c["owner"]} == {
        name
        for name, c in wanted.items()
        if c["state"] in ("scheduled", "waiting") and "live" not in c
    }
    # Once cancelled, a callback is under way or gone, and nobody is called anew.
    assert all("live" in c or "dialled" in c for c in wanted.values() if "cancelled" in c)
    assert set(raw["owned"]) == {f"{c['owner']}|{name}" for name, c in people.items()}
    check_holders(raw, unanswered.values(), lines)
    served = {
        name: {
            *a["queues"],
            *(
                line
                for line, required in lines.items()
                if (queue := line.partition("|")[0]) in a["queues"]
                and fits(name, a, queue, required)
            ),
        }
        for name, a in crew.items()
    }
    there = {name: a for name, a in crew.items() if "gone" not in a}
    for name, a in there.items():
        assert sorted(a.get("lines", a["queues"])) == sorted(served[name])
    check_devices(raw, crew.values())
    offerable = {name: a for name, a in crew.items() if a["state"] == "ready" and "away" not in a}
    assert all(("keys" in a) <= (name in offerable) for name, a in crew.items())
    check_ready(raw, offerable, served, lines)
    assert set(raw["members"]) == {f"{line}|{name}" for name in there for line in served[name]}
    assert raw["phones"] == {a["phone"]: name for name, a in crew.items()}
    assert set(raw["states"]) == set(crew)
    counted = {name for name, score in raw["states"].items() if score == READY_SCORE}
    assert counted == set(offerable)
    alive = {member for member in raw["due"] if member.startswith("controller|")}
    assert all(f"controller|{c['owner']}" in alive for c in those("waiting").values() if c["owner"])
    nodes = {member for member in raw["due"] if member.startswith(("node|", "lost|"))}
    perhaps_empty = {member for member in raw["due"] if member.startswith("empty|")}
    assert {member[6:] for member in perhaps_empty} <= set(lines)
    at_work = {line for name, a in there.items() if "shares" in a for line in served[name]}
    nobody_waits_in_vain(those("waiting").values(), at_work, perhaps_empty)
    assert set(raw["due"]) - alive - nodes - perhaps_empty == (
        {f"offer|{name}" for name in those("reserved")}
        | {f"orphan|{name}" for name in those("orphan")}
        | {f"callback|{name}" for name in those("scheduled")}
        | {f"wrapup|{name}" for name, a in crew.items() if a["state"] == "wrapup"}
        | {f"phone|{name}" for name, a in there.items() if a.get("away") == "unreachable"}
        | {f"relax|{name}" for name, c in unanswered.items() if "relax" in c}
        | {f"line|{line}" for line, count in raw["holders"].items() if count == "0"}
    )
    assert raw["adrift"] == set(those("orphan")) | {
        name for name, c in those("talking").items() if f"controller|{c['owner']}" not in alive
    }
    check_pace(raw, crew.values())
    rung = {name: [c["agent"], *c.get("beside", [])] for name, c in people.items() if "agent" in c}
    for name, agents in rung.items():
        several = people[name]["state"] == "reserved" and "callback" not in people[name]
        assert len(agents) == 1 or (several and not any("alone" in crew[one] for one in agents))
        assert "beside" not in people[name] or agents[1:], "an empty list is none"
    pairs = {(agent, name) for name, agents in rung.items() for agent in agents}
    pairs |= consulted(people, crew, pairs)
    assert pairs == {(name, a["contact"]) for name, a in crew.items() if "contact" in a}
