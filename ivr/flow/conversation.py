"""What a node has at hand while it runs: the call, the language, the organisation, the time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from ivr.flow.call import Call, Cause, Heard, ListenRequest, Utterance
from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import Expression
from ivr.flow.organisation import Organisation
from ivr.flow.pins import NO_PINS, Pins
from ivr.flow.sensitive import Sensitive, revealed, without_sensitive
from ivr.flow.setting import Setting
from ivr.flow.survey_answer import SurveyAnswer, SurveyQuestion
from ivr.flow.texts import Text
from ivr.flow.world import Conferred, Transferred

log = logging.getLogger(__name__)


Tidings: TypeAlias = Heard | SurveyQuestion | SurveyAnswer | Transferred | Conferred
"""What a node tells of its work as it happens: a voice that was listened to (``hearing`` is never
``None``), a survey's question and its answer, what came of a transfer or of a conference."""


class Conversation:
    """The state of one run as its nodes see it.

    Attributes:
        call: The caller's line.
        organisation: Whose call it is.
        language: What the caller listens in; a node may change it.
        answers: The node that each menu has led to, by the menu's name.
        values: What nodes have set, by variable; sensitive ones in their wrapping.
        overlook: A key that the caller may press once more out of habit, such as ``#`` behind
            digits that were complete without it: it does not interrupt what is said next.
        chance: Draws a number from 0 up to, not including, 1.
        pins: Who judges the PINs that callers give.
        tell: Takes what is worth to be counted.
        cause: Why our side will hang up.
        node: The node that runs now, by name.
        faults: What failed in it and was gone on without: expressions, above all.
    """

    def __init__(
        self,
        call: Call,
        organisation: Organisation,
        language: str,
        now: Callable[[], datetime],
        tell: Callable[[Tidings], Awaitable[None]],
        *,
        chance: Callable[[], float],
        pins: Pins = NO_PINS,
    ) -> None:
        self.call = call
        self.organisation = organisation
        self.language = language
        self.now = now
        self.answers: dict[str, str] = {}
        self.values: dict[str, object] = {}
        self.cause = Cause.NORMAL
        self.node = ""
        self.faults = 0
        self.overlook = ""
        self.chance = chance
        self.pins = pins
        self.tell = tell

    @property
    def open_values(self) -> dict[str, object]:
        """What nodes have set and may leave the call: nothing that is sensitive."""
        return without_sensitive(self.values)

    @property
    def variables(self) -> Mapping[str, object]:
        """Values for texts: what nodes have set, and what is known of every call.

        A sensitive one is missing, as if it were not set: it is never spoken.
        """
        return self.open_values | self._of_every_call

    @property
    def revealed(self) -> Mapping[str, object]:
        """All values, the sensitive ones bare: to compare them, or to hand one over on purpose."""
        return revealed(self.values) | self._of_every_call

    @property
    def _of_every_call(self) -> dict[str, object]:
        return {
            "organisation": self.organisation.name,
            "language": self.language,
            "caller": self.call.caller,
            "dialled": self.call.dialled,
        }

    def worked_out(self, source: Expression | Setting) -> object:
        """What an expression comes to; what is made of a sensitive value is sensitive itself.

        Raises:
            ExpressionError: It cannot be worked out. The failure is noted already.
        """
        secret = any(isinstance(self.values.get(name), Sensitive) for name in source.variables)
        try:
            value = source.value(self.revealed)
        except ExpressionError as error:
            told = ExpressionError("it is made of a sensitive value", "") if secret else error
            self._expression_failed("an expression failed; the node goes on without it", told)
            raise told from None
        return Sensitive(value) if secret else value

    async def say(self, text: Text, *, language: str = "", interrupt: str = "") -> str:
        """Speak ``text``; where an expression in it fails, speak the rest of it.

        Args:
            text: What to say.
            language: Another language than the caller's.
            interrupt: Keys that interrupt.

        Returns:
            The key that interrupted, or ``""``.
        """
        utterance = self._utterance(text, language or self.language)
        if not utterance.text:
            return ""
        key = await self.call.say(utterance, interrupt=interrupt)
        if key and key == self.overlook:
            key = await self.call.say(utterance, interrupt=interrupt)
        self.overlook = ""
        return key

    async def listen(
        self,
        text: Text,
        phrases: tuple[str, ...],
        *,
        wait: float,
        confidence: int,
        longest: float = 15,
    ) -> Heard:
        """Ask ``text`` and listen for words or a key; see :class:`ListenRequest`."""
        utterance = self._utterance(text, self.language)
        if not utterance.text:
            return Heard(key=await self.call.collect(count=1, wait=wait, stop=""))
        request = ListenRequest(utterance, phrases, wait, confidence, longest)
        heard = await self.call.listen(request)
        if heard.hearing is None and heard.key == self.overlook:
            heard = await self.call.listen(request)
        self.overlook = ""
        if heard.hearing is not None:
            await self.tell(heard)
        return heard

    def goes_without(self, message: str, **fields: str) -> None:
        """Warn that the node goes on without something; nothing personal may be in ``fields``."""
        self.faults += 1
        log.warning(message, extra={"contact": self.call.contact, "node": self.node, **fields})

    def _utterance(self, text: Text, language: str) -> Utterance:
        try:
            return text.utterance(language, self.variables)
        except ExpressionError as error:
            self._expression_failed("an expression failed; the rest of the text is spoken", error)
            return Utterance(error.rest, language)

    def _expression_failed(self, message: str, error: ExpressionError) -> None:
        self.faults += 1
        extra = {"contact": self.call.contact, "code": error.code, "pii": {"why": str(error)}}
        log.warning(message, extra=extra)
