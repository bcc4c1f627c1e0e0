"""What Asterisk's bytes on a FastAGI connection mean. Never sees a socket.

Asterisk speaks first: ``agi_name: value`` lines up to an empty line. Then each command gets one
answer, ``200 result=…`` or an error code; a usage error is a block ``520-…`` to ``520 …``. A line
``HANGUP`` may stand in front of any answer or come while nothing is asked: it is an event of its
own, never an answer.

Text is UTF-8. Bytes that are not become U+FFFD: a caller's name must neither end the call nor
blow up later in a store that takes only valid text. Line feeds inside a value (a SIP user part may
hold ``%0A``) stay text: such a line is a continuation, not a field, as it does not begin
``agi_name:``. A name that comes twice is taken for a forgery and refused.

Source: ``setup_env``, ``run_agi``, ``agi_handle_command`` in Asterisk's ``res/res_agi.c``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from wire.agi.errors import AgiProtocolError

MAX_LINE_BYTES: Final = 16_384
"""The longest answer line; variables longer than this do not fit a call."""

MAX_BLOCK_BYTES: Final = 65_536
"""The longest environment, usage text or value of several lines."""

_FIELDS = re.compile(r"^(agi_[a-z0-9_]+):(?: (.*)|)$", re.ASCII | re.MULTILINE)
_EXTRA = re.compile(r'(\w+)=(?:"([^"]*)"|(\S*))')
_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Environment:
    """Asterisk's greeting: whose call this is.

    Attributes:
        fields: Every ``agi_*`` name with its value, names as sent. Values may be empty.
    """

    fields: Mapping[str, str]

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments behind the URL in the dialplan: ``agi_arg_1`` and so on, in order."""
        args: list[str] = []
        while (arg := self.fields.get(f"agi_arg_{len(args) + 1}")) is not None:
            args.append(arg)
        return tuple(args)

    @property
    def path(self) -> str:
        """The path of the ``agi://`` URL without slashes and query, e.g. ``inbound``."""
        return self.fields.get("agi_network_script", "").partition("?")[0].strip("/")

    @property
    def channel(self) -> str:
        """The channel's name, e.g. ``PJSIP/caller-0000002a``."""
        return self.fields.get("agi_channel", "")

    @property
    def uniqueid(self) -> str:
        """The channel's Uniqueid, e.g. ``vaxel-1763925160.42``."""
        return self.fields.get("agi_uniqueid", "")

    @property
    def caller_number(self) -> str:
        """The caller's number as text, ``""`` when withheld. Personal."""
        return self._known("agi_callerid")

    @property
    def caller_name(self) -> str:
        """The caller's name as text, ``""`` when withheld. Personal."""
        return self._known("agi_calleridname")

    @property
    def extension(self) -> str:
        """The dialled extension."""
        return self.fields.get("agi_extension", "")

    def _known(self, name: str) -> str:
        value = self.fields.get(name, "")
        return "" if value == "unknown" else value


class Reply(NamedTuple):
    """The answer to one command; a tuple, as one is made for each command.

    Attributes:
        code: 200 done, 510 unknown command, 511 dead channel, 520 wrong usage.
        result: What stands behind ``result=``; ``""`` unless ``code`` is 200.
        value: The text in parentheses, e.g. a variable's value or ``timeout``; ``None`` if absent.
        text: What follows: ``endpos=…`` fields of a result, or the words of an error.
    """

    code: int
    result: str
    value: str | None = None
    text: str = ""

    @property
    def extra(self) -> Mapping[str, str]:
        """The further ``name=value`` fields, quotes taken off, e.g. ``endpos``."""
        if not self.text:
            return _EMPTY
        return {name: quoted or bare for name, quoted, bare in _EXTRA.findall(self.text)}


@dataclass(frozen=True, slots=True)
class Hangup:
    """The out-of-band ``HANGUP`` line: the channel is dead, the session still open."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The peer broke the protocol; always the last event of a parser."""

    error: AgiProtocolError


AgiEvent = Environment | Reply | Hangup | Malformed

_HANGUP = Hangup()
_PLAIN = {b"200 result=%d\n" % number: Reply(200, str(number)) for number in (-1, 0, 1)}
"""What most commands are answered with, parsed once and for all."""


