"""What a node has at hand while it runs: the call, the language, the organisation, the time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from ivr.flow.call import Call, Cause, Heard, ListenRequest, Utterance
from ivr.flow.errors import ExpressionError
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Text

log = logging.getLogger(__name__)


class Conversation:
    """The state of one run as its nodes see it.

    Attributes:
        call: The caller's line.
        organisation: Whose call it is.
        language: What the caller listens in; a node may change it.
        answers: The node that each menu has led to, by the menu's name.
        values: What nodes have set, by variable.
        cause: Why our side will hang up.
        faults: Expressions that failed in the node that runs now.
    """

    def __init__(
        self,
        call: Call,
        organisation: Organisation,
        language: str,
        now: Callable[[], datetime],
        listened: Callable[[Heard], Awaitable[None]],
    ) -> None:
        self.call = call
        self.organisation = organisation
        self.language = language
        self.now = now
        self.answers: dict[str, str] = {}
        self.values: dict[str, object] = {}
        self.cause = Cause.NORMAL
        self.faults = 0
        self._listened = listened

    @property
    def variables(self) -> Mapping[str, object]:
        """Values for expressions: what nodes have set, and what is known of every call."""
        return self.values | {
            "organisation": self.organisation.name,
            "language": self.language,
            "caller": self.call.caller,
            "dialled": self.call.dialled,
        }

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
        return await self.call.say(utterance, interrupt=interrupt) if utterance.text else ""

    async def listen(
        self, text: Text, phrases: tuple[str, ...], *, wait: float, confidence: int
    ) -> Heard:
        """Ask ``text`` and listen for one of ``phrases`` or a key; see :class:`ListenRequest`."""
        utterance = self._utterance(text, self.language)
        if not utterance.text:
            return Heard(key=await self.call.collect(count=1, wait=wait, stop=""))
        heard = await self.call.listen(ListenRequest(utterance, phrases, wait, confidence))
        if heard.hearing is not None:
            await self._listened(heard)
        return heard

    def _utterance(self, text: Text, language: str) -> Utterance:
        try:
            return text.utterance(language, self.variables)
        except ExpressionError as error:
            self.faults += 1
            log.warning(
                "an expression failed; the rest of the text is spoken",
                extra={
                    "contact": self.call.contact,
                    "code": error.code,
                    "pii": {"why": str(error)},
                },
            )
            return Utterance(error.rest, language)
