"""Supervisors: what each may do, whose conversations they may come into, what they hear."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from ivr.flow.faults import Strict, fault
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import LanguageTag, Table


class Right(StrEnum):
    """What a supervisor may do with an agent, in the order in which the phone's menu tells it."""

    LISTEN = "listen"  # hear both; nobody hears the supervisor
    WHISPER = "whisper"  # the agent alone hears the supervisor
    BARGE = "barge"  # agent and caller hear the supervisor
    TAKE_OVER = "take_over"  # talk to the caller in the agent's place
    PAUSE = "pause"
    LOGOUT = "logout"
    MOVE = "move"  # let a call that waits for the agent's queues wait in another one
    PRIORITISE = "prioritise"  # give such a call another place in its line


class Supervised(StrEnum):
    """Whether supervisors may come into a queue's conversations."""

    ALLOWED = "allowed"
    NEVER = "never"


def _right(value: object) -> object:
    if isinstance(value, str) and value not in set(Right):
        raise fault(
            "unknown_right", f"no right is named “{value}”", name=value, known=[*map(str, Right)]
        )
    return value


def _supervised(value: object) -> object:
    if isinstance(value, str) and value not in set(Supervised):
        raise fault(
            "unknown_supervision",
            f"“{value}” does not say whether supervisors may come in",
            name=value,
            known=[*map(str, Supervised)],
        )
    return value


KnownRight = Annotated[Right, BeforeValidator(_right, json_schema_input_type=Right)]


class SupervisionPolicy(Strict):
    """Whether supervisors may hear a queue's conversations; ``supervision: never`` is ``when``.

    Attributes:
        when: Never, where nobody but caller and agent may hear what is said: listening,
            whispering, barging in and taking over are refused, to phones and programs alike.
        tell_agent: Whether a voice in the agent's ear says that a supervisor has come in. Without
            it they see it in the record of events only; what the law wants differs. Callers are
            told by the tree, before they come to the queue.
    """

    when: Annotated[Supervised, BeforeValidator(_supervised, json_schema_input_type=Supervised)] = (
        Supervised.ALLOWED
    )
    tell_agent: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"when": value} if isinstance(value, str) else value

    @property
    def allowed(self) -> bool:
        """Whether supervisors may come in."""
        return self.when is Supervised.ALLOWED


class ActTexts(Strict):
    """The supervisor's menu: what each right is for, and its key, 1 to 8 in this order."""

    listen: Text
    whisper: Text
    barge: Text
    take_over: Text
    pause: Text
    logout: Text
    move: Text
    prioritise: Text

    def of(self, right: Right) -> Text:
        """What the menu says of a right."""
        text: Text = getattr(self, right.value)
        return text


class WaitingCallText(Text):
    """A text with the caller who waits ``number``-th, in ``queue``, for whole ``minutes``."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"number", "queue", "minutes"}))]]


class WaitingTexts(Strict):
    """What a supervisor hears of calls that wait.

    ``enter_queue`` asks for the ``transfer_key`` of the queue that a call goes to,
    ``enter_minutes`` how much earlier it is to count as arrived. ``other_rules``: that queue is
    recorded or supervised by another rule.
    """

    none: Text
    call: WaitingCallText
    enter_queue: Text
    enter_minutes: Text
    unknown: Text
    other_rules: Text
    not_now: Text
    moved: Text
    prioritised: Text


class SupervisionTexts(Strict):
    """What a supervisor hears at a phone; ``joined`` is what the agent hears (``tell_agent``).

    The questions for PIN and reason are those of ``desk``.
    """

    enter_supervisor: Text
    enter_agent: Text
    unknown_agent: Text
    acts: ActTexts
    not_allowed: Text
    private: Text
    not_talking: Text
    not_logged_in: Text
    over: Text
    paused: Text
    logged_out: Text
    after_call: Text
    joined: Text
    waiting: WaitingTexts
