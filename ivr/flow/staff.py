"""Who works for an organisation: agents, supervisors, and why agents take no calls for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ivr.flow.faults import Located, Strict, fault, faults
from ivr.flow.numbers import FullNumber
from ivr.flow.skills import AgentSkills, by_skill
from ivr.flow.strategy import Weight
from ivr.flow.supervision import KnownRight
from ivr.flow.texts import Text
from ivr.flow.vocabulary import Form, Identifier, NotEmpty, QueueName

NOT_ANSWERING = "not_answering"
"""The pause that the ACD itself sets; no organisation may use its key."""


def _not_reserved(value: str) -> str:
    if value == NOT_ANSWERING:
        raise fault(
            "reserved_pause", f"“{value}” is set by the queue itself", advice="choose another key"
        )
    return value


Title: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)
]
AgentId: TypeAlias = Annotated[str, Form("[0-9]{2,8}", "agent's number", "use 2 to 8 digits")]
SupervisorId: TypeAlias = Annotated[
    str, Form("[0-9]{2,8}", "supervisor's number", "use 2 to 8 digits")
]
PauseCode: TypeAlias = Annotated[str, Form("[0-9]", "code of a pause", "use one digit")]


class Agent(Strict):
    """A person who answers. Their PIN is a secret and never stands in these files.

    Attributes:
        queues: Those that they serve.
        backup: Those that they help out, when callers have waited for ``backup_after``.
        skills: What they can do, by kind: a list of values, or the level 1 to 10 of each, by which
            a queue can ask for more than a beginner.
        auto_answer: Whether their phone is asked to answer by itself, after which they hear a short
            tone and then the caller. For people who wear a headset: no queue can ask for it, since
            at a phone without one the caller would talk to a table.
        weight: 1 to 100; where a queue's strategy is ``weighted_random``, an agent of weight 3 is
            chosen three times as often as one of weight 1.
        remote: The number of their telephone outside, such as a mobile one. They log in from there
            (node ``agent_desk``) and are rung there while they are; key 1 takes a call.
    """

    name: Title
    queues: tuple[QueueName, ...] = ()
    backup: tuple[QueueName, ...] = ()
    skills: Annotated[Mapping[str, Mapping[str, int]], AgentSkills()] = Field(default_factory=dict)
    auto_answer: bool = False
    weight: Weight = 1
    remote: FullNumber | None = None

    @property
    def serves(self) -> tuple[str, ...]:
        """All queues whose callers they may be given."""
        return (*self.queues, *self.backup)

    @model_validator(mode="after")
    def _serves_something_once(self) -> Self:
        if not self.serves:
            raise fault(
                "no_queue",
                "this agent serves no queue",
                advice="add “queues: [...]”, or “backup: [...]” for those that they help out",
            )
        twice: list[Located] = [
            (
                ("backup", index),
                fault(
                    "backup_twice",
                    f"they serve “{queue}” anyway",
                    advice="leave it in one of “queues” and “backup”",
                ),
            )
            for index, queue in enumerate(self.backup)
            if queue in self.queues
        ]
        faults("Agent", twice)
        return self

    @property
    def levels(self) -> Mapping[str, int]:
        """Their level by skill, e.g. ``{"language.sv": 1, "subject.fees": 3}``."""
        return by_skill(self.skills)


class Supervisor(Strict):
    """A person who leads agents from a phone. They have a PIN as agents have.

    Attributes:
        may: What they may do with the agents of the organisation.
    """

    name: Title
    may: Annotated[tuple[KnownRight, ...], NotEmpty]


class PauseReason(Strict):
    """Why an agent takes no calls: the key for figures, the text that the agent hears."""

    key: Annotated[Identifier, AfterValidator(_not_reserved)]
    say: Text
