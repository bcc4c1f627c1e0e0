"""The AGI commands that a call needs, typed: what to say, and what the answer means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, NoReturn

from wire.agi.commands import Command, command, execute, variable_name
from wire.agi.errors import AgiDeadChannel, AgiHungUp, AgiProtocolError, AgiResultError
from wire.agi.link import AgiLink
from wire.agi.parser import Reply

PLAY_LIMIT_S: Final = 900.0
"""The longest prompt that is waited for, seconds."""

_ANSWER = command("ANSWER")
_CHANNEL_STATUS = command("CHANNEL STATUS")
_HANG_UP = command("HANGUP")
_MUSIC_OFF = command("SET MUSIC OFF")
_NOTHING = command("NOOP")

_KEYS = frozenset("0123456789*#ABCD")


class ChannelState(IntEnum):
    """Asterisk's ``ast_channel_state``."""

    DOWN = 0
    RESERVED = 1
    OFF_HOOK = 2
    DIALLING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALLING_OFF_HOOK = 8
    PRE_RING = 9
    MUTE = 10


class RecordEnd(Enum):
    """What ended a recording."""

    KEY = "dtmf"
    QUIET = "timeout"  # silence or the longest time: Asterisk gives both the same word
    HUNG_UP = "hangup"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished ``RECORD FILE``; the file exists.

    Attributes:
        end: What ended it.
        key: The key that ended it, or ``""``.
        samples: Its length in samples of the file's own rate.
    """

    end: RecordEnd
    key: str
    samples: int


class AgiSession(AgiLink):
    """One call, in the hands of one handler.

    Every method raises :class:`~wire.agi.errors.AgiHungUp` once the caller is gone (where the
    command needs a live channel), :class:`~wire.agi.errors.AgiResultError` when Asterisk could not
    do it, and what :meth:`AgiLink.send` raises. Texts are quoted; one that AGI cannot carry raises
    :class:`~wire.agi.errors.AgiBadArgument` before anything is sent.
    """

    __slots__ = ()

    async def answer(self) -> None:
        """Pick up. Harmless when already up."""
        await self._done(_ANSWER)

    async def hangup(self) -> None:
        """End the call. Harmless when the caller was faster."""
        try:
            await self._done(_HANG_UP)
        except AgiDeadChannel:
            return

    async def alive(self) -> bool:
        """Ask Asterisk whether the channel lives.

        Asterisk says ``HANGUP`` before it takes the next command, so that after this a hang-up
        that was still under way is seen (an answer ``-1`` comes in front of its ``HANGUP``).
        """
        await self.send(_NOTHING)
        return not self.hung_up

    async def stream_file(
        self, name: str, interrupt: str = "", *, begin: int = 0, limit_s: float = PLAY_LIMIT_S
    ) -> str:
        """Play a sound file.

        Args:
            name: Path without extension, as Asterisk finds it.
            interrupt: Keys that end it.
            begin: Samples of its beginning that are left out.
            limit_s: Seconds after which the session is given up; longer than the file.

        Returns:
            The key that ended it, or ``""``.
        """
        asked = command("STREAM FILE", name, interrupt, *([begin] if begin else []))
        reply = await self._done(asked, limit_s)
        return _key(reply.result)

    async def wait_for_digit(self, wait_s: float) -> str:
        """Listen for one key for up to ``wait_s`` seconds; ``""`` for none."""
        asked = command("WAIT FOR DIGIT", round(wait_s * 1000))
        reply = await self._done(asked, wait_s + self._command_limit_s)
        return _key(reply.result)

    async def get_data(
        self, name: str, *, count: int, wait_s: float, limit_s: float = PLAY_LIMIT_S
    ) -> str:
        """Play a file and listen for up to ``count`` keys, ``#`` ends.

        Args:
            name: Path without extension.
            count: As many keys end the listening.
            wait_s: Seconds to wait for each key once the file is over.
            limit_s: Seconds after which the session is given up.

        Returns:
            The keys, without the ``#``; ``""`` for none.
        """
        asked = command("GET DATA", name, round(wait_s * 1000), count)
        keys = (await self._done(asked, limit_s)).result
        if not _KEYS.issuperset(keys):
            raise AgiProtocolError("GET DATA was answered with what are no keys.")
        return keys

    async def record_file(
        self,
        path: str,
        *,
        max_seconds: float,
        silence_seconds: float = 0,
        stop: str = "#",
        beep: bool = False,
    ) -> Recorded:
        """Record the caller as ``path.wav``. A hang-up is a normal end of it, not an error.

        Args:
            path: Where, without extension; the folder must exist.
            max_seconds: The longest recording.
            silence_seconds: Silence that ends it, rounded to whole seconds; 0 for never.
            stop: Keys that end it.
            beep: Whether a beep comes first.
        """
        options = ["BEEP"] if beep else []
        if silence_seconds > 0:
            options.append(f"s={max(1, round(silence_seconds))}")
        asked = command("RECORD FILE", path, "wav", stop, round(max_seconds * 1000), *options)
        reply = await self.send(asked, max_seconds + self._command_limit_s)
        if reply.value not in {end.value for end in RecordEnd}:
            await self._failed(asked, reply)
        end = RecordEnd(reply.value)
        samples = _number(asked, reply.extra.get("endpos", ""))
        return Recorded(end, _key(reply.result) if end is RecordEnd.KEY else "", samples)

    async def music_on(self, music_class: str = "default") -> None:
        """Start music on hold; returns at once, the music plays on while nothing else is played."""
        await self._done(command("SET MUSIC ON", music_class))

    async def music_off(self) -> None:
        """Stop music on hold."""
        await self._done(_MUSIC_OFF)

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable, or write a function such as ``CHANNEL(language)``.

        Works on a dead channel. ``value`` is taken as it is: ``${…}`` in it stays text.
        """
        await self._done(command("SET VARIABLE", variable_name(name), value))

    async def get_variable(self, name: str) -> str | None:
        """A channel variable's or function's value, up to 1,023 bytes; ``None`` when unset.

        Works on a dead channel.
        """
        asked = command("GET VARIABLE", variable_name(name))
        reply = await self.send(asked)
        return reply.value if reply.result == "1" else None

    async def evaluate(self, expression: str) -> str:
        """What the dialplan makes of ``expression``, e.g. ``${CDR(start)}``. Any length.

        Works on a dead channel. **This executes its argument**: only ever from code.
        """
        reply = await self.send(command("GET FULL VARIABLE", expression))
        return reply.value or ""

    async def exec(self, application: str, *arguments: str, limit_s: float | None = None) -> int:
        """Run a dialplan application.

        Args:
            application: Its name, from code.
            arguments: One by one; commas, quotes and parentheses in them stay theirs
                (see :func:`wire.agi.commands.application_argument`).
            limit_s: Seconds after which the session is given up; ``NO_LIMIT`` for ``Dial``.

        Returns:
            What the application returned; -1 where it or the caller ended the call. Its answer
            comes in front of the ``HANGUP``: only :meth:`alive` tells for certain. How it went
            stands in the application's variable (``DIALSTATUS`` …), readable on a dead channel.

        Raises:
            AgiResultError: Asterisk has no such application.
        """
        asked = execute(application, *arguments)
        reply = await self.send(asked, limit_s)
        result = _number(asked, reply.result)
        if result == -2:
            hint = f"is the module of {application} loaded?"
            raise AgiResultError(asked.verb, reply.result, hint)
        return result

    async def channel_status(self) -> ChannelState:
        """The channel's state."""
        reply = await self._done(_CHANNEL_STATUS)
        try:
            return ChannelState(_number(_CHANNEL_STATUS, reply.result))
        except ValueError:
            raise AgiProtocolError("CHANNEL STATUS was answered with an unknown state.") from None

    async def verbose(self, message: str, level: int = 1) -> None:
        """Write a line to Asterisk's console and log. Nothing personal: it is not scrubbed."""
        await self._done(command("VERBOSE", message, level))

    async def _done(self, asked: Command, limit_s: float | None = None) -> Reply:
        # As send() does it, without a coroutine between: this is the way of nearly every command.
        if self._waiter is not None:
            await self._turn(asked)
        reply = await self._say(asked, limit_s)
        if reply.code != 200:
            raise self._refusal(asked, reply)
        if reply.result == "-1":
            await self._failed(asked, reply)
        return reply

    async def _failed(self, asked: Command, reply: Reply) -> NoReturn:
        """Say why: -1 stands for a hang-up and for a failure (a missing file) alike."""
        if not self.hung_up and await self.alive():
            raise AgiResultError(asked.verb, reply.result)
        raise AgiHungUp


def _key(result: str) -> str:
    """The key of a result that is its ASCII code, ``""`` for ``0``."""
    if result == "0":
        return ""
    if result.isdecimal() and int(result) < 128 and chr(int(result)) in _KEYS:
        return chr(int(result))
    raise AgiProtocolError("A command was answered with what is no key.")


def _number(asked: Command, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise AgiProtocolError(f"{asked.verb} was answered with what is no number.") from None
