"""What callers hear from nodes that need more words than their own text.

An organisation writes a group of them when one of its trees has such a node; the check says so.
"""

from __future__ import annotations

from ivr.flow.faults import Strict
from ivr.flow.texts import Text


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
