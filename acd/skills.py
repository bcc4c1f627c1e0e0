"""Skills: what an agent can do and how well, what a contact requires, and how that relaxes.

A skill is a plain name such as ``language.sv`` with a level. A contact requires the least level of
some skills, all at once. As it waits it may require less, step by step: a bullseye whose rings
grow. A step replaces the one before; it need not be contained in it.

Contacts of a queue that require the same stand in one *line*, and an agent is ready in every line
whose skills they have (``acd/scripts/shared/keys.lua``). So a pairing is the first of a line and
the first who is ready in it, and an agent's next contact the longest waiting of their lines: a few
look-ups in sorted sets, however many wait. Finding an agent by their skills when somebody waits
would mean a walk along the idle ones, past all who do not fit. The price is paid by an agent's
every change between ready and busy, once a line that they fit; what call trees can require makes
the lines, so they are few, and those in which nobody stands are forgotten after a while.

To prefer one agent for some time, and to spare backup agents for some time, are first steps too
(:func:`narrowed`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from acd.model.queue import Queue
from acd.names import check_name, check_skills

NAMED = "@"
"""Before an agent's id: the skill of being that agent. Alone: of being no backup in the queue."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a contact requires once it has waited so long, and until the next step.

    Attributes:
        after_ms: Milliseconds since its arrival in the queue.
        skills: The least level of each skill, 1 to 10; empty: any agent of the queue will do.
        agent: This agent and no other, as long as they work for the queue and have the skills.
        own: None but the queue's own agents, as long as one of them works who has the skills; its
            backup agents are left in peace.
    """

    after_ms: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    agent: str = ""
    own: bool = False

    def __post_init__(self) -> None:
        check_skills(self.skills)
        if self.agent:
            check_name("Agent", self.agent)
        if self.after_ms < 0:
            raise ValueError("Requirement: it cannot begin before the contact arrives")

    @property
    def text(self) -> str:
        """The skills in the one form that the scripts know: equal texts are one line.

        Alternatives, where there are some, are parted by ``|``. To be a certain agent, or no
        backup, is a skill like others: so nothing else in the scripts has to know of it.
        """
        ways = [
            *([{**self.skills, f"{NAMED}{self.agent}": 1}] if self.agent else ()),
            *([{**self.skills, NAMED: 1}] if self.own else ()),
            self.skills,
        ]
        return "|".join(
            " ".join(f"{name}>={level}" for name, level in sorted(way.items())) for way in ways
        )


def narrowed(
    require: Sequence[Requirement], *, agent: str = "", agent_ms: int = 0, own_ms: int = 0
) -> tuple[Requirement, ...]:
    """Steps that ask at first for one agent, or for no backups; their own times stay.

    An agent who is preferred comes before that: a backup may be asked for by name. Whoever is asked
    for must have the skills too. Where nobody works who is asked for (logged out, a phone that is
    gone, a pause), the contact is treated as if it did not ask for them; that is looked at when the
    step begins, and a few seconds after the last of them has gone.

    Args:
        require: What is required, step by step; empty for nothing.
        agent: Id of who is preferred, ``""`` for nobody.
        agent_ms: For so long, from the arrival on.
        own_ms: So long the backup agents of the queue are spared.
    """
    agent_ms = agent_ms if agent else 0
    if not agent_ms and not own_ms:
        return tuple(require)
    steps = list(require) or [Requirement()]
    found = []
    for time in sorted({step.after_ms for step in steps} | {agent_ms, own_ms}):
        step = [step for step in steps if step.after_ms <= time][-1]
        found.append(
            replace(
                step,
                after_ms=time,
                agent=agent if time < agent_ms else step.agent,
                own=time < own_ms or step.own,
            )
        )
    return tuple(found)


def sparing_backups(queue: Queue, require: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """What a contact requires in a queue that has backup agents, or none."""
    return narrowed(require, own_ms=queue.backup_seconds * 1000)


def steps_to_wire(require: Sequence[Requirement]) -> tuple[str | int, ...]:
    """The steps as the scripts take them: ``after requirement…``; none that changes nothing.

    Raises:
        ValueError: The first is not at once, or one does not come after the one before.
    """
    if not require:
        return ()
    if require[0].after_ms != 0:
        raise ValueError("Requirement: the first step begins at once, at 0 ms")
    wire: list[str | int] = [0, require[0].text]
    for before, step in pairwise(require):
        if step.after_ms <= before.after_ms:
            raise ValueError("Requirement: each step begins later than the one before")
        if step.text != before.text:
            wire += [step.after_ms, step.text]
    return tuple(wire)
