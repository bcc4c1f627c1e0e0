"""Calls that agents make of their own accord: whom they may call, and what they hear."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from ivr.flow.faults import Strict, fault
from ivr.flow.lengths import Length
from ivr.flow.patterns import Pattern
from ivr.flow.texts import Text
from ivr.flow.vocabulary import NotEmpty


def _of_digits(pattern: Pattern) -> Pattern:
    if pattern.source.startswith("sip:"):
        raise fault(
            "sip_not_dialled",
            f"“{pattern.source}” cannot be dialled from an agent's phone",
            advice="write numbers, or the beginning of numbers as +46 8*",
        )
    return pattern


class OutgoingCalls(Strict):
    """Whom agents may call; an organisation without it lets them call nobody.

    Attributes:
        allow: Numbers, or all that begin so (``+46 8*``). What is named by its beginning only must
            be an ordinary number of a country that is called (setting ``outgoing.regions``), as for
            callbacks; a short number (``112``) or a special service must be named whole. Numbers
            that lead back to the installation are never called.
        ring: How long it rings there.
    """

    allow: Annotated[tuple[Annotated[Pattern, AfterValidator(_of_digits)], ...], NotEmpty]
    ring: Annotated[float, Length(5, 120)] = 60


class OutgoingCallTexts(Strict):
    """What an agent hears who calls somebody.

    Attributes:
        off: The organisation lets its agents call nobody.
        not_allowed: The number is none that they may call.
        no_answer: It rang there and nobody picked up.
        busy: Somebody talks there, or the call was declined.
        unreachable: There is no way to that number now.
    """

    off: Text
    not_allowed: Text
    no_answer: Text
    busy: Text
    unreachable: Text
