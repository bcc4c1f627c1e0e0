"""One AEAP ``speech_to_text`` conversation with Asterisk.

Sans-I/O: text, audio and what was heard go in, text comes out through ``send``, and time passes by
``call_later``. What Asterisk asks (``res_speech_aeap.c``): ``setup`` with its codec when a speech
object is made; ``set`` for each ``SPEECH SET``; ``get`` of the results when a ``set`` of ours was
empty, which never happens. It says nothing when ``SPEECH RECOGNIZE`` begins or ends: audio just
flows or does not. We ask one thing, ``set`` of the results, which ends the ``SPEECH RECOGNIZE`` in
hand.

The settings:

* ``language``;
* ``phrases``, separated by ``|``, begins a new recognition, which gives one answer;
* ``more_phrases`` adds to them;
* ``free_speech``, the most milliseconds that are listened to, begins one whose answer is whatever
  is said;
* ``barge_in``, ``yes`` or ``no``: the start of speech is a result too, before the answer;
* ``go_on``: a key has ended the ``SPEECH RECOGNIZE`` in hand and another one follows, in which the
  answer is to be told, even where the first one missed it;
* ``silence_ms``: when speech has not begun so long after the phrases came, that is the answer.
  Asterisk's own time limit counts whole seconds, roughly.

``SPEECH SET`` succeeds for the dialplan whatever we answer. A setting that cannot be obeyed is
therefore told again, as the result of the recognition that it spoils, when its audio comes.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from media.speech import phrases
from media.speech.aeap import framed, params_of, parsed
from media.speech.errors import CodecUnknown, LanguageNotInstalled, ProtocolFault, SpeechError
from media.speech.pcm import DECODERS
from media.speech.recognition import LONGEST_MS, Heard, Kind, Recognition

log = logging.getLogger(__name__)

SILENCE: Final = "silence"
BEGAN: Final = "began"
ERROR: Final = "error"
"""What stands for a grammar's name in a result that is no words."""

_LONGEST_SILENCE_MS = 600_000
_LONGEST_SPEECH_MS = 60_000

_TURN_SECONDS = 0.25
"""From ``began`` to the answer at the least. Asterisk drops a result that comes after one ``SPEECH
RECOGNIZE`` and before the next, and a worker that was late tells both at once."""


class Ears(Protocol):
    """What listens to the session's audio."""

    @property
    def languages(self) -> Iterable[str]:
        """What is understood."""

    async def listen(self, recognition: Recognition) -> None:
        """Listen for something else; raises SpeechError when that cannot be."""

    async def hear(self, audio: bytes) -> None:
        """Take in more audio."""

    def leave(self) -> None:
        """Nothing more will come."""


class Timer(Protocol):
    """What will happen later."""

    def cancel(self) -> None:
        """It shall not."""


