"""A worker: one process, one thread, as many streams as it is given."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Mapping

from media.speech.engine import Engine
from media.speech.errors import EngineFailed, LanguageNotInstalled, SpeechError
from media.speech.listener import Listener
from media.speech.pipe import Message, Tag, Unpacker, pack
from media.speech.recognition import Heard, Kind, Recognition

log = logging.getLogger(__name__)

_READ_BYTES = 1 << 18


class Worker:
    """What a worker does with the messages that it gets; sans-I/O.

    Args:
        engines: The loaded engine of each language.
    """

    def __init__(self, engines: Mapping[str, Engine]) -> None:
        self._engines = engines
        self._listeners: dict[int, Listener] = {}

    def take(self, message: Message) -> bytes:
        """Do what a message says.

        Returns:
            The answers, packed.
        """
        stream = message.stream
        match message.tag:
            case Tag.LISTEN:
                self._listeners.pop(stream, None)
                try:
                    self._listeners[stream] = self._listen(message.payload)
                except SpeechError as error:
                    return pack(Tag.LISTENING, stream, str(error).encode())
                return pack(Tag.LISTENING, stream)
            case Tag.AUDIO:
                answers = [pack(Tag.HEARD, stream, one.to_wire()) for one in self._hear(message)]
                return b"".join((*answers, pack(Tag.DONE, stream)))
            case Tag.LEAVE:
                self._listeners.pop(stream, None)
                return b""
            case _:
                raise AssertionError(f"{message.tag.name} is not for a worker")

    def _hear(self, message: Message) -> list[Heard]:
        listener = self._listeners.get(message.stream)
        if listener is None:
            return []
        try:
            return list(listener.hear(message.payload))
        except Exception:  # an engine's library raises anything; the other streams go on
            log.exception("speech engine failed")
            del self._listeners[message.stream]
            return [Heard(Kind.FAILED, EngineFailed.code)]

    def _listen(self, payload: bytes) -> Listener:
        recognition = Recognition.from_wire(payload)
        engine = self._engines.get(recognition.language)
        if engine is None:
            raise LanguageNotInstalled(recognition.language, self._engines)
        return Listener(engine, recognition)


def work(connection: socket.socket, engines: Mapping[str, Engine]) -> None:
    """Serve until the server closes the connection, however it ends."""
    worker = Worker(engines)
    unpacker = Unpacker()
    with connection, contextlib.suppress(ConnectionError):
        while data := connection.recv(_READ_BYTES):
            for message in unpacker.feed(data):
                if answers := worker.take(message):
                    connection.sendall(answers)
