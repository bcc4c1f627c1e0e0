"""An organisation: what its call trees, its queues and its agents share (``organisation.yaml``)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ivr.flow.after_call import Result, ResultCode, result_faults
from ivr.flow.faults import Located, Strict, fault, faults
from ivr.flow.holidays import Holidays
from ivr.flow.hosts import Host
from ivr.flow.hours import Hours, TimeZone
from ivr.flow.numbers import Number, normalised
from ivr.flow.outgoing_calls import OutgoingCalls
from ivr.flow.patterns import Pattern
from ivr.flow.queues import Queue
from ivr.flow.recording import Days
from ivr.flow.skills import SkillValues
from ivr.flow.staff import (
    Agent,
    AgentId,
    PauseCode,
    PauseReason,
    Supervisor,
    SupervisorId,
    Title,
)
from ivr.flow.standard_texts import StandardTexts
from ivr.flow.strategy import Strategy
from ivr.flow.texts import Text
from ivr.flow.vocabulary import (
    LANGUAGES,
    Identifier,
    LanguageTag,
    NotEmpty,
    Table,
)

VARIANTS = (*(f"f{number}" for number in range(1, 6)), *(f"m{number}" for number in range(1, 9)))
"""Voices that the speech engine has in every language."""


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise fault(
            "unknown_language", f"the language “{value}” is not spoken", name=value, known=LANGUAGES
        )
    return value


def _variant(value: str) -> str:
    if value not in VARIANTS:
        raise fault("unknown_voice", f"no voice is named “{value}”", name=value, known=VARIANTS)
    return value


class Voice(Strict):
    """How the synthetic voice of one language sounds.

    Attributes:
        variant: ``f1`` to ``f5`` are women, ``m1`` to ``m8`` men; the language's plain voice when
            left out.
        speed: Words a minute.
    """

    variant: Annotated[str, AfterValidator(_variant)] | None = None
    speed: Annotated[int, Field(ge=80, le=300)] | None = None


class Callers(Strict):
    """Callers who are treated as what they are.

    Attributes:
        blocked: Numbers, or all that begin so (``+46 900*``), for the node ``recognise``.
        vip: Likewise.
        keep_days: So long it is kept that a number has called, and in which language its caller
            wants to be spoken to.
    """

    blocked: tuple[Pattern, ...] = ()
    vip: tuple[Pattern, ...] = ()
    keep_days: Annotated[int, Days()] = Field(90, alias="keep")


class Audit(Strict):
    """What is kept of supervisors' acts; see ``vaxel audit``.

    Attributes:
        keep_days: So long it can be said who has listened to whom, or paused whom.
    """

    keep_days: Annotated[int, Days()] = Field(730, alias="keep")


class Organisation(Strict):
    """One organisation.

    Attributes:
        id: In events, keys and paths; the same for ever.
        name: As people say it; the variable ``organisation`` of every text.
        number: Shown to people who are called back; the first full number of its trees when left
            out.
        time_zone: For opening hours that name none.
        languages: Declared languages, each text exists in all of them; the first is the default.
        holidays: The days that opening hours treat as holidays; none when left out.
        voices: How the synthetic voice sounds, by language.
        hours: Opening hours by name.
        queue_defaults: What each queue has where it says nothing else; reading the files works it
            into ``queues``.
        queues: Queues by name.
        skills: Kinds of skills and the values of each, e.g. ``subject: [fees, places]``.
        agents: Agents by number, e.g. ``"4001"``.
        supervisors: Supervisors by number; one who is an agent too has the same number, and PIN.
        pauses: Reasons for a pause by the digit that an agent presses.
        results: What can come of a contact, by the digits that an agent presses.
        texts: Standard texts.
        callers: Whom the node ``recognise`` knows.
        audit: How long it is kept what supervisors have done.
        announcements: What can be switched on for everybody, by name.
        http_hosts: What the node ``http`` may ask; nothing when left out.
        transfers: Whom the node ``transfer`` may dial; nobody when left out.
        outgoing_calls: Whom agents may call of their own accord, likewise.
    """

    id: Identifier
    name: Title
    number: Number | None = None
    time_zone: TimeZone
    languages: Annotated[tuple[Annotated[str, AfterValidator(_language)], ...], NotEmpty]
    holidays: Holidays | None = None
    voices: Table[LanguageTag, Voice] = Field(default_factory=dict)
    hours: Table[Identifier, Hours] = Field(default_factory=dict)
    queue_defaults: Queue | None = None
    queues: Table[Identifier, Queue] = Field(default_factory=dict)
    skills: Table[Identifier, SkillValues] = Field(default_factory=dict)
    agents: Table[AgentId, Agent] = Field(default_factory=dict)
    supervisors: Table[SupervisorId, Supervisor] = Field(default_factory=dict)
    pauses: Table[PauseCode, PauseReason] = Field(default_factory=dict)
    results: Table[ResultCode, Result] = Field(default_factory=dict)
    texts: StandardTexts
    callers: Callers = Callers()
    audit: Audit = Audit()
    announcements: Table[Identifier, Text] = Field(default_factory=dict)
    http_hosts: tuple[Host, ...] = ()
    transfers: tuple[Pattern, ...] = ()
    outgoing_calls: OutgoingCalls | None = None

    @property
    def default_language(self) -> str:
        """The language of a call until the caller chooses."""
        return self.languages[0]

    @property
    def people(self) -> tuple[str, ...]:
        """The numbers of all who have a PIN: agents and supervisors, each once."""
        return tuple(dict.fromkeys((*self.agents, *self.supervisors)))

    @model_validator(mode="after")
    def _hours_keep_holidays(self) -> Self:
        for hours in self.hours.values():
            hours.keep(self.holidays)
        return self

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        languages = [
            (("languages", index), fault("language_twice", f"“{tag}” is given twice"))
            for index, tag in enumerate(self.languages)
            if tag in self.languages[:index]
        ]
        reasons = list(self.pauses.items())
        pauses = [
            (("pauses", code, "key"), fault("pause_twice", f"“{reason.key}” is given twice"))
            for index, (code, reason) in enumerate(reasons)
            if any(reason.key == earlier.key for _, earlier in reasons[:index])
        ]
        outside = [
            (agent, normalised(one.remote)) for agent, one in self.agents.items() if one.remote
        ]
        remotes = [
            (("agents", agent, "remote"), fault("remote_twice", "another agent has this number"))
            for index, (agent, number) in enumerate(outside)
            if any(number == earlier for _, earlier in outside[:index])
        ]
        keyed = [(name, queue.transfer_key) for name, queue in self.queues.items()]
        queues = [
            (
                ("queues", name, "transfer_key"),
                fault("transfer_key_twice", f"“{key}” stands for another queue already"),
            )
            for index, (name, key) in enumerate(keyed)
            if key is not None and any(key == earlier for _, earlier in keyed[:index])
        ]
        faults("Organisation", [*languages, *pauses, *remotes, *queues])
        return self

    @model_validator(mode="after")
    def _the_best_can_be_told(self) -> Self:
        equal: list[Located] = [
            (
                ("queues", name, "strategy"),
                fault(
                    "no_skills",
                    "no skills are declared: no agent is better than the other",
                    advice="declare “skills: …” and give them to the agents, or choose another",
                ),
            )
            for name, queue in self.queues.items()
            if queue.strategy is Strategy.BEST_SKILL and not self.skills
        ]
        faults("Organisation", equal)
        return self

    @model_validator(mode="after")
    def _results_are_known(self) -> Self:
        faults("Organisation", result_faults(self.results, self.queues))
        return self

    @model_validator(mode="after")
    def _callbacks_have_words(self) -> Self:
        wordless: list[Located] = [
            (
                ("queues", name, "callback"),
                fault(
                    "no_callback_texts",
                    "nothing is written that callers would hear about it",
                    advice="add “texts: callback: …”, as in dialplans/base.yaml",
                ),
            )
            for name, queue in self.queues.items()
            if queue.callback is not None and self.texts.callback is None
        ]
        faults("Organisation", wordless)
        return self

    @model_validator(mode="after")
    def _supervisors_are_somebody(self) -> Self:
        found: list[Located] = []
        for number, one in self.supervisors.items():
            agent = self.agents.get(number)
            if agent is not None and agent.name != one.name:
                found.append(
                    (
                        ("supervisors", number),
                        fault(
                            "number_of_another",
                            f"the agent {agent.name} has this number",
                            advice="they would share a PIN: give one of them another number",
                        ),
                    )
                )
        if self.supervisors and self.texts.supervision is None:
            found.append(
                (
                    ("supervisors",),
                    fault(
                        "no_supervision_texts",
                        "nothing is written that supervisors would hear",
                        advice="add “texts: supervision: …”, as in dialplans/base.yaml",
                    ),
                )
            )
        faults("Organisation", found)
        return self

    @model_validator(mode="after")
    def _outgoing_calls_have_words(self) -> Self:
        if self.outgoing_calls is not None and self.texts.outgoing_calls is None:
            wordless = fault(
                "no_outgoing_texts",
                "nothing is written that agents would hear about their calls",
                advice="add “texts: outgoing_calls: …”, as in dialplans/base.yaml",
            )
            faults("Organisation", [(("outgoing_calls",), wordless)])
        return self

    @model_validator(mode="after")
    def _agents_outside_have_words(self) -> Self:
        wordless: list[Located] = [
            (
                ("agents", agent, "remote"),
                fault(
                    "no_remote_texts",
                    "nothing is written that agents outside would hear",
                    advice="add “texts: remote: …”, as in dialplans/base.yaml",
                ),
            )
            for agent, one in self.agents.items()
            if one.remote is not None and self.texts.remote is None
        ]
        faults("Organisation", wordless)
        return self
