"""A call without a telephone: the :class:`~ivr.flow.call.Call` port in memory, in virtual time.

It drives ``vaxel call`` and the tests. Who is on the line is a :class:`Person`: a script, or
somebody at a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ivr.flow.call import (
    CHARACTERS_A_SECOND,
    CallerHungUp,
    Cause,
    Heard,
    Hearing,
    ListenRequest,
    Message,
    MessageRequest,
    QueueOutcome,
    QueueRequest,
    Utterance,
)
from ivr.flow.memory_world import TALK_SECONDS, MemoryWorld
from ivr.flow.phrases import normalised
from ivr.flow.vocabulary import KEYS

MESSAGE_SECONDS = 8.0

SILENCE = ""
HANG_UP = "h"
SAY = "say "
ENGINE = "memory"
QUEUE_KEYS = {
    "a": QueueOutcome.TALKED,
    "n": QueueOutcome.NOBODY,
    "t": QueueOutcome.TIMED_OUT,
    "f": QueueOutcome.FULL,
    "l": QueueOutcome.LONG_WAIT,
    "o": QueueOutcome.CLOSED,
    "c": QueueOutcome.CALLED_BACK,
}


class Person(Protocol):
    """Who is on the line, and decides what happens in the queue. Each may raise CallerHungUp."""

    def hears(self, utterance: Utterance) -> None:
        """Something is said."""

    def presses(self, wait: float) -> str:
        """Keys pressed one after the other; ``""`` is silence for ``wait`` seconds."""

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        """Words said, or else keys as :meth:`presses`."""

    def rides(self, request: QueueRequest) -> QueueOutcome:
        """How the wait in a queue ends."""

    def speaks(self, request: MessageRequest) -> float:
        """Seconds of a message, ``0.0`` when nothing is said."""


class Script:
    """A person who acts by a list, and hangs up at the end of it.

    Each entry is one act: keys (``"12"``), words (``"say opening hours"``, silence where nobody
    listens to words), silence (``""``), ``h`` to hang up. In a queue ``a`` (an agent answers),
    ``n`` (nobody is logged in), ``t`` (the wait times out), ``f`` (the queue is full), ``l``
    (too long a wait is expected), ``o`` (the queue closes) and ``c`` (the caller asks to be called
    back) are taken from the list, else an agent answers. A message is left unless the next entry
    is silence.
    """

    def __init__(self, acts: Iterable[str]) -> None:
        self._acts = list(acts)
        for act in self._acts:
            if act.startswith(SAY) or act == HANG_UP or act in QUEUE_KEYS:
                continue
            if not set(act) <= set(KEYS):
                raise ValueError(
                    f"“{act}” is neither keys of a telephone nor one of h, a, n, t, f, l, o, c; "
                    f"words are written “{SAY}{act}”"
                )

    @classmethod
    def parse(cls, keys: str) -> Script:
        """The script written as one text, entries parted by commas: ``"12,,3"``.

        Raises:
            ValueError: An entry is nothing that a caller can do.
        """
        return cls(act.strip() for act in keys.split(",")) if keys else cls(())

    def hears(self, utterance: Utterance) -> None:
        """Listen, and do nothing."""

    def presses(self, wait: float) -> str:
        """The next entry; an entry for a queue that was never reached is passed over."""
        act = self._next()
        return SILENCE if act.startswith(SAY) else act

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        """The next entry, likewise."""
        return self._next().removeprefix(SAY)

    def rides(self, request: QueueRequest) -> QueueOutcome:
        """As the next entry says."""
        if self._acts and self._acts[0] == HANG_UP:
            raise CallerHungUp
        if self._acts and self._acts[0] in QUEUE_KEYS:
            return QUEUE_KEYS[self._acts.pop(0)]
        return QueueOutcome.TALKED

    def speaks(self, request: MessageRequest) -> float:
        """A message, unless the next entry is silence or the end of the call."""
        act = self._acts.pop(0) if self._acts and self._acts[0] in (SILENCE, HANG_UP) else None
        if act == HANG_UP:
            raise CallerHungUp
        return 0.0 if act == SILENCE else min(MESSAGE_SECONDS, request.max_seconds)

    def _next(self) -> str:
        while self._acts:
            act = self._acts.pop(0)
            if act == HANG_UP:
                raise CallerHungUp
            if act not in QUEUE_KEYS:
                return act
        raise CallerHungUp


class MemoryCall:
    """A call in memory. Time passes only by what happens on it.

    Attributes:
        heard: Everything said so far, in order.
        rides: The queues asked for.
        messages: The messages left, with their seconds.
        speech: Whether somebody is there to listen to voices.
        answered: Whether it was picked up.
        ended: Whether our side hung up.
        cause: Why it did.
        world: What lies outside of it; tell it what to do.
    """

    def __init__(
        self,
        person: Person,
        *,
        dialled: str,
        caller: str = "+46 70 174 06 05",
        contact: str = "memory-1",
        began: datetime = datetime(2026, 11, 23, 10, tzinfo=UTC),
    ) -> None:
        self._person = person
        self._contact, self._caller, self._dialled = contact, caller, dialled
        self._now = began
        self._pressed = ""  # keys pressed ahead of being asked for
        self.heard: list[Utterance] = []
        self.rides: list[QueueRequest] = []
        self.messages: list[tuple[MessageRequest, float]] = []
        self.speech = True
        self.answered = False
        self.ended = False
        self.cause = Cause.NORMAL
        self.world = MemoryWorld(self.now, self._pass)

    def now(self) -> datetime:
        """The virtual time."""
        return self._now

    @property
    def contact(self) -> str:
        """Id of the contact."""
        return self._contact

    @property
    def caller(self) -> str:
        """The caller's number."""
        return self._caller

    @property
    def dialled(self) -> str:
        """The dialled number."""
        return self._dialled

    async def answer(self) -> None:
        """Pick up."""
        self._alive()
        self.answered = True

    async def say(self, utterance: Utterance, *, interrupt: str = "") -> str:
        """Let the person hear it; a key pressed ahead interrupts at once."""
        self._alive()
        self.heard.append(utterance)
        self._person.hears(utterance)
        if self._pressed and self._pressed[0] in interrupt:
            key, self._pressed = self._pressed[0], self._pressed[1:]
            return key
        self._pass(len(utterance.text) / CHARACTERS_A_SECOND)
        return ""

    async def collect(self, *, first: str = "", count: int, wait: float, stop: str = "#") -> str:
        """Take keys pressed ahead, then ask the person once; after ``first`` they press no more.

        The keys of one act are pressed in one go.
        """
        self._alive()
        keys = first
        asked = bool(first)
        while len(keys) < count:
            if not self._pressed and not asked:
                self._pressed, asked = self._person.presses(wait), True
            if not self._pressed:
                self._pass(wait)
                break
            key, self._pressed = self._pressed[0], self._pressed[1:]
            if key in stop:
                break
            keys += key
        return keys

    async def listen(self, request: ListenRequest) -> Heard:
        """Let the person say or press something; every word that is said is understood."""
        if not self.speech:
            return await self._by_key(request)
        if key := await self.say(request.utterance, interrupt=KEYS):
            return Heard(key=key)
        answer = self._person.answers(request.phrases, request.wait)
        if not answer:
            self._pass(request.wait)
            return Heard(hearing=Hearing.SILENCE, engine=ENGINE)
        if set(answer) <= set(KEYS):
            self._pressed = answer[1:]
            return Heard(key=answer[0])
        self._pass(len(answer) / CHARACTERS_A_SECOND)
        return _understood(answer, request.phrases)

    async def _by_key(self, request: ListenRequest) -> Heard:
        key = ""
        if request.phrases:
            key = await self.say(request.utterance, interrupt=KEYS)
            key = key or await self.collect(count=1, wait=request.wait, stop="")
        return Heard(key, hearing=Hearing.AWAY)

    async def record(self, request: MessageRequest) -> Message:
        """Let the person speak."""
        self._alive()
        seconds = self._person.speaks(request)
        self._pass(max(seconds, request.silence_seconds))
        if seconds <= 0:
            return Message()
        self.messages.append((request, seconds))
        return Message(f"{self.contact}-v{len(self.messages)}", seconds)

    async def queue(self, request: QueueRequest) -> QueueOutcome:
        """Let the person decide how the wait ends."""
        self._alive()
        self.rides.append(request)
        if request.closed:
            return QueueOutcome.CLOSED
        outcome = self._person.rides(request)
        if outcome is QueueOutcome.TALKED:
            self._pass(TALK_SECONDS)
        elif outcome is QueueOutcome.TIMED_OUT:
            self._pass(request.max_wait or 0)
        return outcome

    async def hang_up(self, cause: Cause = Cause.NORMAL) -> None:
        """End the call."""
        self.ended, self.cause = True, cause

    def _alive(self) -> None:
        if self.ended:
            raise CallerHungUp

    def _pass(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def _understood(words: str, phrases: Sequence[str]) -> Heard:
    if not phrases:
        return Heard(words=normalised(words), hearing=Hearing.MATCH, engine=ENGINE)
    same = {normalised(phrase): phrase for phrase in phrases}
    phrase = same.get(normalised(words), "")
    return Heard(
        phrase=phrase, hearing=Hearing.MATCH if phrase else Hearing.NO_MATCH, engine=ENGINE
    )
