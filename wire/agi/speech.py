"""Speech recognition on a session: Asterisk's speech object (``SPEECH CREATE …``), typed.

What Asterisk 22.10 does with an AEAP engine (``res_speech_aeap``), seen on the real one:

- ``CREATE`` connects to the engine. Refused, it answers within milliseconds; an engine that takes
  the connection and then says nothing holds the channel for as long as it likes. Ask whether it
  lives before.
- ``SET`` answers ``1`` whatever the engine says, after 1 s when it says nothing. ``LOAD`` and
  ``ACTIVATE GRAMMAR`` do not exist for such an engine.
- ``RECOGNIZE`` plays, listens and ends with what comes first: a result, a key, the time. Neither a
  result nor a key stops the sound: it plays on until the next command that plays.
- Its time begins when the sound is over and ends with a second of the wall clock: of 3 seconds,
  more than 2 pass.
- Once the sound is over nothing is sent to the caller, ``transmit_silence`` or not.
- An engine that dies meanwhile ends it a second later, without a result.
- A result that comes while nothing recognises is dropped; between one ``RECOGNIZE`` and the next
  one or two frames (20 ms each) of the caller's voice are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from wire.agi.commands import MAX_COMMAND_BYTES, command, quote
from wire.agi.errors import AgiBadArgument, AgiHungUp, AgiProtocolError
from wire.agi.link import AgiLink

LONGEST_SOUND_S: Final = 900.0
"""The longest sound that is waited for, seconds."""

_DESTROY = command("SPEECH DESTROY")


class SpeechEnd(Enum):
    """What ended a ``SPEECH RECOGNIZE``."""

    HEARD = "speech"
    KEY = "digit"
    SILENCE = "timeout"
    FAILED = "failed"  # the engine is gone, or there is no speech object


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a ``SPEECH RECOGNIZE`` gave.

    Attributes:
        end: What ended it.
        key: The key that was pressed, else ``""``.
        text: The best result's words as the engine wrote them. Personal.
        score: How sure the engine is of them, in its own measure.
        grammar: One word of the engine's about what kind of result it is.
    """

    end: SpeechEnd
    key: str = ""
    text: str = ""
    score: int = 0
    grammar: str = ""


class AgiSpeech:
    """The speech object of one session; it has at most one at a time.

    Every method raises what :meth:`AgiLink.send` raises, and
    :class:`~wire.agi.errors.AgiHungUp` once the caller is gone.
    """

    __slots__ = ("_session",)

    def __init__(self, session: AgiLink) -> None:
        self._session = session

    async def create(self, engine: str) -> bool:
        """Connect to an engine; ``False`` when it is away, refuses, or has another name."""
        return (await self._session.send(command("SPEECH CREATE", engine))).result == "1"

    async def set(self, name: str, value: str) -> None:
        """Tell the engine something. What it thinks of that is not told."""
        await self._session.send(command("SPEECH SET", name, value))

    async def recognize(
        self, sound: str, *, wait_s: int, limit_s: float = LONGEST_SOUND_S
    ) -> Recognised:
        """Play a sound and listen for a voice and for keys, both at once.

        Args:
            sound: Path without extension.
            wait_s: Seconds after the sound, rounded down by up to one by Asterisk; more than 0.
            limit_s: Seconds after which the session is given up; longer than sound and wait.
        """
        if wait_s < 1:
            raise AgiBadArgument("SPEECH RECOGNIZE without a time would listen for ever.")
        reply = await self._session.send(command("SPEECH RECOGNIZE", sound, wait_s), limit_s)
        fields = reply.extra
        if reply.value == "hangup":
            raise AgiHungUp
        if reply.value == SpeechEnd.KEY.value:
            return Recognised(SpeechEnd.KEY, key=fields.get("digit", ""))
        if reply.value == SpeechEnd.SILENCE.value:
            return Recognised(SpeechEnd.SILENCE)
        if reply.value != SpeechEnd.HEARD.value or fields.get("results", "0") == "0":
            return Recognised(SpeechEnd.FAILED)
        try:
            score = int(fields["score0"])
        except (KeyError, ValueError):
            raise AgiProtocolError("SPEECH RECOGNIZE was answered without a score.") from None
        return Recognised(
            SpeechEnd.HEARD,
            text=fields.get("text0", ""),
            score=score,
            grammar=fields.get("grammar0", ""),
        )

    async def destroy(self) -> None:
        """Leave the engine. Harmless without one, and on a dead channel; the session's end too."""
        await self._session.send(_DESTROY)


def in_settings(name: str, values: Iterable[str], separator: str) -> Iterator[str]:
    """``values`` joined to as few settings called ``name`` as AGI's lines have room for."""
    room = MAX_COMMAND_BYTES - len(f'SPEECH SET "{name}" ')
    joined = ""
    for value in values:
        longer = f"{joined}{separator}{value}" if joined else value
        if joined and len(quote(longer).encode()) > room:
            yield joined
            longer = value
        joined = longer
    if joined:
        yield joined
