"""Skills: what an agent can do and how well, what a contact requires, and how that relaxes.

A skill is a plain name such as ``language.sv`` with a level. A contact requires the least level of
some skills, all at once. As it waits it may require less, step by step: a bullseye whose rings
grow. A step replaces the one before; it need not be contained in it.

Contacts of a queue that require the same stand in one *line*, and an agent is ready in every line
whose skills they have (``acd/scripts/lib.lua``). So a pairing is the first of a line and the first
who is ready in it, and an agent's next contact the longest waiting of their lines: a few look-ups
in sorted sets, however many wait. Finding an agent by their skills when somebody waits would mean
a walk along the idle ones, past all who do not fit. The price is paid by an agent's every change
between ready and busy, once a line that they fit; what call trees can require makes the lines, so
they are few, and those in which nobody stands are forgotten after a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from acd.model import check_skills


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a contact requires once it has waited so long, and until the next step.

    Attributes:
        after_ms: Milliseconds since its arrival in the queue.
        skills: The least level of each skill, 1 to 10; empty: any agent of the queue will do.
    """

    after_ms: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_skills(self.skills)
        if self.after_ms < 0:
            raise ValueError("Requirement: it cannot begin before the contact arrives")

    @property
    def text(self) -> str:
        """The skills in the one form that the scripts know: equal texts are one line."""
        return " ".join(f"{name}>={level}" for name, level in sorted(self.skills.items()))


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
