"""One call at a desk, of an agent or a supervisor: what is said to them, what they key in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from acd.model.agent import AgentStatus
from ivr.calls.agi_call import AgiVoice, AllPrompts
from ivr.flow.call import Utterance
from ivr.flow.standard_texts import StandardTexts
from ivr.flow.texts import Text
from ivr.office import Office
from wire.agi.session import AgiSession

TRIES: Final = 3
KEY_WAIT_S: Final = 6.0
LONGEST_NUMBER: Final = 8
KEYS: Final = "0123456789*#"


@dataclass(frozen=True, slots=True)
class Presence:
    """An agent at one organisation.

    Attributes:
        office: The organisation.
        agent: What the agent does there.
    """

    office: Office
    agent: AgentStatus


class Visit:
    """One call.

    Attributes:
        session: Its channel.
        call: What is said and keyed in it.
        offices: Of all organisations; may grow.
        phone: Where it comes from, as the queues know it: a PJSIP endpoint, or an agent's place
            outside (:func:`ivr.agents.remote_agents.remote_phone`).
        home: The organisation that speaks.
        clock: Epoch milliseconds.
    """

    def __init__(
        self,
        session: AgiSession,
        prompts: AllPrompts,
        phone: str,
        offices: Mapping[str, Office],
        clock: Callable[[], int],
    ) -> None:
        """Begin; the first organisation speaks until another does."""
        self._prompts = prompts
        self.session = session
        self.offices = offices
        self.phone = phone
        self.clock = clock
        self.home = next(iter(offices.values()))
        self.call = AgiVoice(session, prompts.of(self.home.organisation.id))

    @property
    def texts(self) -> StandardTexts:
        """What is said, by the organisation that speaks."""
        return self.home.organisation.texts

    def come_to(self, office: Office) -> None:
        """Speak from now on as an organisation does."""
        self.home = office
        self.call.prompts = self._prompts.of(office.organisation.id)

    @contextmanager
    def speaking_as(self, office: Office) -> Iterator[None]:
        """Speak of something of an organisation's as that one does: others lack its languages."""
        home = self.home
        self.come_to(office)
        try:
            yield
        finally:
            self.come_to(home)

    def offices_of(self, number: str) -> list[Office]:
        """Where an agent's number is known: one person, who may work for several organisations."""
        offices = tuple(self.offices.values())
        return [office for office in offices if number in office.organisation.agents]

    async def who(self) -> list[Presence]:
        """Who is logged in at this phone, at each organisation where they are."""
        found = []
        for office in tuple(self.offices.values()):
            agent = await office.agents.at_phone(self.phone)
            if agent is not None:
                found.append(Presence(office, agent))
        return found

    async def enter(self, question: Text) -> str:
        """Ask for digits up to ``#``; the first may interrupt the question."""
        return await self.take(await self.say(question, interrupt=KEYS))

    async def take(self, first: str) -> str:
        """The digits up to ``#`` that begin with a key."""
        return await self.call.collect(first=first, count=LONGEST_NUMBER, wait=KEY_WAIT_S)

    async def key(self, *questions: Text) -> str:
        """Ask for one key, which may interrupt; ``""`` for none."""
        for question in questions:
            if key := await self.say(question, interrupt=KEYS):
                return key
        return await self.call.collect(count=1, wait=KEY_WAIT_S, stop="")

    async def say(self, text: Text, *, interrupt: str = "", **variables: object) -> str:
        """Say a text; the key that has interrupted it."""
        return await self.call.say(self.worded(text, **variables), interrupt=interrupt)

    def spoken(self, text: Text) -> str:
        """A text as a part of another."""
        return self.worded(text).text

    def worded(self, text: Text, **variables: object) -> Utterance:
        """A text as the organisation says it."""
        organisation = self.home.organisation
        language = organisation.default_language
        everyday = {"organisation": organisation.name, "language": language}
        return text.utterance(language, {**everyday, **variables})
