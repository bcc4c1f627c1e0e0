"""The workers as the server sees them: who does what, who is late, who died.

A stream sticks to one worker from its first recognition until it ends. What has been sent to a
worker and not yet been taken in is known and bounded: a stream that sends faster than its worker
decodes has to wait, and a new recognition is refused when every worker is late or has its fill.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from media.speech.errors import LanguageNotInstalled, NotListening, Overloaded, WorkerLost
from media.speech.nurse import Nurse
from media.speech.pipe import Message, Tag, Unpacker, pack
from media.speech.recognition import Heard, Kind, Recognition

log = logging.getLogger(__name__)

MOST_ACTIVE: Final = 16
"""Streams a worker, of those that have sent audio just now."""

MOST_STREAMS: Final = 64
"""A worker, whether they send or not."""

_ACTIVE_SECONDS = 2.0
_LATE_SECONDS = 0.5
_LISTEN_SECONDS = 0.8  # Asterisk waits 1 s for an answer
_PIECE_SECONDS = 0.1  # so much audio goes to a worker at once: a tenth of the messages
_WINDOW_PIECES = 10
_READ_BYTES = 1 << 16
_DIED_YOUNG_SECONDS = 1.0

BYTES_A_SECOND: Final = {"ulaw": 8000, "alaw": 8000, "slin": 16000}


class Stream:
    """One caller's audio, and what is heard in it. Made by :meth:`Pool.stream`.

    Attributes:
        number: Unique in this server.
    """

    def __init__(self, pool: Pool, number: int, on_heard: Callable[[Heard], None]) -> None:
        self.number = number
        self._pool = pool
        self._on_heard = on_heard
        self._worker: _Worker | None = None
        self._recognition: Recognition | None = None
        self._answer: asyncio.Future[None] | None = None
        self._piece = bytearray()
        self._piece_bytes = 0
        self._sent: deque[int] = deque()
        self._room = asyncio.Event()
        self._active_at = 0.0

    @property
    def languages(self) -> frozenset[str]:
        """What is understood."""
        return self._pool.languages

    async def listen(self, recognition: Recognition) -> None:
        """Listen for something else; whatever was heard so far is forgotten.

        Raises:
            SpeechError: It cannot be listened for, or not now; then nothing is.
        """
        self._recognition = None
        self._piece.clear()
        try:
            await self._ask(recognition)
        except Overloaded:
            self._pool.refused += 1
            raise
        self._piece_bytes = round(BYTES_A_SECOND[recognition.codec] * _PIECE_SECONDS)
        self._recognition = recognition
        self._pool.recognitions[recognition.language] += 1

    async def hear(self, audio: bytes) -> None:
        """Take in more audio; waits while the worker has enough to do with this stream."""
        if self._recognition is None:
            return
        self._piece += audio
        if len(self._piece) < self._piece_bytes:
            return
        piece = bytes(self._piece)
        self._piece.clear()
        while len(self._sent) >= _WINDOW_PIECES:
            self._room.clear()
            await self._room.wait()
        if self._worker is not None:
            self._active_at = self._worker.send(pack(Tag.AUDIO, self.number, piece), audio=True)
            self._sent.append(len(piece))

    def leave(self) -> None:
        """The caller is gone."""
        if self._worker is not None:
            self._worker.streams.pop(self.number, None)
            self._worker.send(pack(Tag.LEAVE, self.number))
            self._worker = None
        self._pool.streams.pop(self.number, None)

    def is_active(self, now: float) -> bool:
        """Whether audio comes."""
        return now - self._active_at < _ACTIVE_SECONDS

    def take(self, message: Message) -> None:
        """What the worker says."""
        match message.tag:
            case Tag.DONE:
                if self._sent:
                    self._pool.count_done(self._recognition, self._sent.popleft())
                self._room.set()
            case Tag.LISTENING if self._answer is not None and not self._answer.done():
                if message.payload:
                    self._answer.set_exception(NotListening(message.payload.decode()))
                else:
                    self._answer.set_result(None)
            case Tag.HEARD if self._answer is None:  # else: of what was listened for before
                self._tell(Heard.from_wire(message.payload))

    def lose_worker(self) -> None:
        """The worker died."""
        self._worker = None
        self._sent.clear()
        self._room.set()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WorkerLost())
        elif self._recognition is not None:
            self._tell(Heard(Kind.FAILED, WorkerLost.code))
        self._recognition = None

    def _tell(self, heard: Heard) -> None:
        self._pool.errors += heard.kind is Kind.FAILED
        self._on_heard(heard)

    async def _ask(self, recognition: Recognition) -> None:
        if recognition.language not in self._pool.languages:
            raise LanguageNotInstalled(recognition.language, self._pool.languages)
        worker = self._pool.free_worker(self, self._worker)
        self._worker = worker
        worker.streams[self.number] = self
        self._answer = asyncio.get_running_loop().create_future()
        self._active_at = worker.send(pack(Tag.LISTEN, self.number, recognition.to_wire()))
        try:
            async with asyncio.timeout(_LISTEN_SECONDS):
                await self._answer
        except TimeoutError:
            raise Overloaded from None
        finally:
            self._answer = None


class _Worker:
    """One worker process, by its socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = asyncio.get_running_loop().time
        self._unfinished: deque[float] = deque()
        self.streams: dict[int, Stream] = {}

    @property
    def busy(self) -> bool:
        """Whether it has audio that it has not taken in."""
        return bool(self._unfinished)

    def late(self, now: float) -> bool:
        """Whether audio has been waiting for it for too long."""
        return bool(self._unfinished) and now - self._unfinished[0] > _LATE_SECONDS

    def active(self, now: float, but: Stream) -> int:
        """How many streams send audio, one of them not counted."""
        return sum(s.is_active(now) for s in self.streams.values() if s is not but)

    def send(self, data: bytes, *, audio: bool = False) -> float:
        """Write to it; the time. What is unread is bounded by the streams' windows."""
        now = self._clock()
        if audio:
            self._unfinished.append(now)
        self._writer.write(data)
        return now

    async def run(self) -> None:
        """Hand on what it says until it dies."""
        unpacker = Unpacker()
        with suppress(ConnectionError):
            while data := await self._reader.read(_READ_BYTES):
                for message in unpacker.feed(data):
                    if message.tag is Tag.DONE and self._unfinished:
                        self._unfinished.popleft()
                    if stream := self.streams.get(message.stream):
                        stream.take(message)

    def close(self) -> None:
        """Let it end."""
        self._writer.close()
        for stream in list(self.streams.values()):
            stream.lose_worker()
        self.streams.clear()


