"""Being called back instead of waiting: what a queue offers, and what is said about it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.flow.faults import Strict
from ivr.flow.lengths import Length
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import HoursName, Key, LanguageTag, Table


class CallbackOffer(Strict):
    """How a queue calls its callers back; a queue without it offers nothing.

    Attributes:
        key: Pressed while waiting, it asks to be called back.
        after: So many seconds into the wait the caller hears of it.
        tries: So often the caller is called at most.
        every: Seconds between two tries.
        ring_seconds: How long the caller's phone rings.
        confirm: Whether whoever picks up must press a key before an agent is rung: an answering
            machine presses none.
        hours: Opening hours in which the caller may choose a time; without them it is always "as
            soon as it is my turn".
        slots: So many times are offered, the next full hours.
    """

    key: Key = "1"
    after: Annotated[float, Length(0, 3600)] = 60
    tries: Annotated[int, Field(ge=1, le=9)] = 3
    every: Annotated[float, Length(1, 24 * 3600)] = 300
    ring_seconds: Annotated[float, Length(5, 120)] = Field(25, alias="ring")
    confirm: bool = True
    hours: HoursName | None = None
    slots: Annotated[int, Field(ge=1, le=5)] = 3


class KeyText(Text):
    """May use ``{{ key }}``, the key to press."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"key"}))]]


class TimeText(Text):
    """May use ``{{ day }}`` and ``{{ hour }}``, when the caller will be called."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"day", "hour"}))]]


class TimeChoiceText(Text):
    """May use ``{{ key }}``, and ``{{ day }}`` and ``{{ hour }}`` that it stands for."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"key", "day", "hour"}))]]


class DayTexts(Strict):
    """Days as they stand in a sentence: “today”, “on Monday”."""

    today: Text
    tomorrow: Text
    mon: Text
    tue: Text
    wed: Text
    thu: Text
    fri: Text
    sat: Text
    sun: Text


class CallbackTexts(Strict):
    """What a caller hears about being called back.

    Attributes:
        offer: While waiting: which key to press.
        number: Before the digits of the number that will be called.
        right: After them: 1 if it is right, 2 for another.
        withheld: The number is not known.
        enter: Key the number, ended by ``#``.
        invalid: What was keyed is no number.
        foreign: It lies where nobody is called.
        costly: It is a premium or other special service.
        own: It is the organisation's own.
        soon: 1 to be called as soon as it is the caller's turn.
        slot: Another key for a time.
        days: The days of these times.
        promised: You will be called when it is your turn; goodbye.
        promised_at: You will be called at that time; goodbye.
        already: That number will be called already, for a caller who may be somebody else.
        kept: You wait on, at your place.
        free: An agent is free now: nobody needs to call.
        take_over: To somebody who calls in from a number that will be called: 1 if it was they
            who asked for it, then they have that place.
        greeting: To whoever picks up: who calls and why.
        press: Press 1 to be connected.
        sorry: The caller cannot be connected now; goodbye.
    """

    offer: KeyText
    number: Text
    right: Text
    withheld: Text
    enter: Text
    invalid: Text
    foreign: Text
    costly: Text
    own: Text
    soon: Text
    slot: TimeChoiceText
    days: DayTexts
    promised: Text
    promised_at: TimeText
    already: Text
    kept: Text
    free: Text
    take_over: Text
    greeting: Text
    press: Text
    sorry: Text
