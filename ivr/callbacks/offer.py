"""What is spoken with a waiting caller who would rather be called back: which number, and when.

Nothing here changes the caller's place: whoever asks may break the talk off at any word, because an
agent is free or the caller has hung up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

from acd.model.callback import CallbackRules
from ivr.callbacks.times import day_text, next_times
from ivr.flow.call import Utterance
from ivr.flow.callback import CallbackOffer, CallbackTexts
from ivr.flow.errors import ExpressionError
from ivr.flow.organisation import Organisation
from ivr.flow.queues import Queue
from ivr.flow.texts import Text
from ivr.numbers import (
    LONGEST,
    NumberCostly,
    NumberForeign,
    NumberInvalid,
    NumberOwn,
    NumberRefused,
    NumberWithheld,
    check_number,
    spoken_digits,
)

TRIES: Final = 3
"""So often a caller may mistype, or stay silent, before the wait goes on."""

KEY_WAIT_S: Final = 5.0

GREETING_S: Final = 60
"""So long somebody who is called back may take from picking up to the ring of the agent's phone.

That is the greeting, the key and, where the queue asks for it, consent to the recording.
"""

Values: TypeAlias = Mapping[str, object]
"""Of a text's variables."""

NOTHING: Final[Values] = MappingProxyType({})

YES: Final = "1"
_ANOTHER: Final = "2"
_DIGITS: Final = "0123456789"
_KEYS: Final = "0123456789*#"


class Voice(Protocol):
    """Somebody to speak with (:class:`ivr.flow.call.Call`, as far as it is needed here)."""

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        """Speak; the key that interrupted, or ``""``."""

    async def collect(self, *, first: str = "", count: int, wait: float, stop: str = "#") -> str:
        """Listen for keys."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Whom the installation calls.

    Attributes:
        endpoint: The PJSIP endpoint towards the telephone network; empty: nobody is called.
        regions: Countries that may be called; the first is that of numbers written without one.
        own: The numbers that lead back to the installation.
    """

    endpoint: str
    regions: Sequence[str]
    own: Sequence[str]

    def judged(self, number: str) -> str:
        """The number to call, E.164.

        Raises:
            NumberRefused: It is not to be called.
        """
        return check_number(number, self.regions, self.own)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants to be called back.

    Attributes:
        number: E.164 (personal).
        time: The chosen time, ``None`` for as soon as it is the caller's turn.
    """

    number: str = field(repr=False)
    time: datetime | None


def rules_of(queue: Queue) -> CallbackRules:
    """How often and how long the callers of a queue are called; defaults where it says nothing."""
    offer = queue.callback or CallbackOffer()
    return CallbackRules(
        tries=offer.tries,
        every_ms=round(offer.every * 1000),
        ring_ms=round(offer.ring_seconds * 1000),
        greeting_ms=GREETING_S * 1000,
    )


class Speaker:
    """Says an organisation's texts to one person; a fault in an expression costs that alone."""

    def __init__(
        self,
        voice: Voice,
        organisation: Organisation,
        language: str,
        *,
        caller: str = "",
        dialled: str = "",
    ) -> None:
        self.voice = voice
        self.language = language
        self._everyday: Values = {
            "organisation": organisation.name,
            "language": language,
            "caller": caller,
            "dialled": dialled,
        }

    async def say(self, text: Text, values: Values = NOTHING, *, interrupt: str = "") -> str:
        """Speak; the key that interrupted, or ``""``.

        Args:
            text: What to say.
            values: Of its own variables.
            interrupt: Keys that end it.
        """
        spoken = self.worded(text, values)
        if not spoken:
            return ""
        return await self.voice.say(Utterance(spoken, self.language), interrupt=interrupt)

    async def ask(self, *texts: tuple[Text, Values]) -> str:
        """Speak one text after the other and listen for a key, which may interrupt."""
        for text, values in texts:
            if key := await self.say(text, values, interrupt=_KEYS):
                return key
        return await self.voice.collect(count=1, wait=KEY_WAIT_S, stop="")

    def worded(self, text: Text, values: Values = NOTHING) -> str:
        """The text with its expressions worked out, or without them where one fails."""
        try:
            return text.utterance(self.language, {**self._everyday, **values}).text
        except ExpressionError as error:
            return error.rest


