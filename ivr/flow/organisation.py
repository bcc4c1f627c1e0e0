"""An organisation: what its call trees, its queues and its agents share (``organisation.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ivr.flow.after_call import AfterCall, AfterCallTexts, Result, ResultCode, result_faults
from ivr.flow.callback import CallbackOffer, CallbackTexts
from ivr.flow.faults import Located, Strict, fault, faults
from ivr.flow.holidays import Holidays
from ivr.flow.hosts import Host
from ivr.flow.hours import Hours, TimeZone
from ivr.flow.lengths import Length
from ivr.flow.numbers import FullNumber, Number, normalised
from ivr.flow.outgoing_calls import OutgoingCalls, OutgoingCallTexts
from ivr.flow.own_state import OwnStateTexts
from ivr.flow.patterns import Pattern
from ivr.flow.recording import Days, RecordingPolicy
from ivr.flow.remote import RemoteTexts
from ivr.flow.service_level import ServiceLevel
from ivr.flow.skills import AgentSkills, SkillValues, by_skill
from ivr.flow.standard_texts import CollectTexts, HandoverTexts, PinTexts, SurveyTexts
from ivr.flow.strategy import Chosen, Strategy, Weight
from ivr.flow.supervision import KnownRight, SupervisionPolicy, SupervisionTexts
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import (
    LANGUAGES,
    Form,
    HoursName,
    Identifier,
    LanguageTag,
    NotEmpty,
    QueueName,
    Table,
)

NOT_ANSWERING = "not_answering"
"""The pause that the ACD itself sets; no organisation may use its key."""

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
TransferKey: TypeAlias = Annotated[
    str, Form("[0-9]{1,3}", "key of a queue", "use 1 to 3 digits, such as 1")
]
PauseCode: TypeAlias = Annotated[str, Form("[0-9]", "code of a pause", "use one digit")]


class Queue(AfterCall):
    """How calls wait and are handed out.

    Attributes:
        ring_seconds: How long one agent's phone rings.
        missed_offers: So many calls in a row that ring in vain pause an agent. One when left out:
            each more costs callers a whole ring at a chair that may be empty.
        strategy: Which of the agents who are ready is offered a call.
        weight: 1 to 100. For agents of several queues each second that a caller has waited in this
            one counts so many times: the higher, the sooner its callers are served, and those of
            the other queues are in the end.
        announce_every: Seconds between two announcements of the caller's position.
        announce: What these tell: ``position``, ``wait`` (how long it will be, where that is
            known), ``both`` or ``none``.
        comfort: What is said between them, one after the other.
        comfort_every: Seconds between two of these.
        backup_after: So long a caller waits before the agents who are a ``backup`` of the queue are
            asked; at once where none of its own works who could take the call.
        empty: When nobody is there: when all agents who could serve a caller are ``logged_out`` (or
            at a phone that cannot be reached), or when none of them is at work, ``not_working``:
            who pauses counts as away too.
        hours: Opening hours; outside of them nobody joins, callers go by ``on_closed``.
        service_level: What it is to achieve, for figures and alarms; no target when left out.
        at_closing: Whether those who wait when it closes ``stay`` or ``leave``.
        recording: Whether its conversations are recorded, and how long that is kept.
        callback: How its callers may be called back; left out: they are not.
        supervision: Whether supervisors may come into its conversations.
        transfer_key: Digits by which agents name the queue when they hand a caller over to it
            (``*2``, then ``*`` and these); left out: they cannot.
    """

    ring_seconds: Annotated[float, Length(3, 120)] = Field(20, alias="ring")
    missed_offers: Annotated[int, Field(ge=1, le=10)] = 1
    strategy: Chosen = Strategy.LONGEST_IDLE
    weight: Weight = 1
    announce_every: Annotated[float, Length(5, 600)] = 45
    announce: Literal["position", "wait", "both", "none"] = "both"
    comfort: tuple[Text, ...] = ()
    comfort_every: Annotated[float, Length(5, 600)] = 60
    backup_after: Annotated[float, Length(5, 3600)] = 60
    empty: Literal["logged_out", "not_working"] = "logged_out"
    hours: HoursName | None = None
    at_closing: Literal["stay", "leave"] = "stay"
    service_level: ServiceLevel | None = None
    recording: RecordingPolicy = RecordingPolicy()
    callback: CallbackOffer | None = None
    supervision: SupervisionPolicy = SupervisionPolicy()
    transfer_key: TransferKey | None = None


class Voice(Strict):
    """How the synthetic voice of one language sounds.

    Attributes:
        variant: ``f1`` to ``f5`` are women, ``m1`` to ``m8`` men; the language's plain voice when
            left out.
        speed: Words a minute.
    """

    variant: Annotated[str, AfterValidator(_variant)] | None = None
    speed: Annotated[int, Field(ge=80, le=300)] | None = None


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


class PositionText(Text):
    """May use ``{{ position }}``, the caller's place in the queue (1 is next)."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"position"}))]]


