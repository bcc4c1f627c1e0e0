"""What a node has at hand while it runs: the call, the language, the organisation, the time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from ivr.flow.call import Call, Utterance
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
        faults: Expressions that failed in the node that runs now.
    """

    def __init__(
        self, call: Call, organisation: Organisation, language: str, now: Callable[[], datetime]
    ) -> None:
        self.call = call
        self.organisation = organisation
        self.language = language
        self.now = now
        self.faults = 0

    @property
    def variables(self) -> Mapping[str, object]:
        """Values for the expressions of a text."""
        return {
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
        language = language or self.language
        try:
            utterance = text.utterance(language, self.variables)
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
            if not error.rest:
                return ""
            utterance = Utterance(error.rest, language)
        return await self.call.say(utterance, interrupt=interrupt)
