"""What the API answers and takes, as pydantic models: they validate, and the document is theirs.

Times are epoch milliseconds (``…_ms``), as in the events; lengths are milliseconds too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from acd.model.agent import AgentState

MOST: Final = 200
"""Items on one page: more would hold up calls, for they are put into words in one go."""

_SENT: Final = ConfigDict(extra="forbid", frozen=True)
_ANSWERED: Final = ConfigDict(extra="forbid", frozen=True)

Limit = Annotated[int, Field(ge=1, le=MOST, description="Items at most.")]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w.\-]+$")]
Millis = Annotated[int, Field(ge=0)]


class Nothing(BaseModel):
    """No query, or no body."""

    model_config = _SENT


class Page(BaseModel):
    """Which part of a list."""

    model_config = _SENT

    after: str = Field("", max_length=200, description="`next` of the page before.")
    limit: Limit = 100


class Error(BaseModel):
    """Every refusal. `code` is stable; `message` is a sentence for a person."""

    model_config = _ANSWERED

    code: str
    message: str
    advice: str = Field("", description="What to do; left out where the message says it all.")


class Organisation(BaseModel):
    """An organisation that the token may see."""

    model_config = _ANSWERED

    id: str
    name: str
    time_zone: str = Field(description="IANA name.")
    languages: tuple[str, ...] = Field(description="BCP 47 tags, the default one first.")
    pauses: tuple[str, ...] = Field(description="Reasons that a pause may have.")
    results: tuple[str, ...] = Field(description="What may come of a contact.")


class Organisations(BaseModel):
    """All organisations that the token may see."""

    model_config = _ANSWERED

    items: tuple[Organisation, ...]


class Wait(BaseModel):
    """How long somebody who joins now will wait; eight in ten waits lie in the range."""

    model_config = _ANSWERED

    low_ms: Millis
    expected_ms: Millis
    high_ms: Millis


class Queue(BaseModel):
    """A queue at this moment."""

    model_config = _ANSWERED

    name: str
    waiting: int = Field(description="Callers whom no agent has answered, those rung for included.")
    callbacks: int = Field(description="People to be called back.")
    longest_wait_ms: Millis = Field(description="0 when nobody waits.")
    ready: int = Field(description="Agents who could take a call now.")
    logged_in: int = Field(description="Agents who serve it, whatever they do.")
    estimate: Wait | None = Field(description="Null while too little is known.")


class Queues(BaseModel):
    """Queues by name."""

    model_config = _ANSWERED

    items: tuple[Queue, ...]
    next: str | None = Field(description="What `after` is for the next page; null at the end.")


class LastCall(BaseModel):
    """Whom an agent talks with or talked to last."""

    model_config = _ANSWERED

    contact: str
    queue: str
    began_ms: Millis = Field(description="When they began to talk.")
    result: str = Field(description="What came of it; empty while none was given.")
    owed: bool = Field(description="The agent is not ready again before one is given.")


class Agent(BaseModel):
    """An agent at this moment."""

    model_config = _ANSWERED

    id: str
    name: str = Field(description="As the organisation's file has it; empty when it no more does.")
    state: AgentState
    reason: str = Field(description="Of a pause, else empty.")
    since_ms: Millis | None = Field(description="Null when logged out.")
    phone: str = Field(description="PJSIP endpoint; empty when logged out.")
    queues: tuple[str, ...] = Field(description="Served now; empty when logged out.")
    until_ms: Millis | None = Field(description="When the wrap-up ends by itself; else null.")
    last: LastCall | None = Field(
        description="Whom the agent talked to last since the log-in; null for nobody."
    )


class Agents(BaseModel):
    """Agents by id."""

    model_config = _ANSWERED

    items: tuple[Agent, ...]
    next: str | None = Field(description="What `after` is for the next page; null at the end.")


class CallState(StrEnum):
    """Where a contact stands."""

    SCHEDULED = "scheduled"  # a callback before its time
    WAITING = "waiting"
    RESERVED = "reserved"  # an agent is being rung, or several
    TALKING = "talking"
    ORPHAN = "orphan"  # its controller died just now; the next one takes it up


class Call(BaseModel):
    """A contact that waits or talks, by telephone or as somebody to be called back.

    A call's number is not kept with its place; `contact.started` among the events has it.
    """

    model_config = _ANSWERED

    id: str
    queue: str
    state: CallState
    callback: bool = Field(description="Whether somebody is to be called back, or was.")
    arrived_ms: Millis
    priority_ms: int = Field(description="Stands in line as if it had arrived so much earlier.")
    answered_ms: Millis | None
    agent: str = Field(description="Who is rung or talks; empty for nobody.")
    beside: tuple[str, ...] = Field(description="Who else is rung for it.")
    number: str = Field(
        description="Whom to call back: E.164 for supervisors, the last digits for viewers."
    )


class Calls(BaseModel):
    """Contacts, in no order that means anything."""

    model_config = _ANSWERED

    items: tuple[Call, ...]
    next: str | None = Field(description="What `after` is for the next page; null at the end.")


class Pause(BaseModel):
    """A pause that a supervisor wants."""

    model_config = _SENT

    reason: Name = Field(description="One of the organisation's `pauses`.")


class Result(BaseModel):
    """What came of an agent's last contact."""

    model_config = _SENT

    result: Name = Field(description="One of the organisation's `results`, as the queue has it.")
    contact: str = Field(
        "", max_length=128, description="Refused when it is not the last; that one when left out."
    )


class Priority(BaseModel):
    """A place in line that a supervisor wants."""

    model_config = _SENT

    credit_ms: int = Field(
        ge=0,
        le=86_400_000,
        strict=True,
        description="From now on as if the contact had arrived so much earlier.",
    )


class Move(BaseModel):
    """Another queue that a supervisor wants a call in."""

    model_config = _SENT

    queue: Name


class Supervise(BaseModel):
    """Where a supervisor wants to hear a conversation."""

    model_config = _SENT

    phone: Name = Field(
        description="PJSIP endpoint of an agent's phone; whoever picks up hears it."
    )


class Rung(BaseModel):
    """A phone that is being rung for a supervisor."""

    model_config = _ANSWERED

    phone: str
    mode: str = Field(description="listen, whisper, barge or take_over.")
    agent: str
    contact: str = Field(description="The conversation; when it is over nothing is heard.")
    queue: str


class Cancelled(BaseModel):
    """A callback that a supervisor does not want."""

    model_config = _ANSWERED

    gone: bool = Field(
        description="Else its phone rings or the caller is on the line: the last attempt."
    )