class ReasonText(Text):
    """May use ``{{ reason }}``, the spoken reason of a pause."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"reason"}))]]


class MinutesText(Text):
    """May use ``{{ minutes }}``."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"minutes"}))]]


class WaitText(Text):
    """May use ``{{ low }}`` and ``{{ high }}``, whole minutes, at least 2."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"low", "high"}))]]


class QueueTexts(Strict):
    """What a waiting caller hears; ``next`` instead of position 1.

    ``consent`` asks for leave to record, where the queue's policy says so; key 1 is yes. The others
    tell behind the position how long the wait will be, where that is known: ``wait`` as a range,
    ``wait_up_to`` when it begins below two minutes, ``wait_short`` when it ends within one. Nothing
    is said for one that is left out.
    """

    position: PositionText
    next: Text
    consent: Text
    wait: WaitText | None = None
    wait_up_to: MinutesText | None = None
    wait_short: Text | None = None


class DeskTexts(Strict):
    """What an agent hears who dials a feature code; what is about recording, in a conversation.

    ``not_answering`` says why to an agent who was paused because they did not answer; they hear
    nothing of it where it is left out.
    """

    enter_agent: Text
    enter_pin: Text
    wrong_pin: Text
    locked: MinutesText
    busy: Text
    logged_in: Text
    logged_out: Text
    not_logged_in: Text
    enter_reason: Text
    unknown_reason: Text
    paused: ReasonText
    ready: Text
    not_answering: Text | None = None
    recording_paused: Text
    recording_goes_on: Text
    recording_begins: Text
    not_recorded: Text


class StandardTexts(Strict):
    """What is said in every tree of the organisation.

    Attributes:
        technical_fault: When the call cannot go on by our own fault.
        invalid_key: A key that is no choice, where the node has no own text.
        no_key: Silence where a key was expected, where the node has no own text.
        unclear: Words that were not understood.
        queue: While waiting.
        desk: To agents.
        after_call: To agents, about results and after-call work.
        own_state: To agents who ask how they stand.
        callback: About being called back; may be left out where no queue offers that.
        collect: From nodes that ask for keys; a group that no node needs may be left out.
        pin: From nodes that ask for a PIN, likewise.
        survey: From surveys, likewise.
        supervision: To supervisors; may be left out where there are none.
        outgoing_calls: To agents who call somebody; may be left out where they cannot.
        remote: To agents at a telephone outside, likewise.
        handover: To agents who hand a caller over; where they are left out, agents cannot.
    """

    technical_fault: Text
    invalid_key: Text
    no_key: Text
    unclear: Text
    queue: QueueTexts
    desk: DeskTexts
    after_call: AfterCallTexts
    own_state: OwnStateTexts
    callback: CallbackTexts | None = None
    collect: CollectTexts | None = None
    pin: PinTexts | None = None
    survey: SurveyTexts | None = None
    supervision: SupervisionTexts | None = None
    outgoing_calls: OutgoingCallTexts | None = None
    remote: RemoteTexts | None = None
    handover: HandoverTexts | None = None


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
