"""What is said in every tree of an organisation, and by nodes that need more than their own text.

An organisation writes a group of the latter when a tree has such a node; the check says so.
"""

from __future__ import annotations

from typing import Annotated

from ivr.flow.after_call import AfterCallTexts
from ivr.flow.callback import CallbackTexts
from ivr.flow.faults import Strict
from ivr.flow.outgoing_calls import OutgoingCallTexts
from ivr.flow.own_state import OwnStateTexts
from ivr.flow.remote import RemoteTexts
from ivr.flow.supervision import SupervisionTexts
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import LanguageTag, Table


class CollectTexts(Strict):
    """From ``collect``.

    Attributes:
        invalid: What was keyed cannot be right, where the node has no own text.
        silence: Nothing was keyed, where the node has no own text.
        entered: Before the digits that were keyed.
        right: After them: 1 if they are right, 2 to enter them again.
    """

    invalid: Text
    silence: Text
    entered: Text
    right: Text


class PinTexts(Strict):
    """From ``pin``.

    Attributes:
        wrong: The PIN is wrong.
        locked: Too many wrong ones have come from this caller; try again later.
    """

    wrong: Text
    locked: Text


class SurveyTexts(Strict):
    """From ``survey``.

    Attributes:
        invalid: A score is a key from 1 to 5.
        thanks: At the end.
    """

    invalid: Text
    thanks: Text


class HandoverTexts(Strict):
    """To an agent who hands a caller over (``*2``).

    Attributes:
        enter: Whom to key: an agent's number, ``*`` and a queue's key, or ``0`` and a number.
        unknown: No agent and no queue has that.
        nobody: Nobody would answer there now.
        not_allowed: That number is not called.
        goes_on: Nothing was changed; the caller is back.
    """

    enter: Text
    unknown: Text
    nobody: Text
    not_allowed: Text
    goes_on: Text


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
