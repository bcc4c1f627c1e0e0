"""The language of tests: what a file of them says."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import StringConstraints, model_validator

from ivr.flow.faults import Strict, fault
from ivr.flow.requirement import TestedRequirement
from ivr.flow.trace import EndReason
from ivr.flow.trials.acts import Act
from ivr.flow.trials.given import Given
from ivr.flow.trials.words import Hearable, OneOf, Several, TreeValue
from ivr.flow.vocabulary import Identifier, LanguageTag, NotEmpty, QueueName, Table, Target

Title: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Ending: TypeAlias = Annotated[str, OneOf.these(EndReason, "a way for a call to end")]


class Then(Strict):
    """What shall come of the call; whatever is left out may be as it is.

    Attributes:
        hears: What the caller hears, in this order; more may be said between.
        not_hears: What the caller never hears.
        reaches: The queues that the caller comes to, in this order; more may lie between.
        require: What the agent must be able to do in the queues that the caller comes to, as the
            wait begins, in this order; ``none`` where anybody of the queue will do.
        prefers: The agent whom the caller shall have at first in the queues that they come to, in
            this order; ``none`` where nobody is preferred.
        dials: Whom the call is transferred to, in this order.
        sends: The text messages that are sent, in this order.
        by: The nodes that the call comes by, likewise.
        at: The last node.
        ends: Who ends the call: ``caller``, ``tree``, or ``failed`` when it cannot go on.
        language: What the caller listens in at the end.
        values: What nodes have set in the end.
        message: The mailbox in which the caller leaves a message; ``none`` for no message.
    """

    hears: Several[Hearable] | None = None
    not_hears: Several[Hearable] | None = None
    reaches: Several[QueueName] | None = None
    require: Several[TestedRequirement] | None = None
    prefers: Several[str] | None = None
    dials: Several[str] | None = None
    sends: Several[Hearable] | None = None
    by: Several[Target] | None = None
    at: Target | None = None
    ends: Ending | None = None
    language: LanguageTag | None = None
    values: Annotated[Table[TreeValue, str], NotEmpty] | None = None
    message: Identifier | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set:
            raise fault(
                "expects_nothing",
                "a test must expect something",
                advice="add “reaches: …”, the queue, or “hears: …”, what is said",
            )
        return self


class Trial(Strict):
    """One test.

    Attributes:
        given: What is so when the call comes.
        when: What the caller does, one act each time that the call waits for them.
        then: What shall come of it.
    """

    given: Given = Given()
    when: Several[Act] | None = None
    then: Then


class TrialFile(Strict):
    """The tests of one tree.

    Attributes:
        given: What is so in every test; a test's own ``given`` wins.
        tests: By a sentence that says what is tested.
    """

    given: Given = Given()
    tests: Annotated[Table[Title, Trial], NotEmpty]
