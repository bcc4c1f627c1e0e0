"""Questions that callers may speak to: Asterisk's speech object in the terms of the Call port.

A caller who presses keys must not notice that somebody listens: keys count at once, the time to
answer is that of a menu without speech, and where the server is away or dies in mid-sentence the
sentence goes on and keys are waited for. Only where they are to speak freely, which no key can
stand for, is nothing asked then.

What the server is told (``SPEECH SET``), in this order: ``language``; ``barge_in``, so that it
says when the caller begins to speak, at which the prompt stops; ``silence_ms``, the time until the
first word, since Asterisk's own knows only whole seconds and is rounded down; ``phrases`` and
``more_phrases``, or ``free_speech``. ``go_on`` follows where a key was pressed while the caller
spoke freely: many press one when they are done, and the words are still to come. Its results carry
in ``grammar`` what they are: ``began``, ``silence``, ``error``, or the language of what was said.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.calls.speech_server import SpeechServer
from ivr.flow.call import Heard, Hearing, ListenRequest
from ivr.flow.vocabulary import KEYS
from media.wav import RATE_HZ, length_s
from wire.agi.speech import AgiSpeech, Recognised, SpeechEnd, in_settings

if TYPE_CHECKING:
    from ivr.calls.agi_call import AgiCall

logger = logging.getLogger(__name__)

ENGINE: Final = "vaxel"
"""The section of ``aeap.conf``."""

BEGAN, SILENCE, ERROR = "began", "silence", "error"

ANSWER_S: Final = 5
"""So long after the longest words the server has told what it heard; else it has failed."""

LONGEST_WORDS_S: Final = 15
"""Of words that are no free speech."""

_SPARE_S: Final = 2
"""So much later than the server Asterisk itself ends a silence."""

_PATIENCE_S: Final = 10.0


class Listener:
    """Asks callers by voice and by key.

    Args:
        server: Who listens.
        nothing: A sound of no length, without its ending: playing it stops another one.
        clock_s: Monotonic seconds.
    """

    def __init__(
        self, server: SpeechServer, nothing: Path, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._server = server
        self._nothing = str(nothing)
        self._clock_s = clock_s

    async def ask(self, call: AgiCall, request: ListenRequest) -> Heard:
        """Ask, and listen as well as can be.

        Raises:
            MediaError: The question cannot be spoken.
            AgiError: The caller is gone, or the channel failed.
        """
        language = request.utterance.language
        sound = await call.sound(request.utterance)
        question = _Question(call, request, sound, self._nothing, self._clock_s)
        heard = None
        if await self._server.listens(language):
            engine = self._server.known_engine(language)
            heard = await question.by_voice(engine)
            if question.lost:
                self._server.failed("it refused a caller, or was lost while one was listened to")
        if heard is None:
            engine = self._server.known_engine(language)
            key = await question.by_key() if request.phrases else await question.given_up()
            heard = Heard(key, hearing=Hearing.AWAY, engine=engine)
        return heard


class _Question:
    """One question to one caller.

    Attributes:
        lost: Whether the server was seen to be gone.
    """

    def __init__(
        self,
        call: AgiCall,
        request: ListenRequest,
        sound: str,
        nothing: str,
        clock_s: Callable[[], float],
    ) -> None:
        self._contact = call.contact
        self._session = call.session
        self._speech = AgiSpeech(call.session)
        self._request = request
        self._sound = sound
        self._sound_s = length_s(Path(f"{sound}.wav"))
        self._nothing = nothing
        self._clock_s = clock_s
        self._began_at: float | None = None  # when the sound began that still plays
        self.lost = False

    async def by_voice(self, engine: str) -> Heard | None:
        """Listen to voice and keys; ``None`` when nobody could, and keys must do."""
        if not await self._speech.create(ENGINE):
            self.lost = True
            return None
        for name, value in self._settings():
            await self._speech.set(name, value)
        # after an error on the way the session is over, and Asterisk destroys the object with it
        heard = self._understood(await self._recognised(), engine)
        await self._speech.destroy()
        if heard is not None:
            await self.given_up()
        return heard

    async def given_up(self) -> str:
        """End the sound that still plays, if one does; no key."""
        if self._began_at is not None:
            await self._session.stream_file(self._nothing)
        return ""

    async def by_key(self) -> str:
        """Say what is still to be said of the question and wait for a key, ``""`` for none."""
        said_s = 0.0 if self._began_at is None else self._clock_s() - self._began_at
        wait_s = self._request.wait
        if said_s < self._sound_s:
            begin = round(said_s * RATE_HZ)
            key = await self._session.stream_file(self._sound, KEYS, begin=begin)
        else:
            key = ""
            wait_s -= said_s - self._sound_s
        return key or (await self._session.wait_for_digit(wait_s) if wait_s > 0 else "")

    def _settings(self) -> Iterator[tuple[str, str]]:
        yield "language", self._request.utterance.language
        yield "barge_in", "yes"
        yield "silence_ms", str(round((self._sound_s + self._request.wait) * 1000))
        if not self._request.phrases:
            yield "free_speech", str(round(self._request.longest * 1000))
        name = "phrases"
        for phrases in in_settings("more_phrases", self._request.phrases, "|"):
            yield name, phrases
            name = "more_phrases"

    async def _recognised(self) -> Recognised:
        """What ends the listening; the caller's first sound ends the question alone."""
        self._began_at = self._clock_s()
        first = await self._listen(self._sound, math.ceil(self._request.wait) + _SPARE_S)
        if first.end is not SpeechEnd.HEARD or first.grammar != BEGAN:
            return first
        self._began_at = None
        free = not self._request.phrases
        wait_s = math.ceil(self._request.longest if free else LONGEST_WORDS_S) + ANSWER_S
        words = await self._listen(self._nothing, wait_s)
        while free and words.end is SpeechEnd.KEY:
            await self._speech.set("go_on", "yes")
            words = await self._listen(self._nothing, wait_s)
        return Recognised(SpeechEnd.FAILED) if words.end is SpeechEnd.SILENCE else words

    async def _listen(self, sound: str, wait_s: int) -> Recognised:
        limit_s = self._sound_s + wait_s + _PATIENCE_S
        return await self._speech.recognize(sound, wait_s=wait_s, limit_s=limit_s)

    def _understood(self, recognised: Recognised, engine: str) -> Heard | None:
        if recognised.end is SpeechEnd.KEY:
            return Heard(recognised.key)
        if recognised.end is SpeechEnd.FAILED or recognised.grammar == ERROR:
            self.lost = recognised.end is SpeechEnd.FAILED
            why = {"contact": self._contact, "why": recognised.text}
            logger.info("A caller could not be listened to; keys count", extra=why)
            return None
        if recognised.end is SpeechEnd.SILENCE or recognised.grammar == SILENCE:
            return Heard(hearing=Hearing.SILENCE, engine=engine)
        sure = recognised.score >= self._request.confidence
        if sure and recognised.text and not self._request.phrases:
            return Heard(words=recognised.text, hearing=Hearing.MATCH, engine=engine)
        if sure and recognised.text in self._request.phrases:
            return Heard(phrase=recognised.text, hearing=Hearing.MATCH, engine=engine)
        return Heard(hearing=Hearing.NO_MATCH, engine=engine)