class Pool:
    """Runs the workers while it is entered. Belongs to one event loop.

    Until the models are loaded it understands no language, and refuses whoever asks.

    Args:
        nurse: Where workers come from.
        workers: How many.

    Attributes:
        streams: By number.
        decoded: Seconds of audio that were taken in, by language.
        recognitions: By language.
        refused: Recognitions that were too many.
        errors: Recognitions that failed in their midst.
        lost: Workers that died.
    """

    def __init__(self, nurse: Nurse, workers: int) -> None:
        self._nurse = nurse
        self._size = workers
        self._workers: list[_Worker] = []
        self._numbers = itertools.count(1)
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []
        self._clock = asyncio.get_running_loop().time
        self.streams: dict[int, Stream] = {}
        self.decoded: defaultdict[str, float] = defaultdict(float)
        self.recognitions: Counter[str] = Counter()
        self.refused = 0
        self.errors = 0
        self.lost = 0

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._tasks = [self._group.create_task(self._tend()) for _ in range(self._size)]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            await self._group.__aexit__(kind, error, trace)
        finally:
            await self._nurse.stop()

    @property
    def languages(self) -> frozenset[str]:
        """What is understood."""
        return self._nurse.languages

    @property
    def workers(self) -> int:
        """How many run."""
        return len(self._workers)

    @property
    def busy(self) -> int:
        """How many decode just now."""
        return sum(worker.busy for worker in self._workers)

    def stream(self, on_heard: Callable[[Heard], None]) -> Stream:
        """A new caller.

        Args:
            on_heard: Told what is heard; must not block.

        Raises:
            Overloaded: Nothing new could be listened for now.
        """
        stream = Stream(self, next(self._numbers), on_heard)
        try:
            if len(self.streams) >= MOST_STREAMS * self._size:
                raise Overloaded
            self.free_worker(stream, None)
        except Overloaded:
            self.refused += 1
            raise
        self.streams[stream.number] = stream
        return stream

    def free_worker(self, stream: Stream, sticky: _Worker | None) -> _Worker:
        """The worker for a new recognition: its own, or the one with the fewest active streams.

        Raises:
            Overloaded: It, or every one, is late or has its fill.
        """
        now = self._clock()
        fit = [
            (active, number)
            for number, worker in enumerate(self._workers)
            if (sticky is None or worker is sticky)
            and not worker.late(now)
            and (active := worker.active(now, stream)) < MOST_ACTIVE
        ]
        if not fit:
            raise Overloaded
        return self._workers[min(fit)[1]]

    def count_done(self, recognition: Recognition | None, size: int) -> None:
        """So many bytes of a stream's audio have been taken in."""
        if recognition is not None:
            self.decoded[recognition.language] += size / BYTES_A_SECOND[recognition.codec]

    async def _hire(self) -> _Worker:
        reader, writer = await asyncio.open_connection(sock=await self._nurse.birth())
        worker = _Worker(reader, writer)
        self._workers.append(worker)
        return worker

    async def _tend(self) -> None:
        """Keep one worker's place filled."""
        while True:
            worker = await self._hire()
            began = self._clock()
            try:
                await worker.run()
            finally:
                self._workers.remove(worker)
                worker.close()
            self.lost += 1
            log.error("speech worker died", extra={"workers": len(self._workers)})
            if self._clock() - began < _DIED_YOUNG_SECONDS:
                await asyncio.sleep(_DIED_YOUNG_SECONDS)