class Session:
    """One connection of Asterisk.

    Args:
        open_ears: Makes what listens, once, given what it is to tell; raises SpeechError when
            there is too much to do.
        send: Sends a text message to Asterisk; must not block.
        call_later: Calls something in so many seconds.
    """

    def __init__(
        self,
        open_ears: Callable[[Callable[[Heard], None]], Ears],
        send: Callable[[str], None],
        call_later: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._open_ears = open_ears
        self._ears: Ears | None = None
        self._send = send
        self._call_later = call_later
        self._timer: Timer | None = None
        self._ids = (str(number) for number in itertools.count(1))
        self._codec = ""
        self._language = ""
        self._phrases: tuple[str, ...] = ()
        self._barge_in = False
        self._silence_ms = 0
        self._listening = False
        self._turning = False  # Asterisk goes from one SPEECH RECOGNIZE to the next
        self._held: Heard | None = None
        self._answered: Heard | None = None
        self._refusal = ""
        self._result: dict[str, Any] = {}

    async def text(self, data: str) -> bool:
        """Take in a message.

        Returns:
            Whether the conversation goes on; Asterisk forgets a connection whose ``setup`` was
            refused without closing it.

        Raises:
            ProtocolFault: It is no message of AEAP.
        """
        message = parsed(data)
        if "response" in message:
            if "error_msg" in message:
                log.warning("Asterisk refuses a result", extra={"error": message["error_msg"]})
            return True
        name, number = str(message["request"]), str(message["id"])
        try:
            answer = await self._answer(name, message)
        except SpeechError as error:
            log.warning("speech request refused", extra={"request": name, "code": error.code})
            if not isinstance(error, ProtocolFault):
                self._deafen()
                self._refusal = error.code
            self._reply(name, number, {"error_msg": str(error)})
            return name != "setup"
        self._reply(name, number, answer)
        return True

    async def audio(self, data: bytes) -> None:
        """Take in audio; what comes while nothing is listened for is dropped."""
        if self._refusal:
            self._tell(ERROR, self._refusal)
            self._refusal = ""
        elif self._held is not None and not self._turning:
            self._answer_with(self._held)
        elif self._listening and self._ears is not None:
            await self._ears.hear(data)

    def close(self) -> None:
        """The connection has ended."""
        self._deafen()
        if self._ears is not None:
            self._ears.leave()

    async def _answer(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        match name:
            case "setup":
                return self._set_up(message.get("codecs"))
            case "set":
                for setting, value in params_of(message, dict).items():
                    await self._set(str(setting), str(value))
                return {}
            case "get":
                return {"params": {name: self._get(str(name)) for name in params_of(message, list)}}
        raise ProtocolFault(
            f"There is no request {name[:40]!r}; only setup, set and get are known."
        )

    def _set_up(self, codecs: object) -> dict[str, Any]:
        if self._ears is not None:
            raise ProtocolFault("A second setup came; each conversation has one.")
        if not isinstance(codecs, list):
            raise ProtocolFault("The setup names no codecs.")
        asked = [str(codec.get("name")) for codec in codecs if isinstance(codec, dict)]
        for codec in asked:
            if codec in DECODERS:
                self._ears = self._open_ears(self._heard)
                self._codec = codec
                return {"codecs": [{"name": codec}]}
        raise CodecUnknown(asked, DECODERS)

    async def _set(self, setting: str, value: str) -> None:
        if self._ears is None:
            raise ProtocolFault("A setting came before setup; Asterisk sends setup first.")
        match setting:
            case "language":
                self._deafen()
                self._language, self._phrases = value, ()
                self._check_language(self._ears)
            case "phrases":
                self._phrases = phrases.joined((), phrases.split(value))
                await self._listen(self._ears)
            case "more_phrases":
                self._phrases = phrases.joined(self._phrases, phrases.split(value))
                await self._listen(self._ears)
            case "free_speech" if value.isdecimal() and 0 < int(value) <= _LONGEST_SPEECH_MS:
                self._phrases = ()
                await self._listen(self._ears, int(value))
            case "go_on" if value == "yes":
                self._go_on()
            case "barge_in" if value in ("yes", "no"):
                self._barge_in = value == "yes"
            case "silence_ms" if value.isdecimal() and int(value) <= _LONGEST_SILENCE_MS:
                self._silence_ms = int(value)
            case _:
                raise ProtocolFault(f"There is no setting {setting[:40]!r} with such a value.")

    def _check_language(self, ears: Ears) -> None:
        if self._language not in ears.languages:
            raise LanguageNotInstalled(self._language, ears.languages)

    async def _listen(self, ears: Ears, longest_ms: int = LONGEST_MS) -> None:
        """Begin a recognition."""
        self._deafen()
        self._answered = None
        self._check_language(ears)
        await ears.listen(Recognition(self._language, self._phrases, self._codec, longest_ms))
        self._listening = True
        self._refusal = ""
        if self._silence_ms:
            self._timer = self._call_later(self._silence_ms / 1000, self._fall_silent)

    def _deafen(self) -> None:
        """Drop what may still come of a recognition."""
        self._listening = self._turning = False
        self._held = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fall_silent(self) -> None:
        self._deafen()
        self._tell(SILENCE)

    def _heard(self, heard: Heard) -> None:
        """Tell Asterisk what was heard."""
        if not self._listening:
            return
        if heard.kind is Kind.BEGAN:
            if self._timer is not None:
                self._timer.cancel()
            if self._barge_in:
                self._tell(BEGAN)
                self._turn()
        elif self._turning:
            self._held = heard
        else:
            self._answer_with(heard)

    def _go_on(self) -> None:
        if self._listening:
            self._turn()
        else:
            self._held = self._answered

    def _turn(self) -> None:
        """Hold the answer until Asterisk listens again."""
        if self._timer is not None:
            self._timer.cancel()
        self._turning = True
        self._timer = self._call_later(_TURN_SECONDS, self._turned)

    def _turned(self) -> None:
        self._turning = False

    def _answer_with(self, heard: Heard) -> None:
        self._deafen()
        self._answered = heard
        grammar = ERROR if heard.kind is Kind.FAILED else self._language
        self._tell(grammar, heard.text, heard.confidence)

    def _tell(self, grammar: str, text: str = "", score: int = 0) -> None:
        self._result = {"text": text, "score": score, "grammar": grammar, "best": 0}
        params = {"results": [self._result]}
        self._send(framed({"request": "set", "id": next(self._ids), "params": params}))

    def _get(self, name: str) -> object:
        match name:
            case "results":
                return [self._result] if self._result else []
            case "language":
                return self._language
        raise ProtocolFault(f"There is nothing to get by the name {name[:40]!r}.")

    def _reply(self, name: str, number: str, answer: dict[str, Any]) -> None:
        self._send(framed({"response": name, "id": number, **answer}))
