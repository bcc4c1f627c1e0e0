"""One call of a supervisor: where they are, what is said to them, what they key in."""

from __future__ import annotations

from typing import Final

from ivr.agi_call import AgiVoice, AllPrompts
from ivr.desk import phone_of
from ivr.desk_visit import KEY_WAIT_S, LONGEST_NUMBER
from ivr.flow.call import Utterance
from ivr.flow.supervision import SupervisionTexts
from ivr.flow.texts import Text
from ivr.office import Office
from wire.agi.session import AgiSession

KEYS: Final = "0123456789*#"


class Visit:
    """The call.

    Attributes:
        call: What is said and keyed in it.
        session: Its channel.
        home: The organisation that speaks.
        texts: What it says.
        phone: The PJSIP endpoint from which it comes.
    """

    def __init__(
        self, session: AgiSession, prompts: AllPrompts, home: Office, texts: SupervisionTexts
    ) -> None:
        self.call = AgiVoice(session, prompts.of(home.organisation.id))
        self.session = session
        self.home = home
        self.texts = texts
        self.phone = phone_of(session.environment.channel)
        self._prompts = prompts

    def come_to(self, office: Office) -> None:
        """Speak from now on as an organisation does."""
        self.home = office
        self.texts = office.organisation.texts.supervision or self.texts
        self.call.prompts = self._prompts.of(office.organisation.id)

    async def enter(self, question: Text) -> str:
        """Ask for digits up to ``#``; the first may interrupt the question."""
        return await self.take(await self.say(question, interrupt=KEYS))

    async def take(self, first: str) -> str:
        """The digits up to ``#`` that begin with a key."""
        return await self.call.collect(first=first, count=LONGEST_NUMBER, wait=KEY_WAIT_S)

    async def say(self, text: Text, *, interrupt: str = "", **variables: object) -> str:
        """Say a text; the key that has interrupted it."""
        return await self.call.say(self.utterance(text, **variables), interrupt=interrupt)

    def utterance(self, text: Text, **variables: object) -> Utterance:
        """A text as it is said here."""
        organisation = self.home.organisation
        language = organisation.default_language
        everyday = {"organisation": organisation.name, "language": language}
        return text.utterance(language, {**everyday, **variables})
