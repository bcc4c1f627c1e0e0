"""What agents hear who work at a telephone outside."""

from __future__ import annotations

from typing import Annotated

from ivr.flow.faults import Strict
from ivr.flow.texts import Phrase, Text, Using
from ivr.flow.vocabulary import LanguageTag, Table


class TakeText(Text):
    """May use ``{{ queue }}``, the queue that the caller comes from."""

    root: Table[LanguageTag, Annotated[Phrase, Using(frozenset({"queue"}))]]


class RemoteTexts(Strict):
    """To an agent at a telephone outside.

    Attributes:
        take: When they have picked up: where the call comes from, and that key 1 takes it.
        asked: The same when a colleague asks them about a caller of a queue.
        unknown: The number that they call from is no agent's.
        menu: Who is logged in there: 2 to log out, 3 for a pause, 4 to be ready, 5 for more
            wrap-up, 6 for the result of the last contact, 0 to hear how they stand.
        hang_up: Calls come to them as soon as they have hung up.
    """

    take: TakeText
    asked: TakeText
    unknown: Text
    menu: Text
    hang_up: Text