class CallbackTalk:
    """One talk with one caller."""

    def __init__(
        self,
        speaker: Speaker,
        *,
        texts: CallbackTexts,
        offer: CallbackOffer,
        organisation: Organisation,
        outgoing: Outgoing,
        taken: Callable[[str], Awaitable[bool]],
        now: Callable[[], datetime],
        in_line: bool = True,
    ) -> None:
        """Begin with nothing known.

        Args:
            speaker: To the caller.
            texts: What is said.
            offer: The queue's.
            organisation: For the hours that the offer names.
            outgoing: Whom the installation calls.
            taken: Whether a number is going to be called already; several may share one.
            now: The time.
            in_line: Whether the caller waits in the queue meanwhile.
        """
        self._speaker = speaker
        self._texts = texts
        self._offer = offer
        self._organisation = organisation
        self._outgoing = outgoing
        self._taken = taken
        self._now = now
        self._in_line = in_line

    async def wish(self, caller: str) -> Wish | None:
        """Ask for number and time.

        Args:
            caller: The number that the caller calls from, ``""`` when withheld. Personal.

        Returns:
            ``None`` when nothing came of it in a few tries; the caller has been told.
        """
        number = await self._number(caller)
        if number is None:
            if self._in_line:
                await self._speaker.say(self._texts.kept)
            return None
        return Wish(number, await self._time())

    async def promise(self, wish: Wish) -> None:
        """Say goodbye to somebody whose wish is kept."""
        if wish.time is None:
            await self._speaker.say(self._texts.promised)
        else:
            await self._speaker.say(self._texts.promised_at, self._spoken(wish.time))

    async def _number(self, caller: str) -> str | None:
        number = await self._known(caller)
        for _ in range(TRIES):
            number = number or await self._keyed()
            if number is None:
                continue
            answer = await self._read_back(number)
            if answer == YES:
                return number
            if answer == _ANOTHER:
                number = None
        return None

    async def _known(self, caller: str) -> str | None:
        """The number that the caller calls from, where it can be called back."""
        try:
            return await self._free(self._outgoing.judged(caller))
        except NumberWithheld:
            await self._speaker.say(self._texts.withheld)
        except NumberRefused:
            pass  # a company's short number, or one abroad: the caller keys one that can be called
        return None

    async def _free(self, number: str) -> str | None:
        if not await self._taken(number):
            return number
        await self._speaker.say(self._texts.already)
        return None

    async def _keyed(self) -> str | None:
        first = await self._speaker.say(self._texts.enter, interrupt=_DIGITS)
        keys = await self._speaker.voice.collect(first=first, count=LONGEST, wait=KEY_WAIT_S)
        if not keys:
            return None
        try:
            return await self._free(self._outgoing.judged(keys))
        except NumberRefused as refused:
            await self._speaker.say(self._reason(refused))
            return None

    def _reason(self, refused: NumberRefused) -> Text:
        reasons: Mapping[type[NumberRefused], Text] = {
            NumberWithheld: self._texts.invalid,  # only * was keyed
            NumberInvalid: self._texts.invalid,
            NumberForeign: self._texts.foreign,
            NumberCostly: self._texts.costly,
            NumberOwn: self._texts.own,
        }
        return reasons[type(refused)]

    async def _read_back(self, number: str) -> str:
        """Say the number digit by digit: digits are prompts that exist, a number is nobody's."""
        if key := await self._speaker.say(self._texts.number, interrupt=_KEYS):
            return key
        for digit in spoken_digits(number, self._outgoing.regions):
            said = Utterance(digit, self._speaker.language)
            if key := await self._speaker.voice.say(said, interrupt=_KEYS):
                return key
        return await self._speaker.ask((self._texts.right, NOTHING))

    async def _time(self) -> datetime | None:
        if self._offer.hours is None:
            return None
        times = next_times(
            self._organisation.hours[self._offer.hours],
            self._organisation.time_zone,
            self._now(),
            self._offer.slots,
        )
        if not times:
            return None
        by_key = {str(key): time for key, time in enumerate(times, 2)}
        slots = [
            (self._texts.slot, {"key": key, **self._spoken(time)}) for key, time in by_key.items()
        ]
        return by_key.get(await self._speaker.ask((self._texts.soon, NOTHING), *slots))

    def _spoken(self, time: datetime) -> Values:
        day = day_text(self._texts.days, time, self._now())
        return {"day": self._speaker.worded(day), "hour": time.hour}
