"""The workers as the server sees them: who does what, who died.

A stream sticks to one worker from its first recognition until it ends. What has been sent to a
worker and not yet been taken in is known and bounded: a stream that sends faster than its worker
decodes has to wait, and a new recognition is refused when every worker is late or has its fill.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Final, Self

from media.speech.errors import LanguageNotInstalled, NotListening, Overloaded, WorkerLost
from media.speech.nurse import Nurse
from media.speech.pipe import Message, Tag, pack
from media.speech.recognition import Heard, Kind, Recognition
from media.speech.worker_link import WorkerLink

log = logging.getLogger(__name__)

MOST_ACTIVE: Final = 16
"""Streams a worker, of those that have sent audio just now."""

MOST_STREAMS: Final = 64
"""A worker, whether they send or not."""

_ACTIVE_SECONDS = 2.0
_LISTEN_SECONDS = 0.8  # Asterisk waits 1 s for an answer
_PIECE_SECONDS = 0.1  # so much audio goes to a worker at once: a tenth of the messages
_WINDOW_PIECES = 10
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
        self._worker: WorkerLink | None = None
        self._recognition: Recognition | None = None
        self._engine = ""
        self._answer: asyncio.Future[None] | None = None
        self._unanswered = 0
        self._piece = bytearray()
        self._bytes_a_second = 0
        self._sent: deque[float] = deque()
        self._room = asyncio.Event()
        self._active_at = 0.0

    @property
    def languages(self) -> Collection[str]:
        """What is understood."""
        return self._pool.engines

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
        self._bytes_a_second = BYTES_A_SECOND[recognition.codec]
        self._recognition = recognition
        self._pool.recognitions[self._engine] += 1

    async def hear(self, audio: bytes) -> None:
        """Take in more audio; waits while the worker has enough to do with this stream."""
        if self._recognition is None:
            return
        self._piece += audio
        if len(self._piece) < self._bytes_a_second * _PIECE_SECONDS:
            return
        piece = bytes(self._piece)
        self._piece.clear()
        while len(self._sent) >= _WINDOW_PIECES:
            self._room.clear()
            await self._room.wait()
        if self._worker is not None:
            self._active_at = self._worker.ask(pack(Tag.AUDIO, self.number, piece))
            self._sent.append(len(piece) / self._bytes_a_second)

    def leave(self) -> None:
        """The caller is gone."""
        if self._worker is not None:
            self._worker.streams.pop(self.number, None)
            self._worker.tell(pack(Tag.LEAVE, self.number))
            self._worker = None
        self._pool.streams.pop(self.number, None)

    def is_active(self, now: float) -> bool:
        """Whether audio comes."""
        return now - self._active_at < _ACTIVE_SECONDS

    def take(self, message: Message) -> None:
        """What the worker says."""
        match message.tag:
            case Tag.DONE:
                self._pool.decoded[self._engine] += self._sent.popleft()
                self._room.set()
            case Tag.LISTENING:
                self._unanswered -= 1
                self._take_answer(message.payload.decode())
            case Tag.HEARD if not self._unanswered:  # else: of what was listened for before
                self._tell(Heard.from_wire(message.payload))

    def _take_answer(self, refusal: str) -> None:
        # one that came too late is no answer to what was asked since
        if self._unanswered or self._answer is None or self._answer.done():
            return
        if refusal:
            self._answer.set_exception(NotListening(refusal))
        else:
            self._answer.set_result(None)

    def lose_worker(self) -> None:
        """The worker died."""
        self._worker = None
        self._sent.clear()
        self._unanswered = 0
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
        engines = self._pool.engines
        if recognition.language not in engines:
            raise LanguageNotInstalled(recognition.language, engines)
        self._engine = engines[recognition.language]
        worker = self._pool.free_worker(self, self._worker)
        self._worker = worker
        worker.streams[self.number] = self
        self._answer = asyncio.get_running_loop().create_future()
        self._unanswered += 1
        self._active_at = worker.ask(pack(Tag.LISTEN, self.number, recognition.to_wire()))
        try:
            async with asyncio.timeout(_LISTEN_SECONDS):
                await self._answer
        except TimeoutError:
            raise Overloaded from None
        finally:
            self._answer = None


class Pool:
    """Runs the workers while it is entered. Belongs to one event loop.

    Until the models are loaded it understands no language, and refuses whoever asks.

    Args:
        nurse: Where workers come from.
        workers: How many.

    Attributes:
        streams: By number.
        decoded: Seconds of audio that were taken in, by engine.
        recognitions: By engine.
        refused: Recognitions that were too many.
        errors: Recognitions that failed in their midst.
        lost: Workers that died.
    """

    def __init__(self, nurse: Nurse, workers: int) -> None:
        self._nurse = nurse
        self._size = workers
        self._workers: list[WorkerLink] = []
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
    def engines(self) -> Mapping[str, str]:
        """What is understood: the name of its engine by language."""
        return self._nurse.engines

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

    def free_worker(self, stream: Stream, sticky: WorkerLink | None) -> WorkerLink:
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

    async def _hire(self) -> WorkerLink:
        connection, process = await self._nurse.birth()
        reader, writer = await asyncio.open_connection(sock=connection)
        worker = WorkerLink(reader, writer, process)
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
