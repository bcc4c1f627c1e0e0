"""How the server and its workers write to each other: small framed messages on a Unix socket.

Sans-I/O: :func:`pack` makes bytes, :class:`Unpacker` finds the messages in whatever bytes came.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, auto

_HEAD = struct.Struct("<IBI")


class Tag(IntEnum):
    """What a message is; its payload beside it."""

    LISTEN = auto()  # to the worker: a Recognition; what was heard so far is forgotten
    AUDIO = auto()  # to the worker: audio in the recognition's codec
    LEAVE = auto()  # to the worker: the stream has ended
    LISTENING = auto()  # from the worker: the answer to LISTEN, empty when it listens, else why not
    DONE = auto()  # from the worker: one AUDIO has been taken in
    HEARD = auto()  # from the worker: a Heard


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream.

    Attributes:
        tag: What it is.
        stream: Number of the stream, given by the server.
        payload: See :class:`Tag`.
    """

    tag: Tag
    stream: int
    payload: bytes = b""


def pack(tag: Tag, stream: int, payload: bytes = b"") -> bytes:
    """A message as bytes."""
    return _HEAD.pack(len(payload), tag, stream) + payload


class Unpacker:
    """Finds messages in a stream of bytes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now."""
        data = self._rest + data
        found = []
        start = 0
        while start + _HEAD.size <= len(data):
            size, tag, stream = _HEAD.unpack_from(data, start)
            end = start + _HEAD.size + size
            if end > len(data):
                break
            found.append(Message(Tag(tag), stream, data[start + _HEAD.size : end]))
            start = end
        self._rest = data[start:]
        return found
