"""What an agent hears who asks how they stand."""

from __future__ import annotations

from typing import Annotated

from ivr.flow.faults import Strict
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import LanguageTag, Table


class WhoText(Text):
    """May use ``{{ name }}`` and ``{{ number }}``, the agent's own."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"name", "number"}))]]


class QueuesText(Text):
    """May use ``{{ queues }}``, names with commas between."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"queues"}))]]


class WaitingText(Text):
    """May use ``{{ waiting }}``, how many callers and callbacks wait."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"waiting"}))]]


class OwnStateTexts(Strict):
    """What an agent hears who asks how they stand, beside what other codes say of it.

    Attributes:
        who: Name and number.
        in_call: The agent is rung or talks.
        phone_failed: The agent is paused because the phone was busy or could not be rung.
        queues: Those that the agent serves.
        waiting: Who waits there.
    """

    who: WhoText
    in_call: Text
    phone_failed: Text
    queues: QueuesText
    waiting: WaitingText