class AgiParser:
    """Bytes in, events out; any split of the same bytes gives the same events."""

    __slots__ = ("_block", "_block_end", "_block_size", "_broken", "_greeted", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._greeted = False
        self._broken = False
        self._block: list[bytes] = []  # the lines so far of an answer of several lines
        self._block_end = b""  # its last line begins so (a usage text) …
        self._block_size = 0

    def feed(self, data: bytes) -> list[AgiEvent]:
        """Take in what was received.

        Args:
            data: Bytes as they came, of any length.

        Returns:
            The events that are now complete, in order. After a :class:`Malformed` no more come.
        """
        if not self._rest:
            plain = _PLAIN.get(data)
            if plain is not None and self._greeted and not self._block and not self._broken:
                return [plain]
        else:
            data = self._rest + data
        events: list[AgiEvent] = []
        if self._broken:
            return events
        try:
            if not self._greeted:
                self._rest = self._greeting(data, events)
                if not self._greeted or not self._rest:
                    return events
                data = self._rest
            lines = data.split(b"\n")
            self._rest = lines.pop()
            for line in lines:
                self._line(line, events)
            if len(self._rest) > MAX_LINE_BYTES:
                raise AgiProtocolError(_TOO_LONG)
        except AgiProtocolError as error:
            self._broken = True
            self._rest = b""
            self._block.clear()
            events.append(Malformed(error))
        return events

    def _greeting(self, data: bytes, events: list[AgiEvent]) -> bytes:
        """Take the environment off the front; returns what is to be looked at again."""
        if not data.startswith(b"agi_"[: len(data)]):
            raise AgiProtocolError("The greeting does not begin with agi_; is this Asterisk?")
        head, ended, rest = data.partition(b"\n\n")
        if len(head) > MAX_BLOCK_BYTES + (not ended):  # the end's first half may already be there
            raise AgiProtocolError("The environment is too long; the peer was cut off.")
        if not ended:
            return data
        events.append(_environment(head.decode("utf-8", "replace")))
        self._greeted = True
        return rest

    def _line(self, line: bytes, events: list[AgiEvent]) -> None:
        if len(line) > MAX_LINE_BYTES:
            raise AgiProtocolError(_TOO_LONG)
        if self._block:
            self._further_line(line, events)
        elif line == b"HANGUP":
            events.append(_HANGUP)
        elif line.startswith(b"200 result="):
            reply = _result(line)
            if reply is None:
                self._open_block(line, end=b"")
            else:
                events.append(reply)
        elif not line[:3].isdigit() or line[3:4] not in (b" ", b"-") or line[:3] == b"200":
            raise AgiProtocolError("A line that is neither an answer nor HANGUP was received.")
        elif line[3:4] == b"-":
            self._open_block(line, end=line[:3] + b" ")
        elif line[:1] != b"1":  # 1xx only says that a command (GOSUB) is under way
            events.append(Reply(int(line[:3]), "", text=line[4:].decode("utf-8", "replace")))

    def _open_block(self, line: bytes, end: bytes) -> None:
        self._block.append(line)
        self._block_end = end
        self._block_size = len(line)

    def _further_line(self, line: bytes, events: list[AgiEvent]) -> None:
        self._block.append(line)
        self._block_size += len(line) + 1
        if self._block_size > MAX_BLOCK_BYTES:
            raise AgiProtocolError("An answer of several lines is too long; the peer was cut off.")
        if self._block_end:
            if line.startswith(self._block_end):
                text = b"\n".join(
                    part[4:] if n == 0 else part for n, part in enumerate(self._block)
                )
                events.append(Reply(int(line[:3]), "", text=text.decode("utf-8", "replace")))
                self._block.clear()
        elif line.endswith(b")"):
            reply = _result(b"\n".join(self._block))
            if reply is not None:
                events.append(reply)
                self._block.clear()


_TOO_LONG = "A line is too long; the peer was cut off."


def _environment(head: str) -> Environment:
    found = _FIELDS.findall(head)
    fields: dict[str, str] = dict(found)
    if len(fields) < len(found):
        raise AgiProtocolError("The environment names a field twice; a value may be forged.")
    if len(found) <= head.count("\n"):
        fields = _fields_of_several_lines(head)
    return Environment(MappingProxyType(fields))


def _fields_of_several_lines(head: str) -> dict[str, str]:
    """The fields where a line feed stands inside some value; no name comes twice."""
    fields: dict[str, str] = {}
    name = ""
    for line in head.split("\n"):
        field = _FIELDS.fullmatch(line)
        if field is not None:
            name = field[1]
            fields[name] = field[2] or ""
        elif name:
            fields[name] += "\n" + line
        else:
            raise AgiProtocolError("The environment's first line is no agi_ field.")
    return fields


def _result(line: bytes) -> Reply | None:
    """The answer in a 200 line; ``None`` when its parenthesis is still open."""
    result, _, tail = line[11:].decode("utf-8", "replace").partition(" ")
    if not tail:
        return Reply(200, result)
    if not tail.startswith("("):
        return Reply(200, result, None, tail)
    if tail.endswith(")"):  # a variable's value: it may itself hold parentheses
        return Reply(200, result, tail[1:-1])
    value, closed, text = tail[1:].partition(")")
    return Reply(200, result, value, text.lstrip()) if closed else None
